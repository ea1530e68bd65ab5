"""What the business register says, and whom it names."""

from uuid import UUID

import asyncpg
import msgspec

from backend.businesses.model import Held, Registered
from backend.core.db import Tx
from backend.registers.queries import about, facts_about

REGISTER = "market"
NAME, NUMBER = "business.name", "business.legal_person_number"


class Representative(msgspec.Struct, frozen=True):
    """A live mandate by law. `blind`: of the number the register named last; `named`: the one it names now, None for none."""

    account_id: UUID
    mandate_id: UUID
    agent_id: UUID
    blind: bytes
    named: bytes | None


async def registered(tx: Tx, code: str) -> Registered | None:
    """The business of this credit code; None where the register has none, or names nobody."""
    facts = {
        fact.element: fact.value
        for fact in (await facts_about(tx, [code]))[code]
        if fact.source == f"register.{REGISTER}"
    }
    if NAME not in facts or NUMBER not in facts:
        return None
    return Registered(str(facts[NAME]), str(facts[NUMBER]), facts)


async def businesses_held(tx: Tx) -> list[Held]:
    """Whose affairs the viewer may handle now, by law or under a mandate."""
    rows = await tx.db.fetch(
        """SELECT m.id AS mandate_id, m.principal_id, m.kind, m.items, m.valid_to, a.name_sealed, a.key_wrapped
           FROM mandates m JOIN accounts a ON a.id = m.principal_id
           WHERE m.agent_id = $1 AND a.kind = 'business' AND m.ended_at IS NULL AND $2 BETWEEN m.valid_from AND m.valid_to
           ORDER BY m.kind DESC, m.granted_at""",
        tx.viewer.id,
        tx.today,
    )
    return [_held(tx, row) for row in rows]


def _held(tx: Tx, row: asyncpg.Record) -> Held:
    name = tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['principal_id']}").decode()
    by_law = row["kind"] == "representative"
    until = None if by_law else row["valid_to"]
    return Held(row["principal_id"], name, row["mandate_id"], by_law, row["items"], until)


async def representatives(tx: Tx) -> list[Representative]:
    """As worker: everybody who represents a business by law, with whom the register names now."""
    rows = await tx.db.fetch(
        """SELECT b.account_id, m.id AS mandate_id, m.agent_id, b.representative_blind, b.code_blind, r.sealed FROM businesses b
           JOIN mandates m ON m.principal_id = b.account_id AND m.kind = 'representative' AND m.ended_at IS NULL
           LEFT JOIN register_records r ON r.register = $1 AND r.subject = b.code_blind FOR UPDATE OF m SKIP LOCKED""",
        REGISTER,
    )
    return [
        Representative(
            row["account_id"], row["mandate_id"], row["agent_id"], row["representative_blind"], _named(tx, row)
        )
        for row in rows
    ]


def _named(tx: Tx, row: dict) -> bytes | None:
    if row["sealed"] is None:
        return None
    number = tx.vault.registers.open_value(row["sealed"], about(REGISTER, row["code_blind"])).get(NUMBER)
    return tx.vault.blind(number, "identity") if number else None
