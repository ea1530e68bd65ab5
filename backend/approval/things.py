"""What registers say of the things a filing is about: a flat, a contract, a car, a newborn. For the machine's eyes alone. Pure.

A number somebody typed may be anybody's. So what is told of it is shown to nobody and kept with no case: the rules look at it, and
what they say of it is in words and hashes. And it counts only where the register names one of the people of this filing: else
anybody could find out by filing whether a stranger's flat is mortgaged.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from uuid import UUID

import msgspec

from backend.cases.model import Fact
from backend.catalogue.model import Element, ElementType
from backend.registers.model import RegisterFact
from backend.registers.rules import NUMBERS

PAID_TO = "bank_account"


class Thing(msgspec.Struct, frozen=True):
    """One of a filing, and the number it goes by, as filed."""

    party: UUID
    kind: str
    number: str


def is_of_a_thing(element: Element) -> bool:
    """Whether this is what a thing is known by: nobody who acts, and no account."""
    return element.identity and element.code not in NUMBERS.values() and element.kind != PAID_TO


def things_in(facts: Iterable[Fact], parties: Collection[UUID], elements: Mapping[str, Element]) -> list[Thing]:
    """Of a case that is stored: as its own words name them."""
    found: dict[tuple[UUID, str], Thing] = {}
    for fact in facts:
        element = elements.get(fact.element)
        if fact.subject in parties and element and is_of_a_thing(element):
            found.setdefault((fact.subject, fact.element), Thing(fact.subject, element.kind, str(fact.value)))
    return list(found.values())


def names_one_of(told: Iterable[RegisterFact], people: Collection[str], elements: Mapping[str, Element]) -> bool:
    numbers = (fact.value for fact in told if elements[fact.element].type is ElementType.id_number)
    return any(number in people for number in numbers)


def facts_of(party: UUID, told: Iterable[RegisterFact]) -> Iterator[Fact]:
    for fact in told:
        yield Fact(subject=party, element=fact.element, value=fact.value, source=fact.source, trust="B", at=fact.at)
