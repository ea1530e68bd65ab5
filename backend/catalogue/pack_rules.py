"""Can every item be filed, and can every rule go both ways? The places in the faults are inside the item's file."""

from collections.abc import Iterator
from datetime import date

from backend.catalogue.model import Item, Pack
from backend.catalogue.pack_covered import conditions_of
from backend.catalogue.pack_read import Fault
from backend.core.conditions import DERIVATIONS, All, Condition, Facts, Leaf, Meaning, Not, judge, nodes_of, uses_of

ANY_DAY = date(2026, 9, 25)


def filing_faults(pack: Pack, item: Item) -> Iterator[Fault]:
    """Every role is talked about, every fact that decides can be asked, no question waits for itself."""
    asked = {ask.fact for ask in item.asks}
    talked = {name.partition(".")[0] for name in (*asked, *(need.material for need in item.materials))}
    for role in item.roles.values():
        if role.name not in talked:
            yield Fault(f"roles.{role.name}", "没有一个问题或材料和这个角色有关")
    for double in sorted(fact for fact in asked if sum(ask.fact == fact for ask in item.asks) > 1):
        yield Fault("asks", f"“{double}”问了两次")
    for fact in sorted(asked):
        meaning = pack.meanings[item.element_of(fact)]
        if meaning.derived and not meaning.asked:
            yield Fault("asks", f"“{fact}”是推算出来的，不能问")
    if not item.signs:
        yield Fault("signs", "至少要有一个角色确认")
    yield from _waits_for_itself(item)
    yield from _depends_on_itself(pack, item)


def _waits_for_itself(item: Item) -> Iterator[Fault]:
    waits = {ask.fact: {use.fact for use in uses_of(ask.when)} for ask in item.asks if ask.when}
    for start in waits:
        reached, todo = set(), set(waits[start])
        while todo:
            reached |= todo
            todo = {fact for one in todo for fact in waits.get(one, ())} - reached
        if start in reached:
            yield Fault("asks", f"“{start}”要等它自己的答案才会出现")


def _depends_on_itself(pack: Pack, item: Item) -> Iterator[Fault]:
    """A material that is the result of another item, which needs this item's result."""
    before = {
        name: {
            way.result_of
            for need in other.materials
            if (material := pack.materials.get(other.material_of(need.material)))
            for way in material.satisfied_by
            if way.result_of
        }
        for name, other in pack.items.items()
    }
    reached, todo = set(), set(before[item.name])
    while todo:
        reached |= todo
        todo = {name for one in todo for name in before.get(one, ())} - reached
    if item.name in reached:
        yield Fault("materials", "要先办成这件事自己才能办这件事")


def nothing_known(pack: Pack, item: Item) -> Facts:
    """A birth date that follows from an ID number is tried itself: ID numbers cannot be tried one by one."""
    tried = {
        code: meaning if not meaning.derived or DERIVATIONS[meaning.derived].samples else Meaning(whole=meaning.whole)
        for code, meaning in pack.meanings.items()
    }
    return Facts(kinds={name: role.kind for name, role in item.roles.items()}, meanings=tried, on=ANY_DAY)


def rule_faults(pack: Pack, item: Item) -> Iterator[Fault]:
    """Each part of each rule can be true and can be false; all of them together can be true."""
    unknown = nothing_known(pack, item)
    rules = list(conditions_of(item))
    for place, condition in rules:
        for part in nodes_of(condition):
            verdict = judge(part, unknown).verdict
            if verdict is not None:
                yield Fault(place, f"“{part.say or _words(part)}”永远{'成立' if verdict else '不成立'}")
        yield from _not_of_optional(item, place, condition)
    if item.fits is None:
        return
    for place, condition in rules:
        if place != "fits" and judge(All(of=(item.fits, condition)), unknown).verdict is False:
            yield Fault(place, "符合条件的人永远用不到这一条")
    if item.instant and judge(All(of=(item.fits, *item.instant)), unknown).verdict is False:
        yield Fault("instant", "没有一个人能同时满足全部规则")


def _words(part: Condition) -> str:
    facts = "、".join(dict.fromkeys(use.fact for use in uses_of(part)))
    return f"{facts} {part.op}" if isinstance(part, Leaf) else facts


def _not_of_optional(item: Item, place: str, condition: Condition) -> Iterator[Fault]:
    """A leaf over a declined role is false, so its `not` is true: rarely what was meant."""
    for node in nodes_of(condition):
        if isinstance(node, Not) and not any(isinstance(n, Leaf) and n.op == "known" for n in nodes_of(condition)):
            optional = [u.fact for u in uses_of(node) if (r := item.roles.get(u.fact.partition(".")[0])) and r.optional]
            for fact in optional:
                yield Fault(place, f"“{fact}”的角色可以没有，not 会因此成立；请再加一条 known", warning=True)
