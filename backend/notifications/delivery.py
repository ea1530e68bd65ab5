"""A notice on its way out: claimed for one attempt, sent outside any transaction, and settled by that attempt alone.

queued → sending (a lease, an attempt number) → sent | retry | unknown | failed. Whoever claims counts the attempt up, so
that a worker thought dead that comes back settles nothing. Leases and pauses go by the database's clock.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.core.crypto import Vault
from backend.core.db import LOST
from backend.core.jobs import Later, Work, enqueue
from backend.mandates.texts import spoken
from backend.notifications import mail, push
from backend.notifications.actions import JOBS
from backend.notifications.model import Answer, Channel, Device, MailTask, PushTask, Sending, TextTask
from backend.notifications.rules import of_all_devices, pause, settled

LEASE = timedelta(seconds=90)  # longer than the longest attempt with everything that may delay its end
NEVER_GIVEN_UP = (0.2, 0.5, 1, 2, 4, 8)  # seconds between tries to say how it went


async def deliver_push(work: Work, notice: UUID) -> None:
    """To every browser of hers that has not taken it yet."""
    await drop_if_ended(work, notice)
    task = await claim_push(work.pool, notice)
    if task is None:
        return await not_now(work.pool, notice)
    pusher = await work.shared(push.opened)
    message = push.pushed(task, work.settings.public_url)
    answers = await asyncio.gather(*(pusher.send(message, device) for device in task.devices))
    went = list(zip(task.devices, answers, strict=True))
    await _note_devices(work, went)
    reached = [device.id for device, answer in went if answer.state is Sending.SENT]
    had = [Answer(state=Sending.SENT)] * len(task.reached)
    await settle(work, task, of_all_devices([*had, *answers]), Channel.PUSH, reached)


async def deliver_mail(work: Work, notice: UUID) -> None:
    await drop_if_ended(work, notice)
    task = await claim_mail(work.pool, notice)
    if task is None:
        return await not_now(work.pool, notice)
    mailer = await work.shared(mail.opened)
    try:
        letter = mailer.letter(task, _address(work, task))
    except ValueError:
        return await settle(work, task, Answer(state=Sending.FAILED, problem="no usable address"), Channel.EMAIL)

    async def handing() -> None:
        await work.pool.execute(
            "UPDATE notices SET handed_at = now() WHERE id = $1 AND attempts = $2", task.id, task.attempts
        )

    await settle(work, task, await mailer.hand_over(letter, handing), Channel.EMAIL)


async def drop_if_ended(work: Work, notice: UUID) -> None:
    """What was told an agent of her principal's case does not go out any more once her mandate is over."""
    async with work.transaction() as tx:
        await tx.db.execute(
            """UPDATE notices n SET state = 'merged', problem = 'the mandate ended first' FROM events e
               WHERE n.id = $1 AND n.state IN ('queued', 'retry') AND e.id = n.event_id AND e.case_id IS NOT NULL
                 AND e.principal_id <> n.person_id AND NOT EXISTS (
                   SELECT 1 FROM mandates m JOIN cases c ON c.id = e.case_id WHERE m.principal_id = e.principal_id AND m.agent_id = n.person_id
                   AND m.ended_at IS NULL AND $2 BETWEEN m.valid_from AND m.valid_to AND 'see' = ANY(m.actions)
                   AND mandate_covers(m.kind, m.items, c.item_code))""",
            notice,
            tx.today,
        )


def agent_of(vault: Vault, task: TextTask) -> str:
    """Who did it for her, as she may be called in our own message; "" when she did it herself."""
    if task.agent_name is None or task.agent_key is None:
        return ""
    return spoken(vault.key(task.agent_key).open(task.agent_name, f"name:{task.agent_id}").decode())


def _address(work: Work, task: MailTask) -> str:
    """ValueError when she has taken her address back in the meantime."""
    if task.value_sealed is None:
        raise ValueError("no address")
    key = work.vault.key(task.key_wrapped)
    return key.open(task.value_sealed, f"contact:{task.person_id}:email").decode()


async def claim_push(db: asyncpg.Pool, notice: UUID) -> PushTask | None:
    """None when it is not to be sent now. A push whose worker died is simply sent again: topic and tag show it once."""
    row = await db.fetchrow(
        """WITH mine AS (
               UPDATE notices SET state = 'sending', attempts = attempts + 1, lease_until = now() + $2, handed_at = NULL
               WHERE id = $1 AND channel = 'push' AND ((state IN ('queued', 'retry') AND coalesce(next_at, '-infinity') <= now())
                     OR (state = 'sending' AND lease_until < now())) RETURNING *)
           SELECT n.id, n.attempts, extract(epoch FROM now() - n.created_at)::float8 AS age, n.event_id, n.case_id, n.person_id,
                  e.principal_id = n.person_id AS own, n.words, a.language, n.reached,
                  (SELECT count(*) FROM notices u WHERE u.person_id = n.person_id AND u.channel = 'inbox' AND u.read_at IS NULL) AS unread,
                  (SELECT coalesce(json_agg(json_build_object('id', s.id, 'endpoint', s.endpoint, 'p256dh', s.p256dh, 'auth', s.auth,
                          'heard', coalesce(s.last_ok_at > now() - interval '1 day', false))), '[]')
                   FROM push_subscriptions s WHERE s.account_id = n.person_id AND s.id <> ALL (n.reached)) AS devices
           FROM mine n JOIN events e ON e.id = n.event_id JOIN accounts a ON a.id = n.person_id""",
        notice,
        LEASE,
    )
    if row is None:
        return None
    return msgspec.convert(dict(row), PushTask)


