"""What stands on the published lists, out of the database."""

import asyncpg
import msgspec

from backend.catalogue.lists import LISTS, Entry, entries
from backend.catalogue.model import Guide
from backend.catalogue.queries import city
from backend.core.errors import NotFound
from backend.core.i18n import _


async def guides(db: asyncpg.Connection) -> list[Guide]:
    """Every guide of another catalogue that is in force."""
    rows = await db.fetch(
        """SELECT v.data FROM items i JOIN item_versions v ON (v.code, v.version) = (i.code, i.version)
            WHERE i.kind = 'guide' ORDER BY i.code"""
    )
    return msgspec.convert([row["data"] for row in rows], list[Guide])


async def zero_errand(db: asyncpg.Connection, region: str, q: str, limit: int, offset: int) -> tuple[int, list[Entry]]:
    """What can be had in this city without going anywhere, what can be filed here first; and how many there are in all."""
    rows = await db.fetch(
        """WITH found AS (
               SELECT code, kind, name, department FROM items
                WHERE version IS NOT NULL AND visits = 0 AND (kind = 'item' OR left(region, 4) = left($4, 4))
                  AND NOT EXISTS (SELECT FROM unnest($1::text[]) AS word
                                   WHERE strpos(lower(name || ' ' || department), word) = 0))
           SELECT t.total, f.code, f.name, f.department FROM (SELECT count(*) AS total FROM found) t
             LEFT JOIN (SELECT * FROM found ORDER BY kind DESC, name, code LIMIT $2 OFFSET $3) f ON true""",
        q.lower().split(),
        limit,
        offset,
        region,
    )
    made = [Entry(r["name"], by=r["department"], items=((r["code"], r["name"]),)) for r in rows if r["code"]]
    return rows[0]["total"], made


async def list_of(db: asyncpg.Connection, name: str, q: str, limit: int, offset: int) -> tuple[int, list[Entry]]:
    """How many entries hold these words, and some of them; NotFound if there is no such list."""
    if name not in LISTS:
        raise NotFound(_("没有这份清单。"), next_step="/lists", next_say=_("看看有哪些清单"))
    pack = (await city(db)).pack
    if LISTS[name].made is None:
        return await zero_errand(db, pack.city.region, q, limit, offset)
    found = entries(pack, name, q)
    return len(found), found[offset : offset + limit]
