"""Asking the local registers: records other authorities pushed here, found by the keyed hash of what identifies the subject.

A person is identified by her ID number, a flat by its certificate number, a business by its credit code. No record means
unknown, never false.
"""

from collections.abc import Iterable

from backend.core.db import Tx
from backend.registers.model import RegisterFact


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
