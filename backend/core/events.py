"""The one event log: audit trail, timeline, clock input and source of notices and documents. Append-only, by trigger and by
role; sealed every minute into one chain of hashes an office (docs/decisions/0012)."""

from typing import Any
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.core.jobs import enqueue_all

PIECE = 200  # events told of in one transaction
BEHIND = -1  # what is told to a whole town lets single words pass


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
    for the documents that those of a case ask for; many events in pieces, behind what happens to one person."""
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
    for name, about in (("notify", told), ("make_documents", of_cases)):
        pieces = [(name, {"events": about[n : n + PIECE]}) for n in range(0, len(about), PIECE)]
        await enqueue_all(tx.db, pieces, priority=0 if len(pieces) < 2 else BEHIND)
    return ids
