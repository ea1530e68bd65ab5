"""A guide that narrows as you answer: which questions decide what an item needs, and what is left of its materials, fee
and limit. Pure.

Only questions with few answers are asked here, none is kept, and what is not answered stays open: a material whose
condition is undecided is still shown, with its condition.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from backend.catalogue.answers import value_of
from backend.catalogue.model import Element, ElementType, Fee, Item, MaterialNeed, Pack, Situation
from backend.core.conditions import Condition, Fact, Facts, judge, uses_of

ASKED = (ElementType.choice, ElementType.choices, ElementType.yes_no)
Typed = Mapping[str, Sequence[str]]


class Deciding(msgspec.Struct, frozen=True):
    """A question that decides, with what was answered. `options` as pairs of value and words."""

    fact: str
    label: str
    help: str
    several: bool
    options: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]


class Need(msgspec.Struct, frozen=True):
    """`sure`: it is needed whatever else is answered."""

    material: MaterialNeed
    sure: bool


class Narrowed(msgspec.Struct, frozen=True):
    questions: tuple[Deciding, ...]
    needs: tuple[Need, ...]
    situation: Situation | None
    spared: int  # materials that fell away by the answers

    def fee(self, item: Item) -> Fee:
        return self.situation.fee if self.situation and self.situation.fee else item.fee

    def promised(self, item: Item) -> int:
        said = self.situation.promised if self.situation else None
        return item.limits.promised if said is None else said


def narrowed(pack: Pack, item: Item, typed: Typed) -> Narrowed:
    """What these answers leave; an answer that cannot be is as if it were not given."""
    facts = _facts(pack, item, typed)
    judged = [(need, judge(need.when, facts).verdict if need.when else True) for need in item.materials]
    needs = tuple(Need(need, verdict is True) for need, verdict in judged if verdict is not False)
    return Narrowed(
        questions=tuple(_deciding(pack, item, fact, typed) for fact in _open(item, facts, _asked_here(pack, item))),
        needs=needs,
        situation=next((one for one in item.situations if judge(one.when, facts).verdict), None),
        spared=len(item.materials) - len(needs),
    )


def split(pack: Pack, item: Item) -> bool:
    """Whether an item is split into situations at all."""
    return bool(_asked_here(pack, item))


def _conditions(item: Item) -> Iterator[Condition]:
    yield from (one.when for one in item.situations)
    yield from (need.when for need in item.materials if need.when)


def _asked_here(pack: Pack, item: Item) -> list[str]:
    """The deciding facts in the order in which the form asks them."""
    deciding = {use.fact for condition in _conditions(item) for use in uses_of(condition) if not use.source}
    asked = [ask.fact for ask in item.asks if ask.fact in deciding]
    return [fact for fact in asked if pack.elements[item.element_of(fact)].type in ASKED]


def _open(item: Item, facts: Facts, asked: list[str]) -> list[str]:
    """Without those whose own condition is settled to be false."""
    whens = {ask.fact: ask.when for ask in item.asks}
    return [fact for fact in asked if (when := whens[fact]) is None or judge(when, facts).verdict is not False]


def _facts(pack: Pack, item: Item, typed: Typed) -> Facts:
    known = {}
    for fact in _asked_here(pack, item):
        element = pack.elements[item.element_of(fact)]
        if answers := _answered(element, typed.get(fact, ())):
            known[fact] = Fact(value_of(element, _plain(element, answers)), "D")
    return Facts(known, kinds={name: role.kind for name, role in item.roles.items()}, meanings=pack.meanings, on=None)


def _plain(element: Element, answers: tuple[str, ...]) -> list[str] | str | bool:
    if element.type is ElementType.choices:
        return list(answers)
    return answers[0] == "yes" if element.type is ElementType.yes_no else answers[0]


def _answered(element: Element, typed: Sequence[str]) -> tuple[str, ...]:
    several = element.type is ElementType.choices
    options = {"yes", "no"} if element.type is ElementType.yes_no else set(element.options)
    chosen = tuple(dict.fromkeys(one for one in typed if one in options))
    return chosen if several else chosen[:1]


def _deciding(pack: Pack, item: Item, fact: str, typed: Typed) -> Deciding:
    element = pack.elements[item.element_of(fact)]
    yes_no = element.type is ElementType.yes_no
    role = fact.partition(".")[0]
    whose = item.roles[role].label if role in item.roles and role != "applicant" else ""
    return Deciding(
        fact=fact,
        label=f"{element.label}（{whose}）" if whose and _alike(pack, item, fact) else element.label,
        help=element.why or element.help,
        several=element.type is ElementType.choices,
        options=(("yes", "是"), ("no", "否")) if yes_no else tuple(element.options.items()),
        chosen=_answered(element, typed.get(fact, ())),
    )


def _alike(pack: Pack, item: Item, fact: str) -> bool:
    """Whether the same question is asked about two roles."""
    return sum(item.element_of(other) == item.element_of(fact) for other in _asked_here(pack, item)) > 1
