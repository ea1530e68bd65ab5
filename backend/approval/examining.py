"""Judging a case that is stored already: over its own facts, with rules or register facts that came later. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.approval.model import Finding, RuleFinding
from backend.approval.rules import OWN_NUMBER, Blind, Parties, examine
from backend.cases.beneficiary import RULE
from backend.cases.model import Case, Fact
from backend.catalogue.model import Item, Pack

ASKED_ONCE = (OWN_NUMBER, RULE)
"""What is only known while filing: under which number the party is registered, whose account the agent's is."""


def parties_of(bound: dict[str, Any]) -> dict[str, tuple[UUID, ...]]:
    """Role → who, as a case keeps it."""
    return {role: tuple(map(UUID, ids if isinstance(ids, list) else [ids])) for role, ids in bound.items() if ids}


def examine_stored(
    case: Case, item: Item, facts: Sequence[Fact], pack: Pack, *, version: int, at: datetime, on: date, blind: Blind
) -> Finding | None:
    """As `rules.examine`, with what was found at filing where it can be known no more. `version`: of the item that is given."""
    parties = parties_of(case.bound)
    found = examine(item, version, parties, _filing(case, parties, facts), facts, pack, at=at, on=on, blind=blind)
    before = msgspec.convert(case.rules, Finding) if case.rules else None
    kept = tuple(rule for rule in before.rules if rule.rule in ASKED_ONCE) if before else ()
    return _with(kept, found) if found else None


def _with(kept: tuple[RuleFinding, ...], found: Finding) -> Finding:
    said = {rule.rule for rule in found.rules}
    rules = (*(rule for rule in kept if rule.rule not in said), *found.rules)
    verdicts = [rule.verdict for rule in rules]
    verdict = False if False in verdicts else None if None in verdicts else True
    return msgspec.structs.replace(found, rules=rules, verdict=verdict)


def _filing(case: Case, parties: Parties, facts: Sequence[Fact]) -> UUID:
    """The subject of what belongs to this filing alone."""
    ours = {party for ids in parties.values() for party in ids}
    return next((fact.subject for fact in facts if fact.subject not in ours), case.id)


def said_again(filed: Sequence[Fact], said: Sequence[Fact]) -> list[Fact]:
    """The facts of a case with what sources say now in the place of what they said then. What was filed stays first."""
    again = {fact.source for fact in said}
    firsts: dict[tuple[UUID, str], Fact] = {}
    for fact in filed:
        firsts.setdefault((fact.subject, fact.element), fact)
    kept = [fact for fact in filed if fact is firsts[fact.subject, fact.element] or fact.source not in again]
    return [*kept, *said]
