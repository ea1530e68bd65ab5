"""Publishing a pack: the vocabulary, and a new version of every item that changed and was legally reviewed."""

from datetime import date
from typing import Any

import asyncpg
import msgspec

from backend.catalogue.model import Guide, Item, Pack
from backend.catalogue.pack_format import Review
from backend.catalogue.pack_names import material_faults, name_faults
from backend.catalogue.pack_read import PackError, build, covered, reviews_of, sha256_of
from backend.catalogue.queries import city
from backend.catalogue.words import Words, words_of
from backend.core.workdays import published_calendar

Raw = dict[str, Any]


class Loaded(msgspec.Struct, frozen=True):
    """What a load did, item names in each list."""

    pack_id: int
    published: list[str]
    unchanged: list[str]
    unreviewed: list[str]
    withdrawn: list[str]


async def load_pack(db: asyncpg.Connection, raw: Raw) -> Loaded:
    """Put a pack in force, in the transaction of the caller (as owner). Loading it again changes nothing.

    An item without a legal review of exactly this text is not published; an earlier version of it stays in force.
    PackError, and nothing changes, if that version would point to something the pack does not have any more.
    """
    pack, reviews = build(raw), reviews_of(raw)
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('suishouban pack load'))")
    lexicon_before = await db.fetchval("SELECT data->'lexicon' FROM packs ORDER BY loaded_at DESC, id DESC LIMIT 1")
    pack_id = await _store_pack(db, raw, pack)
    await _store_departments(db, pack)
    await _store_calendar(db, pack)
    words = words_of(pack)
    if lexicon_before != raw["lexicon"]:
        await _cut_guides_again(db, words)
    done: dict[str, list[str]] = {"published": [], "unchanged": [], "unreviewed": []}
    for name, item in pack.items.items():
        review = reviews.get(name)
        reviewed = review is not None and review.sha256 == pack.hashes[name]
        step = await _publish(db, pack_id, raw, pack, item, review) if reviewed else "unreviewed"
        if reviewed:
            await _store_words(db, item, words)
        done[step].append(name)
    withdrawn = await _withdraw(db, pack)
    await _store_scenarios(db, pack_id, pack)
    await _refuse_dangling(db)
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


async def _publish(
    db: asyncpg.Connection, pack_id: int, raw: Raw, pack: Pack, item: Item, review: Review | None
) -> str:
    """A new version if the text is another than the published one's: "published" or "unchanged"."""
    now = await db.fetchrow(
        """SELECT v.version, v.sha256, i.version IS NOT NULL AS in_force FROM item_versions v LEFT JOIN items i USING (code)
            WHERE v.code = $1 ORDER BY v.version DESC LIMIT 1""",
        item.code,
    )
    sha256 = bytes.fromhex(pack.hashes[item.name])
    same = now is not None and now["sha256"] == sha256
    version = now["version"] if same else (now["version"] if now else 0) + 1
    if not same:
        await db.execute(
            "INSERT INTO item_versions (code, version, pack_id, sha256, data, review) VALUES ($1, $2, $3, $4, $5, $6)",
            item.code,
            version,
            pack_id,
            sha256,
            covered(raw, item),
            review,
        )
    await _put_in_force(db, pack, item, version)
    return "unchanged" if same and now["in_force"] else "published"


async def _put_in_force(db: asyncpg.Connection, pack: Pack, item: Item, version: int) -> None:
    await db.execute(
        """INSERT INTO items (code, kind, name, department, department_id, region, version, source, subjects, themes,
                              instant, visits, promised, promised_unit)
           VALUES ($1, 'item', $2, $3, $4, $5, $6, 'pack', $7, $8, $9, $10, $11, $12)
           ON CONFLICT (code) DO UPDATE SET
               kind = 'item', name = excluded.name, department = excluded.department,
               department_id = excluded.department_id, region = excluded.region, version = excluded.version,
               source = 'pack', subjects = excluded.subjects, themes = excluded.themes, instant = excluded.instant,
               visits = excluded.visits, promised = excluded.promised, promised_unit = excluded.promised_unit""",
        item.code,
        item.name,
        pack.departments[item.department].name,
        item.department,
        pack.city.region,
        version,
        [str(subject) for subject in item.subjects],
        list(item.themes),
        bool(item.instant),
        item.visits.count,
        item.limits.promised,
        item.limits.unit,
    )


async def _store_words(db: asyncpg.Connection, item: Item, words: Words) -> None:
    await db.execute("UPDATE items SET words = $2::text::tsvector WHERE code = $1", item.code, words.of_item(item))


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
    """Items that a pack published and this one does not hold any more."""
    rows = await db.fetch(
        """UPDATE items SET version = NULL WHERE source = 'pack' AND region = $1 AND version IS NOT NULL
              AND NOT code = ANY ($2) RETURNING name""",
        pack.city.region,
        [item.code for item in pack.items.values()],
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