async def claim_mail(db: asyncpg.Pool, notice: UUID) -> MailTask | None:
    """None when it is not to be sent now. One whose worker died before handing it over is sent again; after that, nobody knows."""
    await db.execute(
        """UPDATE notices SET state = 'unknown', lease_until = NULL, problem = 'worker ended while handing it over'
           WHERE id = $1 AND channel = 'email' AND state = 'sending' AND lease_until < now() AND handed_at IS NOT NULL""",
        notice,
    )
    row = await db.fetchrow(
        """WITH mine AS (
               UPDATE notices SET state = 'sending', attempts = attempts + 1, lease_until = now() + $2, handed_at = NULL
               WHERE id = $1 AND channel = 'email' AND ((state IN ('queued', 'retry') AND coalesce(next_at, '-infinity') <= now())
                     OR (state = 'sending' AND lease_until < now())) RETURNING *)
           SELECT n.id, n.attempts, extract(epoch FROM now() - n.created_at)::float8 AS age, n.person_id, n.created_at,
                  e.principal_id = n.person_id AS own, n.words, a.language, a.key_wrapped, k.value_sealed,
                  e.principal_id = n.person_id AND c.id IS NOT NULL AS for_her
           FROM mine n JOIN events e ON e.id = n.event_id JOIN accounts a ON a.id = n.person_id
           LEFT JOIN cases c ON c.id = e.case_id AND coalesce(e.mandate_id, c.mandate_id) IS NOT NULL
           LEFT JOIN contacts k ON k.account_id = n.person_id AND k.kind = 'email' AND k.verified_at IS NOT NULL""",
        notice,
        LEASE,
    )
    return msgspec.convert(row, MailTask) if row else None


async def not_now(db: asyncpg.Pool, notice: UUID) -> None:
    """Settled already: nothing to do. Else somebody is at it, or it is to rest: this job comes back then."""
    seconds = await db.fetchval(
        """SELECT extract(epoch FROM coalesce(CASE WHEN state = 'sending' THEN lease_until ELSE next_at END, now()) - now())::float8
           FROM notices WHERE id = $1 AND state IN ('queued', 'retry', 'sending')""",
        notice,
    )
    if seconds is not None:
        raise Later(max(seconds, 0) + 1)


async def settle(
    work: Work,
    task: PushTask | MailTask | TextTask,
    answer: Answer,
    channel: Channel,
    reached: list[UUID] | None = None,
) -> None:
    """Says how the attempt went, again and again while the database cannot be reached: what is sent must not be sent twice."""
    final = settled(answer, task.age)
    for seconds in NEVER_GIVEN_UP:
        try:
            return await _settle_once(work, task, final, channel, reached or [])
        except LOST:
            await asyncio.sleep(seconds)
    await _settle_once(work, task, final, channel, reached or [])


async def _settle_once(
    work: Work, task: PushTask | MailTask | TextTask, final: Answer, channel: Channel, reached: list[UUID]
) -> None:
    if final.state is not Sending.RETRY:
        await _write(work.pool, work, task, final, None, reached)
        return
    rest = timedelta(seconds=pause(task.id, task.attempts, final.retry_after))
    async with work.transaction() as tx:
        if await _write(tx.db, work, task, final, rest, reached):
            await enqueue(tx.db, JOBS[channel][0], {"notice": task.id}, after=rest)


async def _write(
    db: asyncpg.Connection | asyncpg.Pool,
    work: Work,
    task: PushTask | MailTask | TextTask,
    final: Answer,
    rest: timedelta | None,
    reached: list[UUID],
) -> bool:
    """Whether this attempt still held the notice: another may have taken it over."""
    return bool(
        await db.fetchval(
            """UPDATE notices SET state = $3, problem = nullif($4, ''), next_at = now() + $5, lease_until = NULL,
                      sent_at = CASE WHEN $3 = 'sent' THEN $6::timestamptz END, reached = reached || $7
               WHERE id = $1 AND attempts = $2 AND state = 'sending' RETURNING true""",
            task.id,
            task.attempts,
            final.state,
            final.problem,
            rest,
            work.clock(),
            reached,
        )
    )


async def _note_devices(work: Work, went: list[tuple[Device, Answer]]) -> None:
    """One that is gone is forgotten; once a day it is noted that one is still there."""
    gone = [device.id for device, answer in went if answer.gone]
    took = [device.id for device, answer in went if answer.state is Sending.SENT and not device.heard]
    if gone:
        await work.pool.execute("DELETE FROM push_subscriptions WHERE id = ANY($1)", gone)
    if took:
        await work.pool.execute("UPDATE push_subscriptions SET last_ok_at = now() WHERE id = ANY($1)", took)


async def stuck(db: asyncpg.Connection) -> list[tuple[str, dict[str, UUID]]]:
    """The jobs of notices that should long have gone: their job was lost, or held after too many failures."""
    rows = await db.fetch(
        """SELECT id, channel FROM notices WHERE state IN ('queued', 'retry', 'sending')
           AND greatest(created_at, next_at, lease_until) < now() - interval '10 minutes' ORDER BY created_at LIMIT 5000"""
    )
    return [(JOBS[Channel(row["channel"])][0], {"notice": row["id"]}) for row in rows]
