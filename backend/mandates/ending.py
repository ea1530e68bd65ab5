"""How mandates end: taken back, run out, or with the person. Filed cases go on; the agent loses sight of them at once."""

from typing import Literal
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.core.events import NewEvent, record
from backend.core.jobs import enqueue_all
from backend.mandates.journal import note

REMINDED = (14, 3)  # days before the last one
AT_ONCE = 1000  # mandates in one round

Gone = Literal["death", "incapacity"]


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to somebody, and who says so; an officer was shown a paper."""

    reason: Gone
    said_by: Literal["register", "officer", "operator"]
    officer: UUID | None = None
    paper: UUID | None = None


async def end_given(tx: Tx, person: UUID) -> int:
    """The principal takes back every mandate she gave, by text message; returns how many there were."""
    rows = await tx.db.fetch(
        """UPDATE mandates SET ended_at = $2, end_reason = 'revoked' WHERE principal_id = $1 AND kind <> 'guardian' AND ended_at IS NULL RETURNING id""",
        person,
        tx.now,
    )
    for row in rows:
        await note(tx, row["id"], "revoked", {"reason": "revoked"}, by=person)
    return len(rows)


async def end_all(tx: Tx, person: UUID, loss: Loss) -> int:
    """She died or lost capacity: every mandate she gave or held is over (Civil Code art. 173), but the guardianship over somebody
    who only lost capacity. Those on the other side are told. Returns how many ended; said twice, it is said once."""
    await tx.db.execute(
        """INSERT INTO losses (account_id, reason, said_by, officer_id, paper_id, at) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (account_id, reason) DO NOTHING""",
        person,
        loss.reason,
        loss.said_by,
        loss.officer,
        loss.paper,
        tx.now,
    )
    rows = await tx.db.fetch(
        """UPDATE mandates SET ended_at = $2, end_reason = $3
           WHERE ended_at IS NULL AND ($1 = agent_id OR ($1 = principal_id AND (kind <> 'guardian' OR $3 = 'death'))) RETURNING id""",
        person,
        tx.now,
        loss.reason,
    )
    for row in rows:
        await note(tx, row["id"], "ended", {"reason": loss.reason, "said_by": loss.said_by})
    await enqueue_all(
        tx.db, [("tell_mandate", {"mandate": str(r["id"]), "what": loss.reason, "of": str(person)}) for r in rows]
    )
    return len(rows)


async def remind_of_ends(tx: Tx) -> int:
    """Both sides hear 14 and 3 days before the end, once each; returns how many mandates are told of now."""
    rows = await tx.db.fetch(
        """WITH soon AS (
               SELECT m.id, m.principal_id, (SELECT min(d) FROM unnest($2::int[]) AS d WHERE m.valid_to - $1::date <= d) AS days
               FROM mandates m WHERE m.ended_at IS NULL AND m.valid_to BETWEEN $1::date AND $1::date + $3::int AND m.valid_from <= $1::date
               FOR UPDATE OF m SKIP LOCKED),
           due AS (
               SELECT s.* FROM soon s JOIN mandates m USING (id) WHERE m.valid_to - m.valid_from > s.days AND NOT EXISTS (
                   SELECT 1 FROM mandate_events e WHERE e.mandate_id = s.id AND e.kind = 'reminded' AND (e.data ->> 'days')::int = s.days)
               LIMIT $5),
           noted AS (INSERT INTO mandate_events (mandate_id, kind, at, data)
                     SELECT id, 'reminded', $4, jsonb_build_object('days', days) FROM due)
           SELECT id, principal_id FROM due""",
        tx.today,
        list(REMINDED),
        max(REMINDED),
        tx.now,
        AT_ONCE,
    )
    told = [
        NewEvent(
            kind="mandate_ends_soon",
            principal_id=row["principal_id"],
            actor_kind="machine",
            mandate_id=row["id"],
            data={"page": f"/mandates/{row['id']}"},
        )
        for row in rows
    ]
    if told:
        await record(tx, told)
    return len(told)


async def note_expired(tx: Tx) -> int:
    """A line in the journal of each mandate that ran out since; it already counts for nothing."""
    done = await tx.db.execute(
        """INSERT INTO mandate_events (mandate_id, kind, at) SELECT m.id, 'expired', $2 FROM mandates m
           WHERE m.ended_at IS NULL AND m.valid_to < $1 AND NOT EXISTS (
               SELECT 1 FROM mandate_events e WHERE e.mandate_id = m.id AND e.kind = 'expired') LIMIT $3""",
        tx.today,
        tx.now,
        AT_ONCE,
    )
    return int(done.split()[-1])
