"""A notice on its way out: claimed for one attempt, sent outside any transaction, and settled by that attempt alone.

queued → sending (a lease, an attempt number) → sent | retry | unknown | failed. Whoever claims counts the attempt up, so
that a worker thought dead that comes back settles nothing. Leases and pauses go by the database's clock. Claims and
settlements come in batches; every office that has something waiting gets an equal share of each claim.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.core.db import Tx
from backend.core.jobs import Work
from backend.notifications.model import Answer, Channel, Claim, Sending, Task, Went
from backend.notifications.rules import pause, settled

LEASE = timedelta(seconds=90)  # longer than the longest attempt with everything that may delay its end
OVERDUE = timedelta(minutes=10)


async def claim(db: asyncpg.Pool, channel: Channel, most: int, full: list[str], today: date) -> list[Claim]:
    """What may leave now, an equal share for each lane that waits and is not `full`, the longest due first.

    What was told an agent of her principal's case does not go out any more once her mandate is over.
    """
    rows = await db.fetch(
        """WITH RECURSIVE every AS (
               (SELECT lane FROM notices WHERE channel = $1 AND state IN ('queued', 'retry') ORDER BY lane LIMIT 1)
               UNION ALL
               SELECT (SELECT n.lane FROM notices n WHERE n.channel = $1 AND n.state IN ('queued', 'retry') AND n.lane > v.lane ORDER BY n.lane LIMIT 1)
               FROM every v WHERE v.lane IS NOT NULL),
           lanes AS MATERIALIZED (SELECT lane FROM every WHERE lane IS NOT NULL AND lane <> ALL ($3) ORDER BY random()),
           due AS MATERIALIZED (
               SELECT n.id, n.event_id, n.person_id FROM lanes CROSS JOIN LATERAL (
                   SELECT w.id, w.event_id, w.person_id FROM notices w
                   WHERE w.channel = $1 AND w.lane = lanes.lane AND w.state IN ('queued', 'retry') AND w.next_at <= now()
                   ORDER BY w.next_at LIMIT (SELECT greatest($2 / greatest(count(*), 1), 1) FROM lanes) FOR UPDATE SKIP LOCKED) n
               LIMIT $2),
           judged AS (
               SELECT d.id, e.case_id IS NOT NULL AND e.principal_id <> d.person_id AND NOT EXISTS (
                   SELECT 1 FROM mandates m JOIN cases c ON c.id = e.case_id WHERE m.principal_id = e.principal_id AND m.agent_id = d.person_id
                   AND m.ended_at IS NULL AND $4 BETWEEN m.valid_from AND m.valid_to AND 'see' = ANY(m.actions)
                   AND mandate_covers(m.kind, m.items, c.item_code)) AS over
               FROM due d JOIN events e ON e.id = d.event_id),
           mine AS (
               UPDATE notices n SET state = CASE WHEN j.over THEN 'merged' ELSE 'sending' END, attempts = attempts + 1,
                      problem = CASE WHEN j.over THEN 'the mandate ended first' ELSE n.problem END,
                      lease_until = CASE WHEN NOT j.over THEN now() + $5 END, handed_at = NULL
               FROM judged j WHERE n.id = j.id RETURNING n.id, n.attempts, n.lane, n.state)
           SELECT id, attempts, lane FROM mine WHERE state = 'sending'""",
        channel,
        most,
        full,
        today,
        LEASE,
    )
    return msgspec.convert(rows, list[Claim])


class Overtaken(Exception):
    """The lease ran out before anything was handed over: the attempt is somebody else's now."""


async def handing(db: asyncpg.Pool, task: Task) -> None:
    """Notes, before the message goes, that this attempt hands it over: from here on it is never sent again blindly."""
    ours = await db.fetchval(
        "UPDATE notices SET handed_at = now() WHERE id = $1 AND attempts = $2 AND state = 'sending' RETURNING true",
        task.id,
        task.attempts,
    )
    if not ours:
        raise Overtaken()


def went(work: Work, task: Task, answer: Answer) -> Went:
    return Went(id=task.id, attempts=task.attempts, age=task.age, answer=answer, at=work.clock())


