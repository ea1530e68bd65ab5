"""Finding items by what people say.

A word counts for as much as it tells apart (the fewer items bear it, the more), four times as much in a name or alias
as in the text; an item of the city itself, that can be filed here, comes before a guide that says as much.
"""

import math
import time
from collections.abc import Iterable
from typing import Literal

import asyncpg
import msgspec

from backend.catalogue.imports import dictionary
from backend.catalogue.queries import Published, published
from backend.catalogue.words import Cut, Group, Words
from backend.core.i18n import DEFAULT, _, translate

MOST = 50
WORTH_SHOWING = 0.35  # of the best score; what is further off only hides what was found
OFTEN_IS_TOLD_ANEW = 60  # seconds: how old the count of how many items bear a word may be
Who = Literal["person", "business"]


Weighed = list[tuple[Group, float]]


class Hit(msgspec.Struct, frozen=True):
    """One found item. `reason` says in people's words why it was found."""

    code: str
    name: str
    department: str
    fileable: bool
    instant: bool
    visits: int | None
    promised: int | None
    promised_unit: str | None
    reason: str


class Row(msgspec.Struct, frozen=True):
    code: str
    name: str
    kind: str
    department: str
    instant: bool
    visits: int | None
    promised: int | None
    promised_unit: str | None
    in_title: list[int]
    anywhere: list[int]
    score: float


class Wanted(msgspec.Struct, frozen=True):
    """What the results are narrowed to; nothing by default."""

    who: Who | None = None
    theme: str | None = None
    here: bool = False
    instant: bool = False
    no_errand: bool = False


ANYTHING = Wanted()


async def search(
    db: asyncpg.Connection, q: str, limit: int = 10, wanted: Wanted = ANYTHING, lang: str = DEFAULT
) -> list[Hit]:
    """The best `limit` items: more of the words, rarer words, in the name. Nothing for nothing said. Reasons in `lang`."""
    city = await published(db)
    words = await _words(db, city)
    cut = words.query(q)
    if not cut.groups:
        return []
    limit = max(1, min(limit, MOST))
    weighed = list(zip(cut.groups, await _weights(db, cut.groups), strict=True))
    lived = _lived(city, cut)
    rows = await _find(db, _wide(weighed), weighed, lived, limit, wanted)
    rows = rows or await _find(db, " | ".join(group.anywhere for group, _ in weighed), weighed, lived, limit, wanted)
    best = max((row.score for row in rows), default=0.0)
    near = [row for row in rows if row.score >= best * WORTH_SHOWING]
    return [_hit(row, weighed, lived, lang) for row in _once(near)[:limit]]


def guide_for(city: Published | None, hits: list[Hit]) -> str | None:
    """The scenario to which most of the best hits belong, if there are two of them or it is about nothing else."""
    if city is None:
        return None
    best = {city.titles.get(hit.code) for hit in hits[:5]}
    found = {
        name: sum(result.get("item") in best for result in scenario.get("results", []))
        for name, scenario in city.pack.scenarios.items()
    }
    name = max(found, key=lambda one: found[one], default=None)
    return name if name and found[name] > 1 else None


def _wide(weighed: Weighed) -> str:
    """Every word somewhere, or in the name one of those that tell most: half as much as the most telling, at least."""
    everything = " & ".join(f"({group.anywhere})" for group, _ in weighed)
    most = max(weight for _, weight in weighed)
    telling = [group.title for group, weight in weighed if weight >= most / 2]
    return f"({everything}) | " + " | ".join(telling)


def _once(rows: list[Row]) -> list[Row]:
    """Of several ways of handling the same item of the same department the best one."""
    best: dict[tuple[str, str], Row] = {}
    for row in rows:
        best.setdefault((row.name, row.department), row)
    return list(best.values())


def _lived(city: Published | None, cut: Cut) -> dict[str, str]:
    """Codes of the items that belong to a life event the query speaks of → the event."""
    if city is None:
        return {}
    items, life = city.pack.items, city.pack.lexicon.life
    return {items[name].code: said for said in reversed(cut.life) for name in life[said] if name in items}


