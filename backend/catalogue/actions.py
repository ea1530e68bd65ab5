"""Publishing a pack: the vocabulary, and a new version of every item that changed and was legally reviewed."""

from datetime import date
from typing import Any

import asyncpg
import msgspec

from backend.catalogue.listing import list_in_force
from backend.catalogue.model import Guide, Item, Pack
from backend.catalogue.pack_covered import covered, sha256_of
from backend.catalogue.pack_format import Review
from backend.catalogue.pack_names import material_faults, name_faults
from backend.catalogue.pack_read import PackError, build, reviews_of
from backend.catalogue.pack_words import replayed, words_of_the_desk
from backend.catalogue.publishing import end_others
from backend.catalogue.queries import city
from backend.catalogue.search_learn import learn, learn_sentences
from backend.catalogue.search_speech import Speech
from backend.catalogue.words import Words, words_of
from backend.core.workdays import published_calendar

Raw = dict[str, Any]


class Loaded(msgspec.Struct, frozen=True):
    """What a load did, item names in each list. `kept`: their newer text was made at the desk."""

    pack_id: int
    published: list[str]
    unchanged: list[str]
    unreviewed: list[str]
    kept: list[str]
    withdrawn: list[str]


async def load_pack(db: asyncpg.Connection, raw: Raw) -> Loaded:
    """Put a pack in force, in the transaction of the caller (as owner). Loading it again changes nothing.

    An item without a legal review of exactly this text is not published; an earlier version of it stays in force.
    PackError, and nothing changes, if that version would point to something the pack does not have any more.
    """
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('suishouban pack load'))")
    # Reading words and sentences may take a slow machine longer than a transaction may otherwise stand still.
    await db.execute("SET LOCAL idle_in_transaction_session_timeout = '5min'")
    raw = replayed(raw, await words_of_the_desk(db))
    pack, reviews = build(raw), reviews_of(raw)
    lexicon_before = await db.fetchval("SELECT data->'lexicon' FROM packs ORDER BY loaded_at DESC, id DESC LIMIT 1")
    pack_id = await _store_pack(db, raw, pack)
    await _store_departments(db, pack)
    await _store_calendar(db, pack)
    done: dict[str, list[str]] = {"published": [], "unchanged": [], "unreviewed": [], "kept": []}
    for name, item in pack.items.items():
        review = reviews.get(name)
        reviewed = review is not None and review.sha256 == pack.hashes[name]
        standing = await _standing(db, item.code)
        if standing == bytes.fromhex(pack.hashes[name]):
            done["unchanged"].append(name)
        else:
            done[await _publish(db, pack_id, raw, pack, item, review) if reviewed else "unreviewed"].append(name)
    withdrawn = await _withdraw(db, pack)
    await _store_scenarios(db, pack_id, pack)
    await _refuse_dangling(db)
    words = words_of(pack)
    if lexicon_before != raw["lexicon"]:
        await _cut_guides_again(db, words)
    await list_in_force(db, words, everything=True)
    await learn(db, Speech(pack.lexicon).words)
    await learn_sentences(db, pack.lexicon.sentences)
    return Loaded(pack_id, **done, withdrawn=withdrawn)


async def _refuse_dangling(db: asyncpg.Connection) -> None:
    """An item whose earlier version stays in force may refer to an office or a register that the pack has given up."""
    pack = (await city(db)).pack
    faults = [fault for item in pack.items.values() for fault in name_faults(pack, item)]
    if errors := [fault for fault in (*material_faults(pack), *faults) if not fault.warning]:
        raise PackError(errors)


async def _store_pack(db: asyncpg.Connection, raw: Raw, pack: Pack) -> int:
    return await db.fetchval(
        """INSERT INTO packs (region, name, sha256, data) VALUES ($1, $2, $3, $4)
           ON CONFLICT (sha256) DO UPDATE SET loaded_at = app_now() RETURNING id""",
        pack.city.region,
        pack.city.name,
        bytes.fromhex(sha256_of(raw)),
        raw,
    )


async def _store_departments(db: asyncpg.Connection, pack: Pack) -> None:
    await db.executemany(
        """INSERT INTO departments (id, name, data) VALUES ($1, $2, $3)
           ON CONFLICT (id) DO UPDATE SET name = excluded.name, data = excluded.data""",
        [(short, department.name, department) for short, department in pack.departments.items()],
    )


async def _store_calendar(db: asyncpg.Connection, pack: Pack) -> None:
    """The State Council's days, then the city's own; a day without a row is what its weekday says."""
    days: list[tuple[date, bool, str | None, str]] = [
        (d.day, d.is_workday, d.name, "国务院办公厅") for d in published_calendar().days.values()
    ]
    local = [(day, True) for day in pack.calendar.workdays] + [(day, False) for day in pack.calendar.holidays]
    days += [(date.fromisoformat(day), is_workday, None, pack.city.name) for day, is_workday in local]
    await db.executemany(
        """INSERT INTO calendar_days (day, is_workday, name, source) VALUES ($1, $2, $3, $4)
           ON CONFLICT (day) DO UPDATE SET is_workday = excluded.is_workday, name = excluded.name,
                                           source = excluded.source""",
        days,
    )


