"""What was brought to the catalogue desk as a table, and the guides that came of it."""

from uuid import UUID

import asyncpg
import msgspec

from backend.catalogue.model import Guide
from backend.catalogue.states import OPEN
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.editing.import_model import Brought, ReadGuide

MOST_LISTED = 50


async def imports_at(tx: Tx, departments: list[str]) -> list[Brought]:
    """The newest first."""
    rows = await tx.db.fetch(
        """SELECT id, department_id, actor_id, actor_name, sent_by, sent_name, let_name, file_name, source, withdraw, state, rows_all, rows_done, counts, doubts, refusal,
                  begun_at, ended_at
             FROM catalogue_imports WHERE department_id = ANY ($1) ORDER BY begun_at DESC, id LIMIT $2""",
        departments,
        MOST_LISTED,
    )
    return msgspec.convert(rows, list[Brought])


async def brought(db: asyncpg.Connection, number: UUID, departments: list[str] | None = None) -> Brought:
    """One of them, of these departments; NotFound for any other."""
    row = await db.fetchrow(
        """SELECT id, department_id, actor_id, actor_name, sent_by, sent_name, let_name, file_name, source, withdraw, state, rows_all, rows_done, counts, doubts, refusal,
                  begun_at, ended_at
             FROM catalogue_imports WHERE id = $1 AND ($2::text[] IS NULL OR department_id = ANY ($2))""",
        number,
        departments,
    )
    if row is None:
        raise NotFound()
    return msgspec.convert(row, Brought)


async def report_of(db: asyncpg.Connection, number: UUID) -> bytes:
    """The CSV of every odd row, b"" before it was read."""
    return await db.fetchval("SELECT coalesce(report, '') FROM catalogue_imports WHERE id = $1", number)


async def content_of(db: asyncpg.Connection, number: UUID) -> bytes:
    return await db.fetchval("SELECT content FROM catalogue_imports WHERE id = $1", number)


async def guides_of(tx: Tx, source: str, words: str = "") -> list[ReadGuide]:
    """The guides of one source by name, the first few of them."""
    rows = await tx.db.fetch(
        """SELECT i.code, i.name, i.department,
                  EXISTS (SELECT FROM item_versions v WHERE v.code = i.code AND v.state = ANY ($3)) AS draft
             FROM items i WHERE i.kind = 'guide' AND i.source = $1 AND i.version IS NOT NULL
              AND ($2 = '' OR strpos(lower(i.name || ' ' || i.code), lower($2)) > 0)
            ORDER BY i.name, i.code LIMIT $4""",
        source,
        words,
        list(OPEN),
        MOST_LISTED,
    )
    return msgspec.convert(rows, list[ReadGuide])


async def guide_to_copy(db: asyncpg.Connection, code: str) -> Guide:
    """A guide as it was imported last; NotFound for anything that is none."""
    data = await db.fetchval(
        """SELECT v.data FROM items i JOIN item_versions v ON (v.code, v.version) = (i.code, i.version)
            WHERE i.code = $1 AND i.kind = 'guide'""",
        code,
    )
    if data is None:
        raise NotFound()
    return msgspec.convert(data, Guide)
