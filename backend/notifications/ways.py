"""The four ways of knocking: how many at once, what is to be said, and saying it. Each says how an attempt went."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.core.jobs import Work
from backend.notifications import mail, on_paper_and_phone, push
from backend.notifications.delivery import Overtaken, handing, went
from backend.notifications.model import Answer, Channel, MailTask, PushTask, Sending, Task, Went
from backend.notifications.rules import of_all_devices
from backend.settings import Settings

NO_ADDRESS = Answer(state=Sending.FAILED, problem="no usable address")
NO_KEY = Answer(state=Sending.FAILED, problem="push is switched off")


class Way(msgspec.Struct, frozen=True):
    """`slots`: so many at once in one worker. `send` gives None when the attempt settled itself or was overtaken."""

    slots: int
    tasks: Callable[[asyncpg.Pool, list[UUID]], Awaitable[Sequence[Task]]]
    send: Callable[[Work, Any], Awaitable[Went | None]]


def open_channels(settings: Settings) -> frozenset[Channel]:
    """The channels this installation has: e-mail where a mail server is named, push where there is a key to sign with, text
    messages where there is a gateway (in the demo the worker's own terminal). Letters can always be queued."""
    found = {Channel.INBOX, Channel.LETTER}
    if settings.sms_url or settings.demo:
        found.add(Channel.SMS)
    if settings.vapid_key:
        found.add(Channel.PUSH)
    if settings.smtp_url:
        found.add(Channel.EMAIL)
    return frozenset(found)


async def send_push(work: Work, task: PushTask) -> Went:
    """To every browser of hers that has not taken it yet."""
    if not work.settings.vapid_key:
        return went(work, task, NO_KEY)
    pusher = await work.shared(push.opened)
    message = push.pushed(task, work.settings.public_url)
    answers = await asyncio.gather(*(pusher.send(message, device) for device in task.devices))
    ends = list(zip(task.devices, answers, strict=True))
    had = [Answer(state=Sending.SENT)] * len(task.reached)
    return Went(
        id=task.id,
        attempts=task.attempts,
        age=task.age,
        answer=of_all_devices([*had, *answers]),
        at=work.clock(),
        reached=[device.id for device, answer in ends if answer.state is Sending.SENT],
        heard=[device.id for device, answer in ends if answer.state is Sending.SENT and not device.heard],
        gone=[device.id for device, answer in ends if answer.gone],
    )


async def send_mail(work: Work, task: MailTask) -> Went | None:
    mailer = await work.shared(mail.opened)
    try:
        letter = mailer.letter(task, _address(work, task))
    except ValueError:
        return went(work, task, NO_ADDRESS)

    async def begins() -> None:
        await handing(work.pool, task)

    try:
        return went(work, task, await mailer.hand_over(letter, begins))
    except Overtaken:
        return None


def _address(work: Work, task: MailTask) -> str:
    """ValueError when she has taken her address back in the meantime."""
    if task.value_sealed is None:
        raise ValueError("no address")
    key = work.vault.key(task.key_wrapped)
    return key.open(task.value_sealed, f"contact:{task.person_id}:email").decode()


async def push_tasks(db: asyncpg.Pool, notices: list[UUID]) -> list[PushTask]:
    rows = await db.fetch(
        """SELECT n.id, n.attempts, extract(epoch FROM now() - n.created_at)::float8 AS age, n.event_id, n.case_id, n.person_id,
                  e.principal_id = n.person_id AS own, n.words, a.language, n.reached,
                  (SELECT w.words FROM notice_wordings w WHERE (w.kind, w.channel, w.language) = (n.words ->> 'kind', 'push', a.language) ORDER BY w.id DESC LIMIT 1) AS worded,
                  (SELECT count(*) FROM notices u WHERE u.person_id = n.person_id AND u.channel = 'inbox' AND u.read_at IS NULL) AS unread,
                  (SELECT coalesce(json_agg(json_build_object('id', s.id, 'endpoint', s.endpoint, 'p256dh', s.p256dh, 'auth', s.auth,
                          'heard', coalesce(s.last_ok_at > now() - interval '1 day', false))), '[]')
                   FROM push_subscriptions s WHERE s.account_id = n.person_id AND s.id <> ALL (n.reached)) AS devices
           FROM notices n JOIN events e ON e.id = n.event_id JOIN accounts a ON a.id = n.person_id WHERE n.id = ANY($1)""",
        notices,
    )
    return msgspec.convert([dict(row) for row in rows], list[PushTask])


async def mail_tasks(db: asyncpg.Pool, notices: list[UUID]) -> list[MailTask]:
    rows = await db.fetch(
        """SELECT n.id, n.attempts, extract(epoch FROM now() - n.created_at)::float8 AS age, n.person_id, n.created_at,
                  e.principal_id = n.person_id AS own, n.words, a.language, a.key_wrapped, k.value_sealed,
                  e.principal_id = n.person_id AND c.id IS NOT NULL AS for_her, n.matter,
                  (SELECT w.words FROM notice_wordings w WHERE (w.kind, w.channel, w.language) = (n.words ->> 'kind', 'inbox', a.language) ORDER BY w.id DESC LIMIT 1) AS worded
           FROM notices n JOIN events e ON e.id = n.event_id JOIN accounts a ON a.id = n.person_id
           LEFT JOIN cases c ON c.id = e.case_id AND coalesce(e.mandate_id, c.mandate_id) IS NOT NULL
           LEFT JOIN contacts k ON k.account_id = n.person_id AND k.kind = 'email' AND k.verified_at IS NOT NULL WHERE n.id = ANY($1)""",
        notices,
    )
    return msgspec.convert(rows, list[MailTask])


WAYS = {
    Channel.PUSH: Way(64, push_tasks, send_push),
    Channel.EMAIL: Way(20, mail_tasks, send_mail),
    Channel.SMS: Way(20, on_paper_and_phone.text_tasks, on_paper_and_phone.send_text),
    Channel.LETTER: Way(4, on_paper_and_phone.text_tasks, on_paper_and_phone.lay_letter),
}
