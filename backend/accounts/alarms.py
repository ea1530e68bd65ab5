"""Telling where she was reached until now that a number or address of hers was changed."""

from uuid import UUID, uuid4

import msgspec

from backend.accounts.contacts import Channel, Contact
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.jobs import enqueue


class Alarm(msgspec.Struct, frozen=True):
    """What the job needs to tell it."""

    contact: Contact
    changed: Channel
    language: str


async def raise_alarm(tx: Tx, key: DataKey, before: list[Contact], changed: Channel) -> None:
    """Once for each place she was reached at; `key` is her own."""
    for old in before:
        alarm = uuid4()
        await tx.db.execute(
            "INSERT INTO contact_alarms (id, account_id, kind, changed, sealed, raised_at) VALUES ($1, $2, $3, $4, $5, $6)",
            alarm,
            tx.viewer.id,
            old.channel,
            changed,
            key.seal(old.value.encode(), f"alarm:{alarm}"),
            tx.now,
        )
        await enqueue(tx.db, "tell_contact_changed", {"alarm": str(alarm)})


async def alarm_to_tell(tx: Tx, alarm: UUID) -> Alarm | None:
    """As worker: None once it was told."""
    row = await tx.db.fetchrow(
        """SELECT c.kind, c.changed, c.sealed, a.key_wrapped, a.language FROM contact_alarms c JOIN accounts a ON a.id = c.account_id
           WHERE c.id = $1 AND c.sealed IS NOT NULL""",
        alarm,
    )
    if row is None:
        return None
    value = tx.vault.key(row["key_wrapped"]).open(row["sealed"], f"alarm:{alarm}").decode()
    return Alarm(Contact(row["kind"], value), row["changed"], row["language"])


async def forget_alarm(tx: Tx, alarm: UUID) -> None:
    """Told: the old number or address is not needed any more."""
    await tx.db.execute("UPDATE contact_alarms SET sealed = NULL WHERE id = $1", alarm)
