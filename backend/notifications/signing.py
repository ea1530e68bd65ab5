"""The signer is asked: in her inbox, and by text message or e-mail with a link of her own; who asked hears what she said."""

from typing import NamedTuple
from uuid import UUID

import asyncpg

from backend.accounts.contacts import Contact
from backend.core.db import Tx
from backend.core.events import NewEvent, record
from backend.core.i18n import _
from backend.core.jobs import Work
from backend.notifications import mail, sms
from backend.notifications.codes import NotSent
from backend.notifications.identity_messages import SIGNATURE_ASKED, SIGNATURE_DECLINED, SIGNATURE_GIVEN
from backend.notifications.model import Answer, Sending

TEXT = _("【随手办】有人办“%(item)s”要您签名。打开 %(link)s 登录后看清楚，再点同意或不同意。没听说过这件事，不用理会。")


class ToAsk(NamedTuple):
    """What is sent to whom. `contact` None: she is reached in her inbox only."""

    signer: UUID
    contact: Contact | None
    item: str
    token: str


def page_of(signature: UUID) -> str:
    return f"/signatures/{signature}"


async def ask_to_sign(work: Work, signature: UUID) -> None:
    """The notice and the message, once; nothing where nobody is known by that name and number."""
    async with work.transaction() as tx:
        task = await _to_ask(tx, signature)
        if task:
            await _announce(tx, signature, task.signer)
    if task and task.contact:
        answer = await _sent(work, signature, task, task.contact)
        if answer.state is Sending.RETRY:
            raise NotSent(answer.problem)
    async with work.transaction() as tx:
        await tx.db.execute("UPDATE signatures SET token_sealed = NULL WHERE id = $1", signature)


async def _to_ask(tx: Tx, signature: UUID) -> ToAsk | None:
    row = await tx.db.fetchrow(
        """SELECT s.signer_id, s.token_sealed, i.name AS item, c.kind, c.value_sealed, a.key_wrapped FROM signatures s
           JOIN items i ON i.code = s.item_code JOIN accounts a ON a.id = s.signer_id
           LEFT JOIN contacts c ON c.account_id = s.signer_id AND c.verified_at IS NOT NULL
           WHERE s.id = $1 AND s.state = 'waiting' AND s.token_sealed IS NOT NULL AND s.expires_at > $2
           ORDER BY c.kind DESC NULLS LAST LIMIT 1""",
        signature,
        tx.now,
    )
    if row is None:
        return None
    token = tx.vault.system.open(row["token_sealed"], f"signature:{signature}:token").decode()
    return ToAsk(row["signer_id"], _contact(tx, row), row["item"], token)


def _contact(tx: Tx, row: asyncpg.Record) -> Contact | None:
    if row["kind"] is None:
        return None
    about = f"contact:{row['signer_id']}:{row['kind']}"
    return Contact(row["kind"], tx.vault.key(row["key_wrapped"]).open(row["value_sealed"], about).decode())


async def _announce(tx: Tx, signature: UUID, signer: UUID) -> None:
    data = {"page": page_of(signature)}
    if not await tx.db.fetchval(
        "SELECT EXISTS (SELECT 1 FROM events WHERE principal_id = $1 AND kind = $2 AND data ->> 'page' = $3)",
        signer,
        SIGNATURE_ASKED,
        data["page"],
    ):
        await record(tx, [NewEvent(kind=SIGNATURE_ASKED, principal_id=signer, actor_kind="machine", data=data)])


async def _sent(work: Work, signature: UUID, task: ToAsk, contact: Contact) -> Answer:
    text = TEXT % {"item": task.item, "link": f"{work.settings.public_url}/sign/{task.token}"}
    if contact.channel == "email":
        mailer = await work.shared(mail.opened)
        return await mailer.hand_over(mailer.plain(signature, contact.value, "有人请您签名", text))
    gateway = await work.shared(sms.opened)
    if gateway is None:
        return Answer(state=Sending.FAILED, problem="no gateway for text messages")
    return await gateway.send(contact.value, text, str(signature))


async def signature_answered(tx: Tx, signature: UUID) -> None:
    """Who asked hears of it; what was asked of the signer needs her no more."""
    row = await tx.db.fetchrow("SELECT asked_by, state FROM signatures WHERE id = $1", signature)
    await tx.db.execute(
        "UPDATE notices SET needs_you = false WHERE needs_you AND words ->> 'page' = $1", page_of(signature)
    )
    if row is None or row["state"] not in ("signed", "declined"):
        return
    kind = SIGNATURE_GIVEN if row["state"] == "signed" else SIGNATURE_DECLINED
    data = {"page": "/cart/signatures", "signature": str(signature)}
    if not await tx.db.fetchval(
        "SELECT EXISTS (SELECT 1 FROM events WHERE kind = $1 AND data ->> 'signature' = $2)", kind, str(signature)
    ):
        await record(tx, [NewEvent(kind=kind, principal_id=row["asked_by"], actor_kind="machine", data=data)])
