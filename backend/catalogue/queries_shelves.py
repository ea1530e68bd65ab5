"""What stands on which shelf of the supermarket."""

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
    """Which things of the shop: of a theme, of a department, those that can be filed here."""

    theme: str | None = None
    department: str | None = None
    here: bool = False


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


async def number_here(db: asyncpg.Connection) -> int:
    return await db.fetchval("SELECT count(*) FROM items WHERE kind = 'item' AND version IS NOT NULL")


async def on_shelf(db: asyncpg.Connection, wished: Wished, limit: int, offset: int = 0) -> list[Listed]:
    """What can be filed here first, and of that what is granted at once."""
    rows = await db.fetch(
        """SELECT code, name, kind, department, instant, visits, promised, promised_unit FROM items
            WHERE version IS NOT NULL AND ($1::text IS NULL OR $1 = ANY (themes)) AND ($2::text IS NULL OR department = $2)
              AND (NOT $3 OR kind = 'item')
            ORDER BY kind DESC, kind = 'item' AND instant DESC, name, code LIMIT $4 OFFSET $5""",
        wished.theme,
        wished.department,
        wished.here,
        limit,
        offset,
    )
    return msgspec.convert(rows, list[Listed])
