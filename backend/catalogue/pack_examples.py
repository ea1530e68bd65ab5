"""Do an item's rules do what its examples say?

An example is judged as a real case is: what the applicant said is trust D; where a register says the same, B; where it
says something else, unknown.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from backend.catalogue.answers import value_of
from backend.catalogue.model import Example, Item, Pack
from backend.catalogue.pack_read import Fault
from backend.core.conditions import ALWAYS, All, Fact, Facts, judge


def example_faults(pack: Pack, item: Item) -> Iterator[Fault]:
    if item.fits is None and not item.instant:
        return
    shown = {example.expect for example in item.examples}
    wanted = {"undecided", "false"} if item.fits else {"undecided"}
    for missing in sorted((wanted | ({"granted"} if item.instant else set())) - shown):
        yield Fault("examples", f"缺少一个结果是 {missing} 的例子")
    for i, example in enumerate(item.examples):
        where = f"examples[{i}]（{example.name}）"
        problems = list(_unknown_names(pack, item, example))
        yield from (Fault(where, problem) for problem in problems)
        if not problems and (found := outcome(pack, item, example)) != example.expect:
            yield Fault(where, f"应当是 {example.expect}，按规则算出来是 {found}")


def _unknown_names(pack: Pack, item: Item, example: Example) -> Iterator[str]:
    named = [*example.facts, *(fact for said in example.sources.values() for fact in said)]
    for fact in named:
        role, dot, _ = fact.partition(".")
        if not dot or (role != "filing" and role not in item.roles):
            yield f"“{fact}”里的“{role}”不是这件事的角色"
        elif item.element_of(fact) not in pack.elements:
            yield f"没有“{item.element_of(fact)}”这个数据元"
    for register, said in example.sources.items():
        if register not in pack.registers:
            yield f"没有“{register}”这个登记库"
            continue
        knows = pack.registers[register].facts
        yield from (f"“{register}”里没有“{fact}”" for fact in said if item.element_of(fact) not in knows)


def outcome(pack: Pack, item: Item, example: Example) -> str:
    """`granted`, `undecided` or `false`, as the examination would find."""
    facts = facts_of_example(pack, item, example)
    fits = item.fits or ALWAYS
    if judge(fits, facts).verdict is False:
        return "false"
    granted = item.instant and judge(All(of=(fits, *item.instant)), facts, least="B").verdict
    return "granted" if granted else "undecided"


def facts_of_example(pack: Pack, item: Item, example: Example) -> Facts:
    known: dict[str, Fact] = {}
    for register, said in example.sources.items():
        for fact, plain in said.items():
            known[f"{fact}@register.{register}"] = Fact(_value(pack, item, fact, plain), "B", f"register.{register}")
    for fact, plain in example.facts.items():
        value = _value(pack, item, fact, plain)
        others = [k.value for key, k in known.items() if key.partition("@")[0] == fact]
        if all(other == value for other in others):
            known[fact] = Fact(value, "B" if others else "D")
    return Facts(
        known,
        kinds={name: role.kind for name, role in item.roles.items()},
        meanings=pack.meanings,
        on=date.fromisoformat(example.today),
    )


def _value(pack: Pack, item: Item, fact: str, plain: Any) -> Any:
    return value_of(pack.elements[item.element_of(fact)], plain)
