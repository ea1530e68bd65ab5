"""The one event log: audit trail, timeline, clock input and source of notices and documents. Append-only, by trigger and by
role; sealed every minute into one chain of hashes an office (docs/decisions/0009)."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.core.db import Tx
from backend.core.jobs import Work, enqueue_all


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What happened. `data` holds no personal data: names of items, dates, reasons an officer wrote for the applicant."""

    kind: str
    principal_id: UUID
    actor_kind: str
    actor_id: UUID | None = None
    mandate_id: UUID | None = None
    case_id: UUID | None = None
    order_id: UUID | None = None
    department_id: str | None = None
    public: bool = True
    data: dict[str, Any] = {}


async def record(tx: Tx, events: list[NewEvent]) -> list[int]:
    """Writes events in one statement and returns their ids in order. Enqueues one `notify` job for those people hear of, and one
    for the documents that those of a case ask for."""
    rows = await tx.db.fetch(
        """INSERT INTO events (case_id, order_id, principal_id, department_id, kind, actor_kind, actor_id, mandate_id, at, public, data)
           SELECT e.case_id, e.order_id, e.principal_id, e.department_id, e.kind, e.actor_kind, e.actor_id, e.mandate_id, $2, e.public, e.data
           FROM ROWS FROM (jsonb_to_recordset($1) AS (case_id uuid, order_id uuid, principal_id uuid, department_id text, kind text,
                actor_kind text, actor_id uuid, mandate_id uuid, public boolean, data jsonb)) WITH ORDINALITY
                AS e(case_id, order_id, principal_id, department_id, kind, actor_kind, actor_id, mandate_id, public, data, n)
           ORDER BY e.n RETURNING id""",
        msgspec.to_builtins(events),
        tx.now,
    )
    ids = [row["id"] for row in rows]
    told = [i for i, e in zip(ids, events, strict=True) if e.public]
    of_cases = [i for i, e in zip(ids, events, strict=True) if e.public and e.case_id]
    jobs = {"notify": told, "make_documents": of_cases}
    await enqueue_all(tx.db, [(name, {"events": about}) for name, about in jobs.items() if about])
    return ids


AT_A_TIME = 5000  # events sealed in one transaction


async def seal(work: Work) -> None:
    """Lays the chains on over everything that is committed; once more finds nothing to do."""
    sealed = AT_A_TIME
    while sealed == AT_A_TIME:
        async with work.transaction() as tx:
            sealed = await tx.db.fetchval("SELECT seal_events($1)", AT_A_TIME)


class Fault(msgspec.Struct, frozen=True):
    """The first row of one office's chain that is not as it was sealed. `place` counts from 1; `office` is "" for what belongs
    to none.

    `fault`: content (altered), missing (taken away), order (a line taken out or put in), added (among sealed ones), end (the
    last lines are missing).
    """

    office: str
    place: int
    event_id: int | None
    fault: str


async def faults(owner: asyncpg.Connection, office: str | None = None) -> list[Fault]:
    """As the owner: every chain that has one."""
    rows = await owner.fetch("SELECT office, place, event_id, fault FROM audit_faults($1)", office)
    return msgspec.convert(rows, list[Fault])
