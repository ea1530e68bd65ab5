"""Finding items by what people say: asked of the engine, put in order, with the reason in people's words."""

import math
from collections import Counter

import asyncpg
import msgspec

from backend.catalogue.model import Pack
from backend.catalogue.search_foreign import found_in_other_words, is_foreign, tags_of
from backend.catalogue.search_index import Index, Row, index
from backend.catalogue.search_life import Guide, guides, lived, near
from backend.catalogue.search_order import Scored, ordered, reason
from backend.catalogue.search_query import Asked, Wanted, asked, query
from backend.core.i18n import DEFAULT

MOST = 50
JUDGED = 80  # the engine's best, which are then put in order
WORTH_SHOWING = 0.3  # of the best score; what is further off only hides what was found
WORTH_A_LOOK = 0.1  # the same for the first few
LEAST = 0.35  # of ln(all items): below this nothing was found that is worth showing
WHOLLY = 0.95  # share of a question that is shown however common its words are
MAINLY = 0.65  # share of a question that speaks of what no office does: below this nothing of it is ours
FIRST_FEW = 5
MOST_THEMES = 8
ANYTHING = Wanted()


class Hit(msgspec.Struct, frozen=True):
    """One found item. `reason` says in people's words why it was found; `fileable`: it can be done here."""

    code: str
    name: str
    department: str
    fileable: bool
    instant: bool
    visits: int | None
    promised: int | None
    promised_unit: str | None
    reason: str


class Found(msgspec.Struct, frozen=True):
    """All that a page of results shows. `total`: how many are worth showing on all pages; `near`: words to try instead,
    where nothing was found."""

    hits: list[Hit]
    guides: list[Guide]
    themes: list[str]
    regions: dict[str, str]
    near: list[str]
    total: int = 0


NOTHING = Found([], [], [], {}, [])


async def search(
    db: asyncpg.Connection, q: str, limit: int = 10, wanted: Wanted = ANYTHING, lang: str = DEFAULT
) -> list[Hit]:
    """The best `limit` items; nothing for nothing said. Reasons in `lang`."""
    return (await find(db, q, limit, wanted, lang)).hits


async def find(
    db: asyncpg.Connection, q: str, limit: int = 10, wanted: Wanted = ANYTHING, lang: str = DEFAULT, offset: int = 0
) -> Found:
    """The same with what helps on: guides, themes and places to narrow it to, and words to try instead.

    `offset`: how many of the best to pass over. The order of one question stays while nothing is published.
    """
    here = await index(db)
    if is_foreign(q) and here.city and (known := _in_other_words(here.city.pack, q, wanted)):
        return msgspec.structs.replace(known, hits=known.hits[max(0, offset) :][: max(1, min(limit, MOST))])
    question = asked(here, q)
    if not question.text.strip():
        return NOTHING
    events = lived(here, question)
    elsewhere = _elsewhere(here, question)
    scored = _judged(here, question, wanted, events)
    rows = [one.row for one in scored]
    shown = rows[max(0, offset) :][: max(1, min(limit, MOST))]
    hits = [_hit(row, question, events, lang) for row in shown]
    return Found(
        hits,
        guides(here, question, [row.code for row in rows[:FIRST_FEW]]),
        [theme for theme, _n in Counter(theme for row in rows for theme in row.themes).most_common(MOST_THEMES)],
        {row.region: place(here, row.region) for row in rows},
        [] if rows or elsewhere else near(here, q),
        len(rows),
    )


def _in_other_words(pack: Pack, q: str, wanted: Wanted) -> Found | None:
    """What was found by its name in another language; None for nothing."""
    items = [item for item in found_in_other_words(pack, q) if set(wanted.tags) <= set(tags_of(item, pack.city.region))]
    if not items:
        return None
    themes = [theme for theme, _n in Counter(theme for item in items for theme in item.themes).most_common(MOST_THEMES)]
    hits = [
        Hit(
            code=item.code, name=item.name, department=pack.departments[item.department].name, fileable=True, instant=bool(item.instant),
            visits=item.visits.count, promised=item.limits.promised, promised_unit=item.limits.unit, reason="",
        )
        for item in items
    ]  # fmt: skip
    return Found(hits, [], themes, {}, [], len(hits))


def _judged(here: Index, question: Asked, wanted: Wanted, events: dict[str, str]) -> list[Scored]:
    scored = ordered(here.speech, question, here.best(query(here, question, wanted), JUDGED), events)
    best = max((one.score for one in scored), default=0.0)
    if _elsewhere(here, question):
        least = max(MAINLY, question.beyond) if question.words else math.inf
        scored = [one for one in scored if one.share >= least]
    floors = [best * (WORTH_SHOWING if at >= FIRST_FEW else WORTH_A_LOOK) for at in range(len(scored))]
    least = LEAST * math.log(1 + here.number)
    return [
        one
        for one, floor in zip(scored, floors, strict=True)
        if one.score >= floor and (one.found >= least or one.share >= WHOLLY)
    ]


def _elsewhere(here: Index, question: Asked) -> bool:
    """Whether she speaks of something that no office does."""
    return question.beyond > 0 or any(word.said in here.speech.elsewhere for word, _tells in question.words)


def place(here: Index, region: str) -> str:
    """A region's name; of one the city cannot name, that of the city or province it lies in."""
    names = here.city.pack.city.regions if here.city else {}
    known = next((names[code] for code in (region, region[:4] + "00", region[:2] + "0000") if code in names), "")
    return known or region


def _hit(row: Row, question: Asked, events: dict[str, str], lang: str) -> Hit:
    return Hit(
        code=row.code,
        name=row.name,
        department=row.department,
        fileable=row.kind == "item",
        instant=row.instant,
        visits=row.visits,
        promised=row.promised,
        promised_unit=row.promised_unit,
        reason=reason(question, row, events, lang),
    )
