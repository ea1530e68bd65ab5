"""Does what a city says of credit hold together, and does an unknown tier never make anything worse?"""

from collections.abc import Iterator
from typing import Any

from backend.catalogue.model import Item, Pack
from backend.catalogue.pack_covered import conditions_of
from backend.catalogue.pack_read import Fault
from backend.core.conditions import Condition, Fact, Facts, Leaf, judge, nodes_of


def credit_faults(pack: Pack) -> Iterator[Fault]:
    credit = pack.city.credit
    if credit is None:
        return
    known = {fact for one in pack.registers.values() for fact in one.facts}
    for kind, code in credit.elements.items():
        element = pack.elements.get(code)
        if element is None or element.kind != kind or code not in known:
            yield Fault("pack.yaml: credit.elements", f"没有登记库知道“{code}”")
            continue
        if element.otherwise not in credit.ordinary or not set(credit.ordinary) <= set(element.options):
            yield Fault("pack.yaml: credit.ordinary", f"“{code}”查不到时算作的等级（otherwise）要在 ordinary 里")
        if set(credit.tiers) != set(element.options):
            yield Fault("pack.yaml: credit.tiers", f"要把“{code}”的每一个等级说清楚")


def credit_rule_faults(pack: Pack, item: Item) -> Iterator[Fault]:
    """Nobody is asked for her tier, and every rule says the same of all ordinary tiers: not to know one costs nothing."""
    credit = pack.city.credit
    codes = set(credit.elements.values()) if credit else set()
    for ask in item.asks:
        if item.element_of(ask.fact) in codes:
            yield Fault("asks", f"信用等级只从登记里查，不能问（{ask.fact}）")
    for place, condition in conditions_of(item):
        for leaf in tier_leaves(pack, item, condition):
            verdicts = {_verdict(leaf, tier) for tier in (credit.ordinary if credit else ())}
            if len(verdicts) > 1:
                yield Fault(place, "查不到信用等级的人，不能比平常的人更麻烦")


def tier_leaves(pack: Pack, item: Item, condition: Condition) -> Iterator[Leaf]:
    """The parts of a condition that look at a credit tier."""
    codes = set(pack.city.credit.elements.values()) if pack.city.credit else set()
    for node in nodes_of(condition):
        if isinstance(node, Leaf) and item.element_of(node.of.fact) in codes:
            yield node


def _verdict(leaf: Leaf, tier: Any) -> bool | None:
    return judge(leaf, Facts({leaf.of.fact: Fact(tier, "B", leaf.of.source)})).verdict