async def take_back(db: asyncpg.Pool, besides: Iterable[UUID] = ()) -> None:
    """What a dead worker held may be sent again; a mail or a text message that was being handed over may not: nobody knows.

    `besides`: what this worker sent itself and could not settle yet.
    """
    await db.execute(
        """UPDATE notices SET lease_until = NULL, next_at = now(),
                  state = CASE WHEN handed_at IS NULL OR channel IN ('push', 'letter') THEN 'retry' ELSE 'unknown' END,
                  problem = CASE WHEN handed_at IS NULL OR channel IN ('push', 'letter') THEN problem ELSE 'worker ended while handing it over' END
           WHERE state = 'sending' AND lease_until < now() AND id <> ALL ($1)""",
        list(besides),
    )


async def settle(tx: Tx, channel: Channel, went: list[Went]) -> list[tuple[int, UUID]]:
    """Says how attempts went, and counts how soon they did. The (event, person) of what failed for good.

    What was taken for unknown because its worker was, is known after all when that worker's word comes late.
    """
    rows = await tx.db.fetch(
        """WITH told AS (
               SELECT * FROM jsonb_to_recordset($1) AS t(id uuid, attempts integer, state text, problem text, rest float8, at timestamptz, broke boolean, reached uuid[])),
           done AS (
               UPDATE notices n SET state = CASE WHEN t.broke AND n.handed_at IS NOT NULL AND n.channel IN ('email', 'sms') THEN 'unknown' ELSE t.state END, problem = nullif(t.problem, ''), next_at = now() + make_interval(secs => t.rest), lease_until = NULL,
                      sent_at = CASE WHEN t.state = 'sent' THEN t.at END, reached = n.reached || t.reached
               FROM told t WHERE n.id = t.id AND n.attempts = t.attempts AND n.state IN ('sending', 'unknown')
               RETURNING n.event_id, n.person_id, n.state, n.sent_at, n.due_after),
           soon AS (
               INSERT INTO sending_days (day, channel, sent, within_2s, within_10s)
               SELECT (d.sent_at AT TIME ZONE 'Asia/Shanghai')::date, $2, count(*), count(*) FILTER (WHERE d.sent_at - e.at - d.due_after <= '2 s'),
                      count(*) FILTER (WHERE d.sent_at - e.at - d.due_after <= '10 s')
               FROM done d JOIN events e ON e.id = d.event_id WHERE d.state = 'sent' GROUP BY 1
               ON CONFLICT (day, channel) DO UPDATE SET sent = sending_days.sent + EXCLUDED.sent,
                   within_2s = sending_days.within_2s + EXCLUDED.within_2s, within_10s = sending_days.within_10s + EXCLUDED.within_10s)
           SELECT event_id, person_id FROM done WHERE state = 'failed'""",
        [_told(one) for one in went],
        channel,
    )
    await _note_devices(tx, went)
    return [(row["event_id"], row["person_id"]) for row in rows]


def _told(went: Went) -> dict[str, object]:
    final = settled(went.answer, went.age)
    rest = pause(went.id, went.attempts, final.retry_after) if final.state is Sending.RETRY else 0
    return {
        "id": went.id,
        "attempts": went.attempts,
        "state": final.state,
        "problem": final.problem,
        "rest": rest,
        "at": went.at,
        "broke": went.broke,
        "reached": went.reached,
    }


async def _note_devices(tx: Tx, went: list[Went]) -> None:
    """One that is gone is forgotten; once a day it is noted that one is still there."""
    gone = [device for one in went for device in one.gone]
    heard = [device for one in went for device in one.heard]
    if gone:
        await tx.db.execute("DELETE FROM push_subscriptions WHERE id = ANY($1)", gone)
    if heard:
        await tx.db.execute("UPDATE push_subscriptions SET last_ok_at = now() WHERE id = ANY($1)", heard)


async def overdue(db: asyncpg.Connection) -> int:
    """How many should long have left and were not even tried: the worker is too slow, or nobody sends."""
    return int(
        await db.fetchval(
            "SELECT count(*) FROM notices WHERE state IN ('queued', 'retry') AND next_at < now() - $1::interval",
            OVERDUE,
        )
    )
