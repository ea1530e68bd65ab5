"""Keeping what other authorities say. As owner or worker."""

from datetime import datetime
from typing import Any

from backend.core.db import Tx
from backend.core.jobs import enqueue
from backend.registers.queries import about


async def keep_record(
    tx: Tx,
    register: str,
    identity: str,
    facts: dict[str, Any],
    *,
    at: datetime | None = None,
    expires: datetime | None = None,
) -> bool:
    """Stores or replaces what one register knows of one subject; `facts`: element → plain JSON value, empty: it has no record (any more).

    `at`: of when the register says so. False, and nothing is changed, when something newer is there already. `expires`: of what
    was asked for; what is pushed here lasts until it is changed. Whoever has to know that somebody died hears of it by the job.
    """
    subject = tx.vault.blind(identity, "identity")
    done = await tx.db.execute(
        """INSERT INTO register_records AS r (register, subject, sealed, at, fetched_at, expires_at)
           VALUES ($1, $2, $3, $4, CASE WHEN $5::timestamptz IS NULL THEN NULL ELSE $6::timestamptz END, $5)
           ON CONFLICT (register, subject) DO UPDATE SET sealed = excluded.sealed, at = excluded.at,
               fetched_at = excluded.fetched_at, expires_at = excluded.expires_at WHERE r.at <= excluded.at""",
        register,
        subject,
        tx.vault.registers.seal_value(facts, about(register, subject)),
        at or tx.now,
        expires,
        tx.now,
    )
    if done == "INSERT 0 0":
        return False
    if facts.get("person.alive") is False or facts.get("person.died_on"):
        await enqueue(tx.db, "person_gone", {"subject": subject.hex()})
    return True


async def sweep(tx: Tx) -> None:
    """Answers that are too old to judge by, questions that nobody needs to know of any more, nonces that cannot come again."""
    await tx.db.execute("DELETE FROM register_records WHERE expires_at < $1", tx.now)
    await tx.db.execute("DELETE FROM register_requests WHERE done_at < $1::timestamptz - interval '3 years'", tx.now)
    await tx.db.execute("DELETE FROM register_nonces WHERE at < $1::timestamptz - interval '1 hour'", tx.now)
