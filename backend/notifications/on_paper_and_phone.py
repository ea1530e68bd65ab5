"""What was done for a principal, and with her consent what came of her own filing, told her on a channel that needs no app: a text
message, or a letter where only post reaches her.

A text message says who, what, when and how to stop it, and nothing else. As with e-mail: what certainly did not go is tried
again, what nobody knows of is not. A letter is queued in the transaction that settles its notice, so there is exactly one.
"""

from uuid import UUID

import asyncpg
import msgspec

from backend.accounts.consents import SMS
from backend.cases.messages import Sentence
from backend.core.db import SHANGHAI, Tx
from backend.core.i18n import _
from backend.core.jobs import Work
from backend.core.render import saying
from backend.notifications import sms
from backend.notifications.delivery import LEASE, agent_of, not_now, settle
from backend.notifications.letters import queue_letter
from backend.notifications.messages import message
from backend.notifications.model import Answer, Channel, Sending, TextTask

DID = _(
    "【随手办】%(day)s，%(agent)s替您办了：%(title)s。不是您的意思，回复“收回”，对方马上不能再替您办；也可以打 12345。"
)
CAME_OF_IT = _("【随手办】%(title)s（%(agent)s替您办的）。%(todo)s想问清楚，打 12345。不想再让对方代办，回复“收回”。")
ASK = _("登录随手办看，或问代办的人。")
OWN = _("【随手办】%(title)s。%(todo)s想问清楚，打 12345。")
OWN_ASK = _("请登录随手办看。")
LETTER_OWN = _(
    "您在随手办上办的事有了消息：\n\n%(title)s。\n\n%(happened)s\n%(todo)s\n\n想问清楚，打 12345，或到窗口问。"
)
LETTER_DID = _(
    "%(day)s，%(agent)s替您在随手办上办了：\n\n%(title)s。\n\n%(happened)s\n\n"
    "是您的意思，就什么也不用做。\n不是您的意思，请马上打 12345，或到任何一个窗口说一声，对方就不能再替您办了。"
)
LETTER_CAME = _(
    "%(agent)s替您办的事有了消息：\n\n%(title)s。\n\n%(happened)s\n%(todo)s\n\n"
    "想问清楚，打 12345，或到窗口问。\n不想再让对方代办，也打 12345，或到任何一个窗口说一声，马上生效。"
)


def text_of(task: TextTask, agent: str) -> Sentence:
    """The text message, to be worded in her language. Pure."""
    return Sentence(DID if task.by_agent else CAME_OF_IT if agent else OWN, _params(task, agent, short=True))


def letter_of(task: TextTask, agent: str) -> Sentence:
    """The same in full sentences. Pure."""
    words = LETTER_DID if task.by_agent else LETTER_CAME if agent else LETTER_OWN
    return Sentence(words, _params(task, agent, short=False))


def _params(task: TextTask, agent: str, *, short: bool) -> dict[str, object]:
    said = message(task.words)
    return {
        "day": task.at.astimezone(SHANGHAI).date(),
        "agent": agent,
        "title": _short(said.title) if short else said.title,
        "happened": said.happened,
        "todo": said.until or Sentence(ASK if agent else OWN_ASK) if short else said.todo,
    }


def _short(title: Sentence) -> Sentence:
    """Of many things filed together two names are enough for a text message."""
    names = str(title.params.get("items", "")).split("、")
    return Sentence(title.say, {**title.params, "items": "、".join(names[:2]) + "…"}) if len(names) > 2 else title


async def deliver_text(work: Work, notice: UUID) -> None:
    task = await claim_text(work.pool, notice)
    if task is None:
        return await not_now(work.pool, notice)
    gateway = await work.shared(sms.opened)
    if gateway is None or task.phone_sealed is None:
        return await settle(work, task, Answer(state=Sending.FAILED, problem="no number or no gateway"), Channel.SMS)
    if not task.may_text:
        return await settle(
            work, task, Answer(state=Sending.FAILED, problem="she agreed to no text messages"), Channel.SMS
        )
    phone = work.vault.key(task.key_wrapped).open(task.phone_sealed, f"contact:{task.person_id}:phone").decode()
    await work.pool.execute(
        "UPDATE notices SET handed_at = now() WHERE id = $1 AND attempts = $2", task.id, task.attempts
    )
    with saying(task.language, task.at.date()) as said:
        words = said(text_of(task, agent_of(work.vault, task)))
    await settle(work, task, await gateway.send(phone, words, str(task.id)), Channel.SMS)


