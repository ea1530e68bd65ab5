"""What of registers and certificates an examination stood on. Pure. Rather a fact too many than one too few: whatever a rule
reads, or could read something off, and a source vouched for."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from backend.approval.model import Relied
from backend.approval.rules import SOURCES, VOUCHED, Blind, Parties
from backend.cases.model import Fact
from backend.catalogue.model import Element, Item
from backend.catalogue.pack_instant import rules_of
from backend.core.conditions import Meaning, uses_of


def relied_on(
    item: Item,
    parties: Parties,
    facts: Sequence[Fact],
    elements: Mapping[str, Element],
    meanings: Mapping[str, Meaning],
    blind: Blind,
) -> Iterator[Relied]:
    """Of the facts as `rules.examine` takes them."""
    read, ours = elements_read(item, meanings), {party for ids in parties.values() for party in ids}
    numbers = {
        f.subject: blind(str(f.value), "identity") for f in reversed(facts) if f.element in elements and elements[f.element].identity
    }  # fmt: skip
    for fact in facts:
        if fact.subject in ours and fact.element in read and fact.trust in VOUCHED and fact.source.startswith(SOURCES):
            proof = blind(msgspec.json.encode(fact.value).decode(), f"rule:{fact.element}")
            yield Relied(
                source=fact.source, party_id=fact.subject, element=fact.element, subject=numbers.get(fact.subject), proof=proof, as_of=fact.at
            )  # fmt: skip


def elements_read(item: Item, meanings: Mapping[str, Meaning]) -> frozenset[str]:
    """Every element a rule of the item names, and what those are derived from."""
    open_, found = {item.element_of(use.fact) for rule in rules_of(item) for use in uses_of(rule)}, set[str]()
    while open_:
        element = open_.pop()
        found.add(element)
        open_ |= set(meanings[element].of if element in meanings else ()) - found
    return frozenset(found)
