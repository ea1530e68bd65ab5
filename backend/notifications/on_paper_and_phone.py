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
from backend.core.crypto import Vault
from backend.core.db import SHANGHAI, Tx
from backend.core.i18n import _
from backend.core.jobs import Work
from backend.core.render import saying
from backend.mandates.texts import spoken
from backend.notifications import sms
from backend.notifications.delivery import Overtaken, handing, settle, went
from backend.notifications.letters import queue_letter
from backend.notifications.messages import message
from backend.notifications.model import SENT, Answer, Channel, Sending, TextTask, Went

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

NO_NUMBER = Answer(state=Sending.FAILED, problem="no number or no gateway")
NO_CONSENT = Answer(state=Sending.FAILED, problem="she agreed to no text messages")
NO_ADDRESS = Answer(state=Sending.FAILED, problem="no address")


def agent_of(vault: Vault, task: TextTask) -> str:
    """Who did it for her, as she may be called in our own message; "" when she did it herself."""
    if task.agent_name is None or task.agent_key is None:
        return ""
    return spoken(vault.key(task.agent_key).open(task.agent_name, f"name:{task.agent_id}").decode())


def text_of(task: TextTask, agent: str) -> Sentence:
    """The text message, to be worded in her language. Pure."""
    return Sentence(DID if task.by_agent else CAME_OF_IT if agent else OWN, _params(task, agent, short=True))


def letter_of(task: TextTask, agent: str) -> Sentence:
    """The same in full sentences. Pure."""
    words = LETTER_DID if task.by_agent else LETTER_CAME if agent else LETTER_OWN
    return Sentence(words, _params(task, agent, short=False))


def _params(task: TextTask, agent: str, *, short: bool) -> dict[str, object]:
    own = task.worded or {}
    said = message(task.words, own)
    todo: object = said.until or Sentence(ASK if agent else OWN_ASK)
    if own.get("todo"):
        todo = Sentence("%(until)s%(todo)s", {"until": said.until or "", "todo": said.todo})
    return {
        "day": task.at.astimezone(SHANGHAI).date(),
        "agent": agent,
        "title": _short(said.title) if short else said.title,
        "happened": said.happened,
        "todo": todo if short else said.todo,
    }


def _short(title: Sentence) -> Sentence:
    """Of many things filed together two names are enough for a text message."""
    names = str(title.params.get("items", "")).split("、")
    return Sentence(title.say, {**title.params, "items": "、".join(names[:2]) + "…"}) if len(names) > 2 else title


async def send_text(work: Work, task: TextTask) -> Went | None:
    gateway = await work.shared(sms.opened)
    if gateway is None or task.phone_sealed is None:
        return went(work, task, NO_NUMBER)
    if not task.may_text:
        return went(work, task, NO_CONSENT)
    phone = work.vault.key(task.key_wrapped).open(task.phone_sealed, f"contact:{task.person_id}:phone").decode()
    with saying(task.language, task.at.date()) as said:
        words = said(text_of(task, agent_of(work.vault, task)))
    try:
        await handing(work.pool, task)
    except Overtaken:
        return None
    return went(work, task, await gateway.send(phone, words, str(task.id)))


async def lay_letter(work: Work, task: TextTask) -> Went | None:
    """One transaction: the letter lies in the queue and the notice says so, or neither; None when it does."""
    async with work.transaction() as tx:
        if not await _still_ours(tx, task):
            return None
        with saying(task.language, task.at.date()) as said:
            words = said(letter_of(task, agent_of(tx.vault, task)))
        if not await queue_letter(tx, task.person_id, words, task.language):
            return went(work, task, NO_ADDRESS)
        await settle(tx, Channel.LETTER, [went(work, task, SENT)])
    return None


async def _still_ours(tx: Tx, task: TextTask) -> bool:
    """Held until the end of this transaction."""
    return bool(
        await tx.db.fetchval(
            "SELECT true FROM notices WHERE id = $1 AND attempts = $2 AND state = 'sending' FOR UPDATE",
            task.id,
            task.attempts,
        )
    )


async def text_tasks(db: asyncpg.Pool, notices: list[UUID]) -> list[TextTask]:
    """What is to be said, to whom, and by whom it was done. Where another channel failed for good, a text message needs no
    consent; word of what she may have without asking always does."""
    rows = await db.fetch(
        """SELECT n.id, n.attempts, extract(epoch FROM now() - n.created_at)::float8 AS age, n.person_id, n.words, a.language, e.at,
                  e.actor_kind = 'agent' AS by_agent, a.key_wrapped,
                  (SELECT w.words FROM notice_wordings w WHERE (w.kind, w.channel, w.language) = (n.words ->> 'kind', CASE n.channel WHEN 'sms' THEN 'sms' ELSE 'inbox' END, a.language) ORDER BY w.id DESC LIMIT 1) AS worded, k.value_sealed AS phone_sealed,
                  g.id AS agent_id, g.name_sealed AS agent_name, g.key_wrapped AS agent_key,
                  g.id IS NOT NULL OR consented(n.person_id, 'sms') >= $2 OR (e.kind NOT LIKE 'offer%' AND (NOT (
                      EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.account_id = n.person_id)
                      OR EXISTS (SELECT 1 FROM contacts m WHERE m.account_id = n.person_id AND m.kind = 'email' AND m.verified_at IS NOT NULL))
                      OR EXISTS (SELECT 1 FROM notices o WHERE o.event_id = n.event_id AND o.person_id = n.person_id AND o.state = 'failed'))) AS may_text
           FROM notices n JOIN events e ON e.id = n.event_id JOIN accounts a ON a.id = n.person_id LEFT JOIN cases c ON c.id = e.case_id
           LEFT JOIN accounts g ON g.id = CASE WHEN e.actor_kind = 'agent' THEN e.actor_id ELSE c.actor_id END AND g.id <> n.person_id
           LEFT JOIN contacts k ON k.account_id = n.person_id AND k.kind = 'phone' AND k.verified_at IS NOT NULL WHERE n.id = ANY($1)""",
        notices,
        SMS.version,
    )
    return msgspec.convert(rows, list[TextTask])
