"""How far the examples of an item show what its rules for the machine do: each outcome, and each rule both ways."""

from collections.abc import Iterator

import msgspec

from backend.catalogue.model import Item, Pack
from backend.catalogue.pack_examples import facts_of_example, outcome
from backend.catalogue.pack_read import Fault
from backend.core.conditions import All, Condition, judge


class Shown(msgspec.Struct, frozen=True):
    """One example: what it says should come out, and what does."""

    name: str
    expect: str
    found: str

    @property
    def holds(self) -> bool:
        return self.expect == self.found


def examples_shown(pack: Pack, item: Item) -> list[Shown]:
    """Every example judged by the item's rules; its names must lead somewhere."""
    return [Shown(example.name, example.expect, outcome(pack, item, example)) for example in item.examples]


def rules_of(item: Item) -> Iterator[Condition]:
    """The conditions of entitlement, each by itself, then the rules of instant approval."""
    if isinstance(item.fits, All):
        yield from item.fits.of
    elif item.fits is not None:
        yield item.fits
    yield from item.instant


def never_otherwise(pack: Pack, item: Item) -> list[str]:
    """The rules that are clearly true in every example: nothing shows that they hold anybody back."""
    worlds = [facts_of_example(pack, item, example) for example in item.examples]
    always = [rule for rule in rules_of(item) if all(judge(rule, facts, least="B").verdict is True for facts in worlds)]
    return [rule.rule or rule.say for rule in always]


def instant_faults(pack: Pack, item: Item) -> Iterator[Fault]:
    """Of an item the machine may grant. Its examples must be right already."""
    if item.instant:
        yield from (
            Fault("examples", f"规则“{name}”在每个例子里都成立，缺一个它不成立或查不到的例子", warning=True)
            for name in never_otherwise(pack, item)
        )
        if not any(example.expect == "false" for example in item.examples) and item.fits is None:
            yield Fault("examples", "没有写“谁能办”，所以没有结果是 false 的例子", warning=True)
