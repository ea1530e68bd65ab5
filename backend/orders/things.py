"""What registers say of the things a filing is about: a flat, a contract, a car, a newborn. For the machine's eyes alone.

A number somebody typed may be anybody's. So what is told of it is shown to nobody and kept with no case: the rules look at it, and
what they say of it is in words and hashes. And it counts only where the register names one of the people of this filing: else
anybody could find out by filing whether a stranger's flat is mortgaged. Asked only with the consent to registers.
"""

from collections.abc import Iterator
from uuid import UUID

from backend.cart.model import Draft, Line
from backend.cart.queries import proved_number
from backend.cases.model import Fact
from backend.catalogue.model import ElementType, Pack
from backend.core.db import Tx
from backend.registers.model import RegisterFact
from backend.registers.queries import facts_about
from backend.registers.rules import NUMBERS

PERSON = NUMBERS["person"]
PAID_TO = "bank_account"


async def told_of_things(tx: Tx, draft: Draft) -> dict[UUID, list[Fact]]:
    """Line → facts, of the lines that a machine may grant. One query."""
    named = [one for line in draft.lines if line.item.instant for one in _numbers(draft, line)] if draft.prefill else []
    told = await facts_about(tx, {number for _line, _thing, number in named}) if named else {}
    found: dict[UUID, list[Fact]] = {}
    for line, thing, number in named:
        if _names_one_of(told[number], _people(draft, line), draft.pack):
            found.setdefault(line.id, []).extend(_facts(thing, told[number]))
    return found


def _numbers(draft: Draft, line: Line) -> Iterator[tuple[Line, UUID, str]]:
    """What each thing of a line is known by, as filed; nobody who acts, and no account."""
    parties = {party for ids in line.parties.values() for party in ids}
    for (subject, code), settled in draft.sheet.settled.items():
        element = draft.pack.elements[code]
        if subject in parties and element.identity and code not in NUMBERS.values() and element.kind != PAID_TO:
            yield line, subject, str(settled.value)


def _people(draft: Draft, line: Line) -> set[str]:
    """Their numbers: the principal's as it was proved, of the others as filed."""
    parties = {party for ids in line.parties.values() for party in ids}
    filed = {
        str(settled.value)
        for (subject, code), settled in draft.sheet.settled.items()
        if code == PERSON and subject in parties and subject != draft.principal_id
    }
    own = proved_number(draft.parties.get(draft.principal_id), draft.told.known)
    return filed | ({own} if own else set())


def _names_one_of(told: list[RegisterFact], people: set[str], pack: Pack) -> bool:
    numbers = (fact.value for fact in told if pack.elements[fact.element].type is ElementType.id_number)
    return any(number in people for number in numbers)


def _facts(thing: UUID, told: list[RegisterFact]) -> Iterator[Fact]:
    for fact in told:
        yield Fact(subject=thing, element=fact.element, value=fact.value, source=fact.source, trust="B", at=fact.at)
