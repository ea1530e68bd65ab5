"""Taking in what other authorities push. As owner or worker."""

from typing import Any

from backend.core.db import Tx
from backend.core.jobs import enqueue
from backend.registers.queries import about


async def keep_record(tx: Tx, register: str, identity: str, facts: dict[str, Any]) -> None:
    """Stores or replaces what one register knows of one subject; `facts`: element → plain JSON value.

    Whoever has to know that somebody died hears of it by the job.
    """
    subject = tx.vault.blind(identity, "identity")
    await tx.db.execute(
        """INSERT INTO register_records (register, subject, sealed, at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (register, subject) DO UPDATE SET sealed = excluded.sealed, at = excluded.at""",
        register,
        subject,
        tx.vault.registers.seal_value(facts, about(register, subject)),
        tx.now,
    )
    if facts.get("person.alive") is False or facts.get("person.died_on"):
        await enqueue(tx.db, "person_gone", {"subject": subject.hex()})
