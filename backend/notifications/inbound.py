"""Text messages that come in: signed by the gateway, laid down once each, read by the worker.

The gateway sends POST JSON {"from", "text", "reference"} with the same two headers as ours (`sms.py`). A time more than
five minutes off, or a reference that came before, changes nothing.
"""

import hashlib
import hmac
from datetime import datetime
from typing import Annotated
from uuid import uuid4

import msgspec

from backend.accounts.contacts import read_contact
from backend.core.db import Tx
from backend.core.jobs import Work, enqueue
from backend.mandates.texts import answered
from backend.notifications import sms

WINDOW = 300  # seconds


class Inbound(msgspec.Struct, frozen=True):
    """One text message as the gateway hands it over. `reference`: its own, the same each time it tries again."""

    sender: Annotated[str, msgspec.Meta(max_length=30)] = msgspec.field(name="from")
    text: Annotated[str, msgspec.Meta(max_length=1000)]
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


def genuine(key: str, body: bytes, at: str, signature: str, now: datetime) -> bool:
    """Whether the gateway signed just this, about now."""
    if not (at.isascii() and at.isdigit() and len(at) <= 12) or abs(int(at) - now.timestamp()) > WINDOW:
        return False
    signed = hmac.new(key.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signed.encode(), signature.encode())


async def lay_down(tx: Tx, message: Inbound) -> bool:
    """Keeps it for the worker; False when it came before."""
    sealed = tx.vault.system.seal_value([message.sender, message.text], f"inbound:{message.reference}")
    done = await tx.db.execute(
        "INSERT INTO inbound_texts (reference, sealed, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        message.reference,
        sealed,
        tx.now,
    )
    if done == "INSERT 0 0":
        return False
    await enqueue(tx.db, "read_text", {"reference": message.reference})
    return True


async def read_text(work: Work, reference: str) -> None:
    """Does what it says in one transaction, once, and then replies; a reply that gets lost is not repeated."""
    async with work.transaction() as tx:
        sealed = await tx.db.fetchval(
            "UPDATE inbound_texts SET done_at = $2 WHERE reference = $1 AND done_at IS NULL RETURNING sealed",
            reference,
            tx.now,
        )
        if sealed is None:
            return
        sender, text = tx.vault.system.open_value(sealed, f"inbound:{reference}")
        contact = read_contact(sender)
        reply = await answered(tx, contact.value, text) if contact and contact.channel == "phone" else None
    gateway = await work.shared(sms.opened)
    if reply and contact and gateway:
        await gateway.send(contact.value, reply, str(uuid4()))


async def clear_texts(tx: Tx) -> None:
    """What was read a day ago is of no use to anybody; its reference goes with the window in which it could come again."""
    await tx.db.execute("DELETE FROM inbound_texts WHERE done_at < $1::timestamptz - interval '1 day'", tx.now)
