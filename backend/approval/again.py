"""A case that was filed before its registers had answered: judged once more when they have. As the worker."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from backend.approval.actions import judge_again, look_over
from backend.approval.examining import parties_of
from backend.approval.things import Thing, facts_of, names_one_of, things_in
from backend.cases.model import Case, Fact
from backend.cases.queries import all_facts, case_by_id
from backend.cases.states import State
from backend.catalogue.model import Pack
from backend.catalogue.queries import city, item_version
from backend.catalogue.version_model import ItemVersion
from backend.core.db import Tx
from backend.registers.asking import asked_since, unanswered, under_way, wish
from backend.registers.model import Wish
from backend.registers.queries import facts_about
from backend.registers.rules import NUMBERS, PROVED, SOURCE

PATIENCE = timedelta(hours=2)  # after that it is a person's alone
SOON, LATER = (
    3.0,
    120.0,
)  # seconds until it is looked at again: while a register is being asked; after one did not answer
PERSON = NUMBERS["person"]


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A case, and the registers that had said nothing when it was filed."""

    case: UUID
    registers: tuple[str, ...]
    basis: str


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """A case, and the registers that an officer wants asked about it once more. `at`: when she asked for it."""

    case: UUID
    registers: tuple[str, ...]
    at: datetime


class _Known(msgspec.Struct, frozen=True):
    """Whom a case is about, as registers may be asked: `own`, the principal by the number she was proved with; `things`, by what was
    filled in; `people`, the numbers a register has to name for its word on a thing to count."""

    own: Thing | None
    things: tuple[Thing, ...]
    people: frozenset[str]
    version: ItemVersion
    pack: Pack

    @property
    def all(self) -> list[Thing]:
        return [*([self.own] if self.own else []), *self.things]


async def follow(tx: Tx, waiting: Waiting) -> float:
    """Judges the case again as soon as every register has answered, or knows nobody; seconds until then, 0: it is done."""
    case = await case_by_id(tx.db, waiting.case)
    if case.state is not State.SUBMITTED or case.officer_id is not None:
        return 0.0
    known = await _known(tx, case)
    wishes = _wishes(case, known, waiting.registers, waiting.basis)
    if not wishes:
        return 0.0
    if await under_way(tx, wishes):
        return SOON
    if await unanswered(tx, wishes) and tx.now < case.received_at + PATIENCE:
        await wish(tx, wishes, case=case.id, principal=case.principal_id)
        return LATER
    await judge_again(tx, case.id, await _said(tx, known, waiting.registers))
    return 0.0


async def ask_for_officer(tx: Tx, again: Again) -> float:
    """Asks once more what an officer wants to know, and writes down what the machine finds then; it decides nothing any more.
    Seconds until the registers have answered, 0: it is done."""
    case = await case_by_id(tx.db, again.case)
    if case.decided_at is not None:
        return 0.0
    known = await _known(tx, case)
    wishes = _wishes(case, known, again.registers, EXAMINATION)
    if not wishes:
        return 0.0
    if await under_way(tx, wishes):
        return SOON
    if not await asked_since(tx, case.id, again.at):
        await wish(tx, wishes, case=case.id, principal=case.principal_id)
        if await under_way(tx, wishes):
            return SOON
    await look_over(tx, case.id, await _said(tx, known, again.registers))
    return 0.0


EXAMINATION = "examination"
"""Asked because an authority examines what was filed with it (Licensing Law 34); not by consent."""


def _wishes(case: Case, known: _Known, registers: tuple[str, ...], basis: str) -> list[Wish]:
    """Each register about whoever or whatever it knows."""
    about = {code: known.pack.registers[code].about for code in registers if code in known.pack.registers}
    return [
        Wish(register=code, number=one.number, items=(case.item_code,), basis=basis)
        for code, kind in about.items()
        for one in known.all
        if one.kind == kind
    ]


async def _said(tx: Tx, known: _Known, registers: tuple[str, ...]) -> list[Fact]:
    """What these registers say now of whoever filed and of her things, as far as her case may speak of it."""
    sources = {f"{SOURCE}{code}" for code in registers}
    told = await facts_about(tx, {one.number for one in known.all})
    return [
        fact for fact in _counting(known, told) if fact.source in sources and fact.element in known.version.elements
    ]


def _counting(known: _Known, told: dict) -> Iterator[Fact]:
    if known.own:
        yield from facts_of(known.own.party, told[known.own.number])
    for thing in known.things:
        if names_one_of(told[thing.number], known.people, known.pack.elements):
            yield from facts_of(thing.party, told[thing.number])


async def _known(tx: Tx, case: Case) -> _Known:
    version, facts = await item_version(tx.db, case.item_code, case.item_version), await all_facts(tx, case)
    parties = {party for ids in parties_of(case.bound).values() for party in ids}
    own, things = await _own(tx, case), things_in(facts, parties, version.elements)
    filed = {
        str(fact.value) for fact in facts if fact.element == PERSON and fact.subject in parties - {case.principal_id}
    }
    people = frozenset(filed | ({own.number} if own else set()))
    return _Known(own, tuple(things), people, version, (await city(tx.db)).pack)


async def _own(tx: Tx, case: Case) -> Thing | None:
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
    number = tx.vault.key(row["key_wrapped"]).open_value(row["sealed"], place)
    return Thing(row["party_id"], row["element"].partition(".")[0], number)
