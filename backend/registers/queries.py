"""What registers say: records other authorities pushed here, and answers that are young enough to judge by, found by the keyed
hash of what identifies the subject.

A person is identified by her ID number, a flat by its certificate number, a business by its credit code. No record means
unknown, never false.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.registers.model import Asked, RegisterFact


async def facts_about(tx: Tx, identities: Iterable[str]) -> dict[str, list[RegisterFact]]:
    """All that the registers know of each identity, in one query: identity → facts."""
    wanted = {tx.vault.blind(identity, "identity"): identity for identity in identities}
    rows = await tx.db.fetch("SELECT register, subject, sealed, at FROM records_about($1)", list(wanted))
    found: dict[str, list[RegisterFact]] = {identity: [] for identity in wanted.values()}
    for row in rows:
        values = tx.vault.registers.open_value(row["sealed"], about(row["register"], row["subject"]))
        source = f"register.{row['register']}"
        found[wanted[row["subject"]]] += [RegisterFact(e, v, source, row["at"]) for e, v in values.items()]
    return found


def about(register: str, subject: bytes) -> str:
    """Where a record belongs: it opens nowhere else."""
    return f"register:{register}:{subject.hex()}"


async def is_new_nonce(tx: Tx, client: UUID, nonce: str) -> bool:
    """Whether a client says this number for the first time; from now on it has been said."""
    return bool(await tx.db.fetchval("SELECT new_nonce($1, $2)", client, nonce))


async def asked_of_me(tx: Tx, limit: int = 50) -> list[Asked]:
    """Every question to a register about herself, the newest first: her own page."""
    rows = await tx.db.fetch(
        """SELECT register, items AS matters, basis, asked_at, state, done_at, coalesce(actor_id <> principal_id, false) AS by_other,
                  case_id IS NOT NULL AS for_case
           FROM register_requests WHERE principal_id = $1 ORDER BY asked_at DESC, id LIMIT $2""",
        tx.viewer.id,
        limit,
    )
    return msgspec.convert(rows, list[Asked])


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with a register that is asked over the network."""

    register: str
    failures: int
    open_until: datetime | None
    said: str
    changed_at: datetime


async def standings(tx: Tx) -> dict[str, Standing]:
    rows = await tx.db.fetch("SELECT register, failures, open_until, said, changed_at FROM register_breakers")
    return {row["register"]: msgspec.convert(row, Standing) for row in rows}
