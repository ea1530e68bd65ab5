"""Who is entitled, judged over what registers say and nothing else. Pure.

Only what is clearly true makes an offer: a fact that no register has, or that two of them say differently, is unknown, and
then nobody is offered anything, and nothing is kept of her.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.approval.rules import evidence
from backend.cases.model import Fact
from backend.catalogue.answers import shown
from backend.catalogue.model import Item, Pack
from backend.catalogue.pack_offered import entitled_by, sources_of
from backend.core.conditions import All, Facts, judge, trace, uses_of
from backend.offers.model import Filled, Found, Judged, Looked, Reason
from backend.registers.model import RegisterFact

SHE, THIS = UUID(int=1), UUID(int=2)
SHANGHAI = ZoneInfo("Asia/Shanghai")
YEAR = 365  # days for which a refusal is remembered while nothing changes


def period_of(item: Item, on: date) -> str:
    return str(on.year) if item.offered and item.offered.per == "year" else "once"


def asked_of(item: Item, pack: Pack) -> tuple[set[str], list[str]]:
    """The elements that entitlement and filling in look at, and the registers that know any of them: nothing else is opened."""
    assert item.offered
    facts = {use.fact for use in uses_of(entitled_by(item))} | set(item.offered.fills.values())
    elements = {source for fact in facts for source in sources_of(pack, item.element_of(fact))}
    return elements, sorted(code for code, one in pack.registers.items() if elements & set(one.facts))


def judged(item: Item, pack: Pack, said: Sequence[RegisterFact], on: date) -> Judged:
    """Whether she is entitled, and why. `said`: everything the registers looked in say of her."""
    assert item.offered
    role, by = item.offered.role, entitled_by(item)
    facts = [Fact(subject=SHE, element=f.element, value=f.value, source=f.source, trust="B", at=f.at) for f in said]
    facts = [fact for fact in facts if fact.element in pack.elements]
    known = evidence(item, {role: (SHE,)}, THIS, facts, pack, on)
    verdict = judge(by, known, least="B").verdict
    if verdict is not True:
        return Judged(verdict)
    reasons = tuple(_reasons(item, pack, said, known))
    found = Found(reasons=reasons, fills=tuple(_fills(item, pack, said)), known=tuple(_decisive(item, pack, said)))
    return Judged(True, found)


def _reasons(item: Item, pack: Pack, said: Sequence[RegisterFact], known: Facts) -> Iterator[Reason]:
    """Each part of what entitles her in its own words, with what registers say about it."""
    for part in entitled_by(item).of:
        for one in part.of if isinstance(part, All) else (part,):
            keys = [key for reason in trace(one, known, least="B") for key, _value in reason.values]
            if one.say:
                yield _reason(one.say, keys, item, pack, said)


def _reason(words: str, keys: Sequence[str], item: Item, pack: Pack, said: Sequence[RegisterFact]) -> Reason:
    elements = {source for key in keys for source in sources_of(pack, item.element_of(key.partition("@")[0]))}
    return Reason(words, tuple(_looked(fact, pack) for fact in said if fact.element in elements))


def _looked(fact: RegisterFact, pack: Pack) -> Looked:
    element = pack.elements[fact.element]
    return Looked(
        element.label,
        shown(element, fact.value, pack.city.regions),
        register_name(fact.source, pack),
        fact.at.astimezone(SHANGHAI).date(),
    )


def register_name(source: str, pack: Pack) -> str:
    register = pack.registers.get(source.removeprefix("register."))
    return register.label if register else source


def _fills(item: Item, pack: Pack, said: Sequence[RegisterFact]) -> Iterator[Filled]:
    assert item.offered
    for into, out_of in item.offered.fills.items():
        element = pack.elements[item.element_of(into)]
        known = [fact for fact in said if fact.element == item.element_of(out_of)]
        if known and all(fact.value == known[0].value for fact in known):
            yield Filled(
                role=into.partition(".")[0],
                element=element.code,
                value=known[0].value,
                label=element.label,
                shown=shown(element, known[0].value, pack.city.regions),
                source=known[0].source,
                register=register_name(known[0].source, pack),
                at=known[0].at,
            )


def _decisive(item: Item, pack: Pack, said: Sequence[RegisterFact]) -> Iterator[tuple[str, Any]]:
    """What entitlement rests on, in one order; when a register was asked does not matter."""
    elements = {s for use in uses_of(entitled_by(item)) for s in sources_of(pack, item.element_of(use.fact))}
    yield from sorted({(f.element, str(f.value)) for f in said if f.element in elements})


DISTRICT = re.compile(r"(?:[^省\s]{2,8}省)?(?:[^市\s]{1,8}市)?(?:[^区县\s]{1,6}(?<!社)[区县])?")
STREET = re.compile(r"[^省市区县\s,，]{1,10}?(?:街道办事处|街道|镇|乡)(?!路|中)")
COMMUNITY = re.compile(r"[^省市区县镇乡道\s,，\d]{1,12}?(?:社区|居委会|村委会|村)")


def community_of(address: str) -> str:
    """The subdistrict or town and the community or village in an address as the register writes it, as far as it says; else ""."""
    begins = DISTRICT.match(address)
    rest = address[begins.end() :] if begins else address
    street = STREET.match(rest)
    rest = rest[street.end() :] if street else rest
    community = COMMUNITY.match(rest)
    return (street[0] if street else "") + (community[0] if community else "")
