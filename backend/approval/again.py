"""A case that was filed before its registers had answered: judged once more when they have. As the worker."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import msgspec

from backend.approval.actions import judge_again
from backend.cases.model import Case, Fact
from backend.cases.queries import case_by_id
from backend.cases.states import State
from backend.catalogue.queries import item_version
from backend.core.db import Tx
from backend.registers.asking import unanswered, under_way, wish
from backend.registers.model import Wish
from backend.registers.queries import facts_about
from backend.registers.rules import NUMBERS, PROVED, SOURCE

PATIENCE = timedelta(hours=2)  # after that it is a person's alone
SOON, LATER = (
    3.0,
    120.0,
)  # seconds until it is looked at again: while a register is being asked; after one did not answer


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A case, and the registers that had said nothing when it was filed."""

    case: UUID
    registers: tuple[str, ...]
    basis: str


async def follow(tx: Tx, waiting: Waiting) -> float:
    """Judges the case again as soon as every register has answered, or knows nobody; seconds until then, 0: it is done."""
    case = await case_by_id(tx.db, waiting.case)
    own = await _own(tx, case)
    if case.state is not State.SUBMITTED or case.officer_id is not None or own is None:
        return 0.0
    party, number = own
    wishes = [
        Wish(register=one, number=number, items=(case.item_code,), basis=waiting.basis) for one in waiting.registers
    ]
    if await under_way(tx, wishes):
        return SOON
    if await unanswered(tx, wishes) and tx.now < case.received_at + PATIENCE:
        await wish(tx, wishes, case=case.id, principal=case.principal_id)
        return LATER
    await judge_again(tx, case.id, await _said(tx, case, party, number, waiting.registers))
    return 0.0


async def _said(tx: Tx, case: Case, party: UUID, number: str, registers: Iterable[str]) -> list[Fact]:
    """What these registers say now of whoever filed, as far as her case may speak of it."""
    elements = (await item_version(tx.db, case.item_code, case.item_version)).elements
    sources = {f"{SOURCE}{code}" for code in registers}
    return [
        Fact(subject=party, element=told.element, value=told.value, source=told.source, trust="B", at=told.at)
        for told in (await facts_about(tx, [number]))[number]
        if told.source in sources and told.element in elements
    ]


async def _own(tx: Tx, case: Case) -> tuple[UUID, str] | None:
    """The principal herself as a party, and the number she is known by; None where it was only typed."""
    row = await tx.db.fetchrow(
        """SELECT f.party_id, f.element, f.source, f.sealed, a.key_wrapped FROM parties p JOIN facts f ON f.party_id = p.id
           JOIN accounts a ON a.id = p.principal_id
           WHERE p.principal_id = $1 AND p.is_self AND f.element = ANY ($2) AND f.source = ANY ($3) LIMIT 1""",
        case.principal_id,
        list(NUMBERS.values()),
        list(PROVED),
    )
    if row is None:
        return None
    place = f"fact:{row['party_id']}:{row['element']}:{row['source']}"
    return row["party_id"], tx.vault.key(row["key_wrapped"]).open_value(row["sealed"], place)