async def deliver_letter(work: Work, notice: UUID) -> None:
    """One transaction: the letter lies in the queue and the notice says so, or neither."""
    async with work.transaction() as tx:
        task = await _letter_task(tx, notice)
        if task is None:
            return
        with saying(task.language, task.at.date()) as said:
            words = said(letter_of(task, agent_of(tx.vault, task)))
        queued = await queue_letter(tx, task.person_id, words, task.language)
        await tx.db.execute(
            "UPDATE notices SET state = $2, sent_at = $3, problem = $4 WHERE id = $1",
            notice,
            Sending.SENT if queued else Sending.FAILED,
            tx.now if queued else None,
            None if queued else "no address",
        )


async def claim_text(db: asyncpg.Pool, notice: UUID) -> TextTask | None:
    """None when it is not to be sent now. One whose worker died while handing it over is not sent again: nobody knows."""
    await db.execute(
        """UPDATE notices SET state = 'unknown', lease_until = NULL, problem = 'worker ended while handing it over'
           WHERE id = $1 AND channel = 'sms' AND state = 'sending' AND lease_until < now() AND handed_at IS NOT NULL""",
        notice,
    )
    claimed = await db.fetchval(
        """UPDATE notices SET state = 'sending', attempts = attempts + 1, lease_until = now() + $2, handed_at = NULL
           WHERE id = $1 AND channel = 'sms' AND ((state IN ('queued', 'retry') AND coalesce(next_at, '-infinity') <= now())
                 OR (state = 'sending' AND lease_until < now())) RETURNING id""",
        notice,
        LEASE,
    )
    return await task_of(db, notice) if claimed else None


async def _letter_task(tx: Tx, notice: UUID) -> TextTask | None:
    """Held until the end of this transaction; None when it was queued already."""
    held = await tx.db.fetchval(
        "SELECT id FROM notices WHERE id = $1 AND channel = 'letter' AND state = 'queued' FOR UPDATE SKIP LOCKED",
        notice,
    )
    return await task_of(tx.db, notice) if held else None


async def task_of(db: asyncpg.Pool | asyncpg.Connection, notice: UUID) -> TextTask:
    """What is to be said, to whom, and by whom it was done."""
    row = await db.fetchrow(
        """SELECT n.id, n.attempts, extract(epoch FROM now() - n.created_at)::float8 AS age, n.person_id, n.words, a.language, e.at,
                  e.actor_kind = 'agent' AS by_agent, a.key_wrapped, k.value_sealed AS phone_sealed,
                  g.id AS agent_id, g.name_sealed AS agent_name, g.key_wrapped AS agent_key,
                  g.id IS NOT NULL OR consented(n.person_id, 'sms') >= $2 OR NOT (
                      EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.account_id = n.person_id)
                      OR EXISTS (SELECT 1 FROM contacts m WHERE m.account_id = n.person_id AND m.kind = 'email' AND m.verified_at IS NOT NULL)) AS may_text
           FROM notices n JOIN events e ON e.id = n.event_id JOIN accounts a ON a.id = n.person_id LEFT JOIN cases c ON c.id = e.case_id
           LEFT JOIN accounts g ON g.id = CASE WHEN e.actor_kind = 'agent' THEN e.actor_id ELSE c.actor_id END AND g.id <> n.person_id
           LEFT JOIN contacts k ON k.account_id = n.person_id AND k.kind = 'phone' AND k.verified_at IS NOT NULL WHERE n.id = $1""",
        notice,
        SMS.version,
    )
    return msgspec.convert(row, TextTask)
