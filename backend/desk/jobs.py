"""Many moves at once, by the worker, as the officer who asked for them."""

from typing import Any
from uuid import UUID

import msgspec

from backend.accounts.officers import as_officer
from backend.core.jobs import Work
from backend.desk.bulk import Bulk, done, move_one, next_waiting


async def bulk_moves(work: Work, payload: dict[str, Any]) -> None:
    """One transaction a case. Run again after a fault it goes on with the cases that still wait."""
    bulk = UUID(payload["bulk"])
    async with work.transaction() as tx:
        row = await tx.db.fetchrow(
            "SELECT id, officer_id, move, data, at, confirmed_at, done_at FROM bulk_moves WHERE id = $1", bulk
        )
        position = await next_waiting(tx, bulk)
    asked = msgspec.convert(row, Bulk)
    while position is not None:
        async with work.transaction() as tx:
            await move_one(await as_officer(tx, row["officer_id"]), asked, position)
            position = await next_waiting(tx, bulk)
    async with work.transaction() as tx:
        await done(tx, bulk)


JOBS = {"bulk_moves": bulk_moves}
