"""Judging a filing by its item's own rules. Pure. The machine may grant and never refuses (PIPL 24, Licensing Law 34).

How the facts of a case become what the rules see:

* What was filed counts as it is trusted: an answer D, an earlier filing C. `fits` and `instant` are judged over A and B
  only, unless a leaf says otherwise.
* Where a register or certificate says the same as the form, the fact is theirs (A or B). Where it says something else,
  or two of them disagree, the fact is unknown: a person decides.
* A comparison with a register looks at the form itself, not at what the register made of it; what follows from an
  answer (the birth date in an ID number) is read off the answer. So a contradiction shows as one.
* Registers are asked by the number somebody is registered here with (source `profile`). Where the form names another
  number, what the registers say is about somebody else and does not count.

Registers kept here are asked in the transaction that files: nothing judged is older than the filing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.approval.model import Finding, Looked, RuleFinding
from backend.cases.beneficiary import RULE
from backend.cases.model import Fact as Filed
from backend.catalogue.answers import value_of
from backend.catalogue.model import Item, Pack
from backend.catalogue.pack_instant import rules_of
from backend.core.conditions import Compare, Condition, Fact, Facts, Key, Operand, judge, trace
from backend.core.i18n import _

FORM = "form"
OWN_NUMBER = _("填写的证件号码就是登记的号码")
VOUCHED = ("A", "B")
SOURCES = ("register.", "certificate.")
Blind = Callable[[str, str], bytes]
"""A keyed hash of a value, for one purpose."""
Parties = Mapping[str, Sequence[UUID]]
"""Role → who, in order; a declined role has none."""


def examine(
    item: Item,
    version: int,
    parties: Parties,
    filing: UUID,
    facts: Sequence[Filed],
    pack: Pack,
    *,
    at: datetime,
    on: date,
    blind: Blind,
) -> Finding | None:
    """What the machine finds; None for an item without `instant` rules, which is a person's from the start.

    `facts`: of each (subject, element) first what was filed, then what others vouch for. `filing`: the subject of facts
    that belong to this filing alone. `on`: the day of receipt, to which ages are counted.
    """
    if not item.instant:
        return None
    numbers = dict(_own_numbers(facts, pack))
    meant = [fact for fact in facts if numbers.get(fact.subject, True) or fact.trust not in VOUCHED]
    known = evidence(item, parties, filing, meant, pack, on)
    seen = _Seen(item, pack, known, _dates(item, parties, filing, facts), blind)
    rules = tuple(_found(rule, known, seen) for rule in rules_of(item))
    if numbers:
        rules = (RuleFinding(rule=OWN_NUMBER, words=OWN_NUMBER, verdict=all(numbers.values())), *rules)
    verdicts = [rule.verdict for rule in rules]
    verdict = False if False in verdicts else None if None in verdicts else True
    return Finding(verdict=verdict, rules=rules, version=version, at=at)


def questioned(finding: Finding | None, words: Sequence[str], version: int, at: datetime) -> Finding | None:
    """What was found, and that an account of the agent's is named: never true then, whatever the rules say."""
    if not words:
        return finding
    rules = tuple(RuleFinding(rule=RULE, words=said, verdict=False) for said in words)
    found = finding or Finding(verdict=None, rules=(), version=version, at=at)
    return msgspec.structs.replace(found, verdict=False, rules=(*rules, *found.rules))


def _own_numbers(facts: Sequence[Filed], pack: Pack) -> Iterator[tuple[UUID, bool]]:
    """Of each subject registered here with a number: is it the one on the form?"""
    filed: dict[tuple[UUID, str], Any] = {}
    for fact in facts:
        if not pack.elements[fact.element].identity:
            continue
        first = filed.setdefault((fact.subject, fact.element), fact.value)
        if fact.source == "profile":
            yield fact.subject, first == fact.value


def _found(rule: Condition, facts: Facts, seen: "_Seen") -> RuleFinding:
    looked = form_side(rule)
    judgement = judge(looked, facts, least="B")
    values = [pair for reason in trace(looked, facts, least="B") for pair in reason.values]
    return RuleFinding(
        rule=rule.rule or rule.say,
        words=rule.say or rule.rule,
        verdict=judgement.verdict,
        values=tuple(seen.looked(key, value) for key, value in dict(values).items()),
        basis=rule.basis,
    )


def form_side(rule: Condition) -> Condition:
    """The same rule, its comparisons with a source looking at the form on their other side."""
    if isinstance(rule, Compare):
        left, right = rule.left, rule.right
        if bool(left.source) == bool(right.source):
            return rule
        return msgspec.structs.replace(rule, left=_of_form(left), right=_of_form(right))
    changes = {name: _inside(getattr(rule, name, None)) for name in ("of", "that")}
    return msgspec.structs.replace(rule, **{name: part for name, part in changes.items() if part is not None})


def _inside(parts: Any) -> Any:
    if isinstance(parts, tuple):
        return tuple(map(form_side, parts))
    return None if parts is None or isinstance(parts, Operand) else form_side(parts)


def _of_form(side: Operand) -> Operand:
    return side if side.source else msgspec.structs.replace(side, source=FORM)