async def _standing(db: asyncpg.Connection, code: str) -> bytes | None:
    """The hash of the text in force; the desk may have reviewed it, and not the pack's author."""
    return await db.fetchval(
        """SELECT v.sha256 FROM item_versions v WHERE v.code = $1 AND v.state = 'published' AND v.department_id IS NOT NULL
              AND v.effective_from <= app_today() AND coalesce(v.effective_until, 'infinity') > app_today()""",
        code,
    )


async def _publish(
    db: asyncpg.Connection, pack_id: int, raw: Raw, pack: Pack, item: Item, review: Review | None
) -> str:
    """A new version, for the text is another than the one in force: "published", or "kept": what is in force was made at
    the desk out of this very text, and an old pack does not take that back."""
    sha256 = bytes.fromhex(pack.hashes[item.name])
    stands = await db.fetchrow(
        """SELECT EXISTS (SELECT 1 FROM item_versions v WHERE (v.code, v.sha256) = ($1, $2) AND v.state IN ('published', 'withdrawn')) AS known,
                  (SELECT e.actor_id IS NOT NULL FROM item_events e WHERE e.code = $1 AND e.kind IN ('loaded', 'published', 'withdrawn')
                    ORDER BY e.id DESC LIMIT 1) AS by_desk""",
        item.code,
        sha256,
    )
    if stands["known"] and stands["by_desk"]:
        return "kept"
    await _begin(db, pack, item)
    start = await end_others(db, item.code)
    version = await db.fetchval(
        """INSERT INTO item_versions (code, version, pack_id, sha256, data, review, department_id, effective_from, effective_until)
           VALUES ($1, (SELECT coalesce(max(version), 0) + 1 FROM item_versions WHERE code = $1), $2, $3, $4, $5, $6, $7, $8)
        RETURNING version""",
        item.code, pack_id, sha256, covered(raw, item), review, item.department, start.first, start.until,
    )  # fmt: skip
    await db.execute(
        """INSERT INTO item_events (code, version, revision, department_id, kind, actor_name) VALUES ($1, $2, 1, $3, 'loaded', $4)""",
        item.code,
        version,
        item.department,
        review.by if review else "",
    )
    return "published"


async def _begin(db: asyncpg.Connection, pack: Pack, item: Item) -> None:
    """The item's row; what it shows is filled in by `list_in_force`. A guide of this code becomes an item."""
    await db.execute(
        """INSERT INTO items (code, kind, name, department, department_id, region, source) VALUES ($1, 'item', $2, $3, $4, $5, 'pack')
           ON CONFLICT (code) DO UPDATE SET kind = 'item', department_id = excluded.department_id, region = excluded.region,
               version = CASE WHEN items.kind = 'item' THEN items.version END""",
        item.code,
        item.name,
        pack.departments[item.department].name,
        item.department,
        pack.city.region,
    )


async def _cut_guides_again(db: asyncpg.Connection, words: Words) -> None:
    """The dictionary changed: what was cut by the old one would not be found any more."""
    rows = await db.fetch(
        "SELECT v.data FROM items i JOIN item_versions v USING (code, version) WHERE i.kind = 'guide'"
    )
    guides = msgspec.convert([row["data"] for row in rows], list[Guide])
    await db.executemany(
        "UPDATE items SET words = $2::text::tsvector WHERE code = $1",
        [(guide.code, words.of_guide(guide)) for guide in guides],
    )


async def _withdraw(db: asyncpg.Connection, pack: Pack) -> list[str]:
    """Items that a pack published and this one does not hold any more: none of their versions is in force from today."""
    rows = await db.fetch(
        """WITH gone AS (
               UPDATE item_versions v SET state = 'withdrawn', revision = revision + 1, effective_until = greatest(v.effective_from, app_today())
                 FROM items i WHERE i.code = v.code AND i.source = 'pack' AND i.region = $1 AND NOT i.code = ANY ($2)
                  AND v.state = 'published' AND v.department_id IS NOT NULL AND coalesce(v.effective_until, 'infinity') > app_today()
            RETURNING v.code, v.version, v.revision, v.department_id, i.name),
           told AS (
               INSERT INTO item_events (code, version, revision, department_id, kind, actor_name, data)
               SELECT code, version, revision, department_id, 'withdrawn', $3, $4 FROM gone)
           SELECT DISTINCT name FROM gone ORDER BY name""",
        pack.city.region,
        [item.code for item in pack.items.values()],
        pack.city.name,
        {"reason": "已从城市包移除"},
    )
    return [row["name"] for row in rows]


def _in_life(pack: Pack) -> list[tuple[str, Raw]]:
    """The scenarios in the order people meet them; those the city does not name follow."""
    first = {name: place for place, name in enumerate(pack.city.life_events)}
    return sorted(pack.scenarios.items(), key=lambda one: first.get(one[0], len(first)))


async def _store_scenarios(db: asyncpg.Connection, pack_id: int, pack: Pack) -> None:
    await db.execute("DELETE FROM scenarios WHERE NOT id = ANY ($1)", list(pack.scenarios))
    await db.executemany(
        """INSERT INTO scenarios (id, title, position, sha256, data, pack_id) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (id) DO UPDATE SET title = excluded.title, position = excluded.position,
               sha256 = excluded.sha256, data = excluded.data, pack_id = excluded.pack_id""",
        [
            (name, data.get("title", name), position, bytes.fromhex(sha256_of(data)), data, pack_id)
            for position, (name, data) in enumerate(_in_life(pack))
        ],
    )
