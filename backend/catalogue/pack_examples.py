"""Do an item's rules do what its examples say?

An example is judged as a real case is: what the applicant said is trust D; where a register says the same, B, or a
certificate, A; where one of them says something else, unknown.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from backend.catalogue.answers import value_of
from backend.catalogue.model import Example, Item, Pack, Trust
from backend.catalogue.pack_read import Fault
from backend.core.conditions import ALWAYS, All, Fact, Facts, judge

CERTIFICATE = "certificate."


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
    for source, said in example.sources.items():
        knows = _knows(pack, source)
        if knows is None:
            yield f"没有“{source}”这个登记库或证照"
            continue
        yield from (f"“{source}”里没有“{fact}”" for fact in said if item.element_of(fact) not in knows)


def _knows(pack: Pack, source: str) -> tuple[str, ...] | None:
    """The elements a source can tell of; none if there is no such register or certificate."""
    if not source.startswith(CERTIFICATE):
        return pack.registers[source].facts if source in pack.registers else None
    held = pack.certificates.get(source.removeprefix(CERTIFICATE))
    return (*held.facts, *held.means) if held else None


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
    for name, said in example.sources.items():
        source, trust = _source(name)
        for fact, plain in said.items():
            known[f"{fact}@{source}"] = Fact(_value(pack, item, fact, plain), trust, source)
    said = {fact: _value(pack, item, fact, plain) for fact, plain in example.facts.items()}
    for fact in {*said, *(key.partition("@")[0] for key in known)}:
        told = [k for key, k in known.items() if key.startswith(f"{fact}@")]
        values = [*([said[fact]] if fact in said else ()), *(k.value for k in told)]
        if all(value == values[0] for value in values):
            known[fact] = Fact(values[0], min((k.trust for k in told), default="D"))
    return Facts(
        known,
        kinds={name: role.kind for name, role in item.roles.items()},
        meanings=pack.meanings,
        on=date.fromisoformat(example.today),
    )


def _source(name: str) -> tuple[str, Trust]:
    """A source as the rules call it, and how far it is trusted: what was issued is A, what a register says B."""
    return (name, "A") if name.startswith(CERTIFICATE) else (f"register.{name}", "B")


def _value(pack: Pack, item: Item, fact: str, plain: Any) -> Any:
    return value_of(pack.elements[item.element_of(fact)], plain)
