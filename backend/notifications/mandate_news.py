"""A mandate was given or ended elsewhere than on her own screen: both sides hear of it, the principal on her own channel.

In her inbox always; by text message where she has a number, by letter where she has only an address. `what`: given, ended
(taken back at a desk), visited (a visit at a service point is over), death, incapacity (then `of` is whom it happened to),
own_consent (a child is fourteen), taken_over (she signs in herself now).
"""

from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.events import NewEvent, record
from backend.core.i18n import _, translate
from backend.core.jobs import Work, enqueue
from backend.mandates.texts import spoken
from backend.mandates.themes import shortened
from backend.notifications import sms
from backend.notifications.codes import NotSent
from backend.notifications.letters import queue_letter
from backend.notifications.mandate_messages import (
    LOST_BY_DEATH,
    LOST_BY_INCAPACITY,
    MANDATE_ENDED,
    MANDATE_GIVEN,
    MANDATE_HELD,
    VISIT_DONE,
)
from backend.notifications.model import Sending
from backend.notifications.rights_messages import TOOK_OVER, WARD_IS_FOURTEEN, WARD_TOOK_OVER

# what: the principal's kind of event, the agent's; "" for nobody
KINDS = {
    "given": (MANDATE_GIVEN, MANDATE_HELD),
    "ended": (MANDATE_ENDED, MANDATE_ENDED),
    "visited": (VISIT_DONE, ""),
    "death": (LOST_BY_DEATH, LOST_BY_DEATH),
    "incapacity": (LOST_BY_INCAPACITY, LOST_BY_INCAPACITY),
    "own_consent": ("", WARD_IS_FOURTEEN),
    "taken_over": (TOOK_OVER, WARD_TOOK_OVER),
}
TEXTS = {
    "given": _(
        "【随手办】%(agent)s从今天起可以替您办：%(matters)s，到%(until)s为止。不是您的意思，请回复“收回”，或打 12345，马上结束。"
    ),
    "ended": _("【随手办】%(agent)s替您办事的授权已经结束。不是您的意思，请打 12345。"),
    "visited": _("【随手办】今天在%(point)s，工作人员替您办了：%(done)s。不是您的意思，请打 12345。"),
    "looked": _("【随手办】今天在%(point)s，工作人员帮您看过，没有提交任何事项。不是您的意思，请打 12345。"),
}
# On paper there is nothing to reply to. Who was at a service point has the slip in her hand.
LETTERS = {
    "given": _(
        "%(agent)s从今天起可以替您办：%(matters)s，到%(until)s为止。\n\n不是您的意思，请打 12345，或到任何一个窗口说一声，马上结束。"
    ),
    "ended": _("%(agent)s替您办事的授权已经结束。\n\n不是您的意思，请打 12345。"),
}


class Deed(NamedTuple):
    """One mandate as it is told of."""

    principal: UUID
    params: dict[str, str]
    language: str  # the principal's


async def tell_mandate(work: Work, mandate: UUID, what: str, of: str = "") -> None:
    """The events, once; and the text message or the letter that follows from them."""
    async with work.transaction() as tx:
        row = await tx.db.fetchrow("SELECT principal_id, agent_id FROM mandates WHERE id = $1 FOR UPDATE", mandate)
        told = [(row[side], kind) for side, kind in zip(("principal_id", "agent_id"), KINDS[what], strict=True) if kind]
        told = [(person, kind) for person, kind in told if str(person) != of]
        if await _told(tx, mandate, what):
            return
        data = {"mandate": str(mandate), "what": what}
        events = [
            NewEvent(kind=kind, principal_id=person, actor_kind="machine", data={**data, "page": _page(kind, what)})
            for person, kind in told
        ]
        await record(tx, events)
        if what in TEXTS:
            await _on_her_channel(tx, row["principal_id"], mandate, what)


def _page(kind: str, what: str) -> str:
    if kind == TOOK_OVER:
        return "/me/consents"
    return "/search?q=身后事" if what == "death" else "/mandates"


async def _told(tx: Tx, mandate: UUID, what: str) -> bool:
    return await tx.db.fetchval(
        """SELECT EXISTS (SELECT 1 FROM mandates m JOIN events e ON e.principal_id IN (m.principal_id, m.agent_id)
                          WHERE m.id = $1 AND e.data ->> 'mandate' = $1::text AND e.data ->> 'what' = $2)""",
        mandate,
        what,
    )


async def _on_her_channel(tx: Tx, principal: UUID, mandate: UUID, what: str) -> None:
    has_phone = await tx.db.fetchval(
        "SELECT EXISTS (SELECT 1 FROM contacts WHERE account_id = $1 AND kind = 'phone' AND verified_at IS NOT NULL)",
        principal,
    )
    if has_phone:
        await enqueue(tx.db, "text_mandate", {"mandate": str(mandate), "what": what})
    elif what in LETTERS:
        deed = await _deed(tx, mandate)
        await queue_letter(tx, principal, translate(deed.language, LETTERS[what], dict(deed.params)), deed.language)


async def text_mandate(work: Work, mandate: UUID, what: str) -> None:
    """Tried again only when it certainly did not go."""
    async with work.transaction() as tx:
        deed = await _deed(tx, mandate)
        row = await tx.db.fetchrow(
            """SELECT k.value_sealed, a.key_wrapped FROM contacts k JOIN accounts a ON a.id = k.account_id
               WHERE k.account_id = $1 AND k.kind = 'phone' AND k.verified_at IS NOT NULL""",
            deed.principal,
        )
    gateway = await work.shared(sms.opened)
    if row is None or gateway is None:
        return
    phone = tx.vault.key(row["key_wrapped"]).open(row["value_sealed"], f"contact:{deed.principal}:phone").decode()
    text = TEXTS["looked" if what == "visited" and not deed.params["done"] else what]
    said = translate(deed.language, text, dict(deed.params))
    answer = await gateway.send(phone, said, f"{mandate}:{what}")
    if answer.state is Sending.RETRY:
        raise NotSent(answer.problem)


async def _deed(tx: Tx, mandate: UUID) -> Deed:
    row = await tx.db.fetchrow(
        """SELECT m.principal_id, m.agent_id, m.items, m.valid_to, a.name_sealed, a.key_wrapped, y.language,
                  (SELECT p.name FROM visits v JOIN service_points p ON p.id = v.point_id WHERE v.mandate_id = m.id) AS point,
                  ARRAY(SELECT i FROM mandate_events e, jsonb_array_elements_text(e.data -> 'items') AS i
                        WHERE e.mandate_id = m.id AND e.kind = 'used' ORDER BY e.n) AS done
           FROM mandates m JOIN accounts a ON a.id = m.agent_id JOIN accounts y ON y.id = m.principal_id WHERE m.id = $1""",
        mandate,
    )
    return Deed(row["principal_id"], await _params(tx, row), row["language"])


async def _params(tx: Tx, row: asyncpg.Record) -> dict[str, str]:
    titles = (await city(tx.db)).titles
    name = tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['agent_id']}").decode()
    until: Any = row["valid_to"]
    return {
        "agent": spoken(name),
        "matters": shortened("、".join(titles.get(i, i) for i in row["items"]))
        if row["items"]
        else "所有允许代办的事项",
        "until": f"{until.year}年{until.month}月{until.day}日",
        "point": row["point"] or "",
        "done": "、".join(dict.fromkeys(row["done"])),
    }