def evidence(item: Item, parties: Parties, filing: UUID, facts: Sequence[Filed], pack: Pack, on: date) -> Facts:
    """The facts of one case by the names its rules use."""
    cells: dict[tuple[UUID, str], list[Filed]] = {}
    for fact in facts:
        cells.setdefault((fact.subject, fact.element), []).append(fact)
    known: dict[Key, Fact] = {}
    for name, kind, subject in _subjects(item, parties, filing):
        for (of, element), said in cells.items():
            if of == subject and element.partition(".")[0] == kind:
                known |= dict(_known(f"{name}.{element.partition('.')[2]}", said, pack, cells))
    return Facts(
        known,
        declined=[role for role in item.roles if not parties.get(role) and item.roles[role].optional],
        repeated={role: len(parties.get(role, ())) for role, r in item.roles.items() if r.repeated},
        kinds={name: role.kind for name, role in item.roles.items()},
        meanings=pack.meanings,
        on=on,
    )


def _subjects(item: Item, parties: Parties, filing: UUID) -> Iterator[tuple[str, str, UUID]]:
    """(the name in rules, the kind of party, who)."""
    yield "filing", "filing", filing
    for name, role in item.roles.items():
        for number, party in enumerate(parties.get(name, ())):
            yield (f"{name}[{number}]" if role.repeated else name), role.kind, party


def _known(
    key: Key, said: list[Filed], pack: Pack, cells: Mapping[tuple[UUID, str], list[Filed]]
) -> Iterator[tuple[Key, Fact]]:
    """One cell as the rules see it: from each source, as the form says it, and plainly where nobody contradicts."""
    element = pack.elements[said[0].element]
    filed, vouched = said[0], [fact for fact in said if fact.trust in VOUCHED]
    try:
        value = value_of(element, filed.value)
        hash((value, *(value_of(element, fact.value) for fact in vouched)))
    except (ValueError, TypeError, AttributeError, ArithmeticError):
        return  # what nobody can read is unknown, whoever said it
    for fact in vouched:
        yield f"{key}@{fact.source}", Fact(value_of(element, fact.value), fact.trust, fact.source)
    if not _read_off(filed, pack, cells):
        yield f"{key}@{FORM}", Fact(value, filed.trust, FORM)
    if all(fact.value == filed.value for fact in vouched):
        best = min((filed, *vouched), key=lambda fact: fact.trust)
        yield key, Fact(value, best.trust, best.source)


def _read_off(filed: Filed, pack: Pack, cells: Mapping[tuple[UUID, str], list[Filed]]) -> bool:
    """Does the form itself say this only through something else it says?"""
    meaning = pack.meanings.get(filed.element)
    if meaning is None or not meaning.derived or filed.source == "answered":
        return False
    return all((filed.subject, source) in cells for source in meaning.of)


class _Seen(msgspec.Struct, frozen=True):
    """What is kept of the facts that rules looked at. `dates`: of what each source said."""

    item: Item
    pack: Pack
    facts: Facts
    dates: Mapping[Key, datetime]
    blind: Blind

    def looked(self, key: Key, value: Any) -> Looked:
        fact, _, named = key.partition("@")
        element = self.pack.elements[self.item.element_of(_role_of_one(fact))]
        source = "" if named == FORM else named or self.vouching(fact)
        told = Looked(fact=fact, label=element.label, source=source, at=self.dates.get(f"{self.read(fact)}@{source}"))
        if value is None:
            return told
        if element.sensitivity == "public":
            return msgspec.structs.replace(told, value=msgspec.to_builtins(_plain(value)))
        proof = self.blind(msgspec.json.encode(_plain(value)).decode(), f"rule:{element.code}").hex()
        return msgspec.structs.replace(told, hash=proof)

    def vouching(self, fact: Key) -> str:
        """The register or certificate a fact stands on, also one it is read off."""
        known = self.facts.known.get(self.read(fact))
        return known.source if known and known.source.startswith(SOURCES) else ""

    def read(self, fact: Key) -> Key:
        """The fact itself where a source says it, else what it is derived from, as far back as one does."""
        role, _, field = fact.partition(".")
        kind = self.item.kind_of(role.partition("[")[0])
        meaning = self.pack.meanings.get(f"{kind}.{field}")
        known = self.facts.known.get(fact)
        if (known and known.source.startswith(SOURCES)) or meaning is None or not meaning.of:
            return fact
        return self.read(f"{role}.{meaning.of[0].partition('.')[2]}")


def _role_of_one(fact: Key) -> Key:
    """`members[2].age` → `members.age`."""
    role, _, field = fact.partition(".")
    return f"{role.partition('[')[0]}.{field}"


def _dates(item: Item, parties: Parties, filing: UUID, facts: Sequence[Filed]) -> dict[Key, datetime]:
    """When each source said what it says, by the names rules use."""
    of: dict[UUID, list[Filed]] = {}
    for fact in facts:
        of.setdefault(fact.subject, []).append(fact)
    return {
        f"{name}.{fact.element.partition('.')[2]}@{fact.source}": fact.at
        for name, kind, subject in _subjects(item, parties, filing)
        for fact in of.get(subject, ())
        if fact.element.partition(".")[0] == kind
    }


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def doubts_of(finding: Finding) -> Iterable[str]:
    """Why a person has to look, in words for the desk."""
    return (rule.words for rule in finding.doubts)
