"""The one event log: audit trail, timeline, clock input and source of notices and documents. Append-only, by trigger and by
role; sealed every minute into one chain of hashes an office (docs/decisions/0012)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.core.jobs import Named, enqueue_all

PIECE = 200  # events told of in one transaction
PAPERS = (
    "make_documents",
    "make_certificate",
)  # jobs that let all others pass: what they print holds before it is printed


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


async def record(tx: Tx, events: list[NewEvent], also: Iterable[Named] = ()) -> list[int]:
    """Writes events in one statement and returns their ids in order. A second one enqueues a `notify` job for those people hear
    of and, behind everything else, one for the documents that those of a case ask for; and `also`, the caller's own jobs.
    What is told to a whole town goes in pieces, and lets what happens to one person pass."""
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
    told = _pieces("notify", [i for i, e in zip(ids, events, strict=True) if e.public])
    papers = _pieces("make_documents", [i for i, e in zip(ids, events, strict=True) if e.public and e.case_id])
    await enqueue_all(tx.db, [*told, *also, *papers], behind=PAPERS if len(told) < 2 else ("notify", *PAPERS))
    return ids


def _pieces(name: str, about: list[int]) -> list[Named]:
    return [(name, {"events": about[n : n + PIECE]}) for n in range(0, len(about), PIECE)]
