"""What lists and the search show of each item: a copy of the version in force, kept by the loader and by the worker.

The truth about what is in force is the days of the versions (`queries.published`); this copy follows it.
"""

import asyncpg

from backend.catalogue.model import Item, Pack
from backend.catalogue.queries import published
from backend.catalogue.words import Words, words_of


async def list_in_force(db: asyncpg.Connection, words: Words | None = None, *, everything: bool = False) -> list[str]:
    """Brings the copy up to date and returns the codes that changed; `everything`: the words may have changed as well."""
    city = await published(db)
    if city is None:
        return []
    await _from_guides(db)
    rows = await db.fetch("SELECT code, version FROM items WHERE kind = 'item'")
    listed = {row["code"]: row["version"] for row in rows}
    stale = [code for code, version in listed.items() if city.versions.get(code) != version]
    words = words or words_of(city.pack)
    for code in listed if everything else stale:
        version = city.versions.get(code)
        if version is None:
            await db.execute("UPDATE items SET version = NULL WHERE code = $1 AND version IS NOT NULL", code)
        else:
            await _list(db, city.pack, city.pack.items[city.titles[code]], version, words)
    return stale


async def _from_guides(db: asyncpg.Connection) -> None:
    """A guide of which an item was made at the desk is that item from its first day on."""
    await db.execute(
        """UPDATE items i SET kind = 'item', source = 'desk', department_id = v.department_id, version = v.version
             FROM item_versions v WHERE v.code = i.code AND i.kind = 'guide' AND v.state = 'published' AND v.department_id IS NOT NULL
              AND v.effective_from <= app_today() AND coalesce(v.effective_until, 'infinity') > app_today()"""
    )


async def _list(db: asyncpg.Connection, pack: Pack, item: Item, version: int, words: Words) -> None:
    await db.execute(
        """UPDATE items SET name = $2, department = $3, department_id = $4, version = $5, subjects = $6, themes = $7, instant = $8,
                  visits = $9, promised = $10, promised_unit = $11, words = $12::text::tsvector
            WHERE code = $1 AND (name, department, version, subjects, themes, words) IS DISTINCT FROM ($2, $3, $5, $6, $7, $12::text::tsvector)""",
        item.code,
        item.name,
        pack.departments[item.department].name,
        item.department,
        version,
        [str(subject) for subject in item.subjects],
        list(item.themes),
        bool(item.instant),
        item.visits.count,
        item.limits.promised,
        item.limits.unit,
        words.of_item(item),
    )