async def _find(
    db: asyncpg.Connection, asked: str, weighed: Weighed, lived: dict[str, str], limit: int, wanted: Wanted
) -> list[Row]:
    rows = await db.fetch(
        """WITH asked AS MATERIALIZED (
               SELECT n, title::tsquery AS title, anywhere::tsquery AS anywhere, weight
                 FROM unnest($2::text[], $3::text[], $4::float8[]) WITH ORDINALITY AS g(title, anywhere, weight, n)
           ), found AS MATERIALIZED (
               SELECT i.code, i.name, i.kind, i.department, i.instant, i.visits, i.promised, i.promised_unit, i.words
                 FROM items i
                WHERE (i.words @@ $1::tsquery OR i.code = ANY ($5)) AND i.version IS NOT NULL
                  AND ($7::text IS NULL OR ($7 = 'person' AND '自然人' = ANY (i.subjects)) OR
                       ($7 = 'business' AND i.subjects && ARRAY['企业法人', '个体工商户', '非法人企业']))
                  AND ($8::text IS NULL OR $8 = ANY (i.themes))
                  AND (NOT $9 OR i.kind = 'item') AND (NOT $10 OR i.instant) AND (NOT $11 OR i.visits = 0)
           ), judged AS (
               SELECT f.*, m.in_title, m.anywhere, m.score FROM found f, LATERAL (
                   SELECT coalesce(array_agg(g.n) FILTER (WHERE t.hit), '{}') AS in_title,
                          coalesce(array_agg(g.n) FILTER (WHERE a.hit), '{}') AS anywhere,
                          sum(CASE WHEN t.hit THEN g.weight WHEN a.hit THEN g.weight / 4 ELSE 0 END)
                          * (0.4 + 0.6 * coalesce(sum(g.weight) FILTER (WHERE a.hit), 0) / $12) AS score
                     FROM asked g, LATERAL (SELECT f.words @@ g.title AS hit) t,
                          LATERAL (SELECT t.hit OR f.words @@ g.anywhere AS hit) a
               ) m
           )
           SELECT code, name, kind, department, instant, visits, promised, promised_unit, in_title, anywhere,
                  score * CASE WHEN kind = 'item' THEN 1.5 ELSE 1 END + CASE WHEN code = ANY ($5) THEN 5 ELSE 0 END
                  - ln(length(name)) / 4 AS score
             FROM judged ORDER BY score DESC, code
            LIMIT $6""",
        asked,
        [group.title for group, _ in weighed],
        [group.anywhere for group, _ in weighed],
        [weight for _, weight in weighed],
        list(lived),
        limit * 4,  # several ways of handling one item stand side by side
        wanted.who,
        wanted.theme,
        wanted.here,
        wanted.instant,
        wanted.no_errand,
        max(sum(weight for _, weight in weighed), 0.001),  # what all her words together weigh
    )
    return msgspec.convert(rows, list[Row])


def _hit(row: Row, weighed: Weighed, lived: dict[str, str], lang: str) -> Hit:
    return Hit(
        code=row.code,
        name=row.name,
        department=row.department,
        fileable=row.kind == "item",
        instant=row.instant,
        visits=row.visits,
        promised=row.promised,
        promised_unit=row.promised_unit,
        reason=_reason(row, weighed, lived, lang),
    )


def _reason(row: Row, weighed: Weighed, lived: dict[str, str], lang: str) -> str:
    if row.code in lived:
        return translate(lang, _("和“%(word)s”有关"), {"word": lived[row.code]})
    groups = [weighed[n - 1][0] for n in (row.in_title or row.anywhere)][:3]
    if not row.in_title:
        return translate(lang, _("内容提到%(words)s"), {"words": "、".join(f"“{group.word}”" for group in groups)})
    return translate(lang, _("；")).join(_named(row.name, group, lang) for group in groups)


def _named(name: str, group: Group, lang: str) -> str:
    """How the word and the name belong together."""
    borne = next((same for same in group.same if same in name), None)
    if borne is None:
        return translate(lang, _("和“%(word)s”有关"), {"word": group.word})
    if borne == group.word:
        return translate(lang, _("名称里有“%(word)s”"), {"word": borne})
    return translate(lang, _("您说的“%(word)s”，这里叫“%(borne)s”"), {"word": group.word, "borne": borne})


# ── how much a word tells ───────────────────────────────────────────────────────────────────────────────────────────

_kept_words: dict[int, Words] = {}
_counted: dict[str, tuple[float, int]] = {}
_total: tuple[float, int] = (-math.inf, 0)


def forget() -> None:
    """For whoever changes the catalogue under this process's feet and cannot wait a minute."""
    global _total
    _counted.clear()
    _total = (-math.inf, 0)


async def _words(db: asyncpg.Connection, city: Published | None) -> Words:
    """The dictionary of the city in force, built once."""
    key = city.pack_id if city else 0
    if key not in _kept_words:
        _kept_words.clear()
        _kept_words[key] = await dictionary(db)
    return _kept_words[key]


async def _weights(db: asyncpg.Connection, groups: tuple[Group, ...]) -> list[float]:
    """ln(all / those that bear the word) + ½; a word nobody bears weighs nothing."""
    total = await _count_all(db)
    borne = await _count(db, groups)
    return [math.log((max(total, n) + 1) / n) + 0.5 if n else 0.0 for n in borne]


async def _count_all(db: asyncpg.Connection) -> int:
    global _total
    if time.monotonic() - _total[0] > OFTEN_IS_TOLD_ANEW:
        _total = time.monotonic(), await db.fetchval("SELECT count(*) FROM items WHERE version IS NOT NULL")
    return _total[1]


async def _count(db: asyncpg.Connection, groups: Iterable[Group]) -> list[int]:
    now = time.monotonic()
    asked = [group.anywhere for group in groups]
    missing = [one for one in asked if one not in _counted or now - _counted[one][0] > OFTEN_IS_TOLD_ANEW]
    if missing:
        rows = await db.fetch(
            """SELECT g.anywhere, (SELECT count(*) FROM items i WHERE i.words @@ g.anywhere::tsquery
                                      AND i.version IS NOT NULL) AS n FROM unnest($1::text[]) AS g(anywhere)""",
            missing,
        )
        if len(_counted) > 20_000:
            _counted.clear()
        _counted.update({row["anywhere"]: (now, row["n"]) for row in rows})
    return [_counted[one][1] for one in asked]
