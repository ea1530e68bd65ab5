"""What stands on which shelf of the supermarket."""

from collections.abc import Iterable
from typing import Literal

import asyncpg
import msgspec

By = Literal["themes", "departments"]


class Shelf(msgspec.Struct, frozen=True):
    """A theme or a department, and how many things stand on it."""

    name: str
    count: int


class Listed(msgspec.Struct, frozen=True):
    code: str
    name: str
    kind: str
    department: str
    instant: bool
    visits: int | None
    promised: int | None
    promised_unit: str | None

    @property
    def fileable(self) -> bool:
        return self.kind == "item"


class Wished(msgspec.Struct, frozen=True):
    """Which things of the shop: of a theme, of a department, what an event of life (a guide's id) may lead to, those that can be filed here, without going anywhere, granted
    at once. `free` of charge is looked up in the pack."""

    theme: str | None = None
    department: str | None = None
    event: str | None = None
    here: bool = False
    at_home: bool = False
    instant: bool = False
    free: bool = False


async def fronts(db: asyncpg.Connection) -> tuple[list[Shelf], list[Shelf]]:
    """Themes and departments at once, as `themes` and `departments` order them."""
    rows = await db.fetch(
        """SELECT k.kind, k.name, count(*) AS count FROM items i,
                  LATERAL (SELECT 'theme' AS kind, unnest(i.themes) AS name UNION ALL SELECT 'department', i.department) AS k
            WHERE i.version IS NOT NULL GROUP BY k.kind, k.name ORDER BY bool_or(i.kind = 'item') DESC, count(*) DESC, k.name"""
    )
    found = [(row["kind"], Shelf(row["name"], row["count"])) for row in rows]
    return [s for kind, s in found if kind == "theme"], [s for kind, s in found if kind == "department"]


async def often_with(db: asyncpg.Connection, code: str, limit: int = 4) -> list[Listed]:
    """What people who filed this filed along with it; nothing while they are too few to be nobody in particular."""
    rows = await db.fetch(
        """SELECT i.code, i.name, i.kind, i.department, i.instant, i.visits, i.promised, i.promised_unit FROM filed_together t
             JOIN items i ON i.code = t.other WHERE t.code = $1 AND i.version IS NOT NULL ORDER BY t.people DESC, i.code LIMIT $2""",
        code,
        limit,
    )
    return msgspec.convert(rows, list[Listed])


async def event_named(db: asyncpg.Connection, event: str) -> str | None:
    """The event of life as people call it, None for one that nobody has written a guide for."""
    title: str | None = await db.fetchval("SELECT title FROM scenarios WHERE id = $1", event)
    return title


async def themes(db: asyncpg.Connection) -> list[Shelf]:
    """Those of the city first."""
    rows = await db.fetch(
        """SELECT theme AS name, count(*) AS count FROM items, unnest(themes) AS theme WHERE version IS NOT NULL
            GROUP BY theme ORDER BY bool_or(kind = 'item') DESC, count(*) DESC, theme"""
    )
    return msgspec.convert(rows, list[Shelf])


async def departments(db: asyncpg.Connection) -> list[Shelf]:
    rows = await db.fetch(
        """SELECT department AS name, count(*) AS count FROM items WHERE version IS NOT NULL
            GROUP BY department ORDER BY bool_or(kind = 'item') DESC, count(*) DESC, department"""
    )
    return msgspec.convert(rows, list[Shelf])


async def on_shelf(
    db: asyncpg.Connection, wished: Wished, limit: int, offset: int = 0, free: Iterable[str] = ()
) -> list[Listed]:
    """What can be filed here first, of that what is filed most, then what is granted at once. `free`: codes that cost nothing."""
    rows = await db.fetch(
        """SELECT i.code, i.name, i.kind, i.department, i.instant, i.visits, i.promised, i.promised_unit
             FROM items i LEFT JOIN item_figures f ON f.code = i.code
            WHERE i.version IS NOT NULL AND ($1::text IS NULL OR $1 = ANY (i.themes)) AND ($2::text IS NULL OR i.department = $2)
              AND (NOT $3 OR i.kind = 'item') AND (NOT $6 OR i.visits = 0) AND (NOT $7 OR i.instant)
              AND ($8::text[] IS NULL OR i.code = ANY ($8))
              AND ($9::text IS NULL OR i.kind = 'item' AND i.name IN (
                   SELECT r->>'item' FROM scenarios s, json_array_elements(s.data->'results') AS r WHERE s.id = $9))
            ORDER BY i.kind DESC, f.people DESC NULLS LAST, i.kind = 'item' AND i.instant DESC, i.name, i.code LIMIT $4 OFFSET $5""",
        wished.theme,
        wished.department,
        wished.here,
        limit,
        offset,
        wished.at_home,
        wished.instant,
        list(free) if wished.free else None,
        wished.event,
    )
    return msgspec.convert(rows, list[Listed])
