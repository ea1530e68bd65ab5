"""Which facts and roles a rule names, and the same rule over other names."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from backend.core.conditions_model import (
    All,
    AnyOf,
    Compare,
    Condition,
    ConditionError,
    Count,
    Every,
    ItemFits,
    Leaf,
    Meaning,
    Not,
    Operand,
    Score,
    Some,
    Sum,
    Total,
)

OVER_MEMBERS = (Every, Some, Count, Sum)
PARTS = ("of", "left", "right", "that", "terms")


def nodes_of(condition: Condition) -> Iterator[Condition]:
    """The condition and everything inside it, in its order."""
    yield condition
    if isinstance(condition, (All, AnyOf, Score)):
        for part in condition.of:
            yield from nodes_of(part)
    elif isinstance(condition, Not):
        yield from nodes_of(condition.of)
    elif isinstance(condition, OVER_MEMBERS) and condition.that is not None:
        yield from nodes_of(condition.that)


def uses_of(condition: Condition) -> tuple[Operand, ...]:
    """Every fact the condition names, as often as it does, in its order."""
    found: list[Operand] = []
    for node in nodes_of(condition):
        if isinstance(node, (Leaf, Sum)):
            found.append(node.of)
        elif isinstance(node, Compare):
            found += (node.left, node.right)
        elif isinstance(node, Total):
            found += node.terms
    return tuple(found)


def roles_of(condition: Condition) -> frozenset[str]:
    """Every role the condition names; a guide's own facts have none."""
    named = {use.fact.partition(".")[0] for use in uses_of(condition) if "." in use.fact}
    return frozenset(named | {node.role for node in nodes_of(condition) if isinstance(node, OVER_MEMBERS)})


def mentions_fits(condition: Condition) -> bool:
    return any(isinstance(node, ItemFits) for node in nodes_of(condition))


def bind(condition: Condition, roles: Mapping[str, str], fits: Condition | None = None) -> Condition:
    """The same rule over other names of the roles; `fits`, itself left as it is, stands in for `item: fits`."""

    def renamed(part: Any) -> Any:
        if isinstance(part, tuple):
            return tuple(renamed(each) for each in part)
        if isinstance(part, Operand):
            return msgspec.structs.replace(part, fact=_renamed_key(part.fact, roles))
        if isinstance(part, ItemFits):
            return part if fits is None else fits
        changes = {name: renamed(getattr(part, name)) for name in PARTS if _has(part, name)}
        if isinstance(part, OVER_MEMBERS):
            changes["role"] = roles.get(part.role, part.role)
        return msgspec.structs.replace(part, **changes)

    bound: Condition = renamed(condition)
    return bound


def refuse_cycles(meanings: Mapping[str, Meaning], where: str = "") -> None:
    """Raises ConditionError if an element follows from itself."""
    done: set[str] = set()

    def visit(element: str, path: tuple[str, ...]) -> None:
        if len(path) > 50:
            raise ConditionError(where, f"推算的链条太长：{path[0]}。")
        if element in path:
            raise ConditionError(where, f"推算绕成了圈：{' → '.join((*path, element))}。")
        if element not in done and element in meanings:
            for source in meanings[element].of:
                visit(source, (*path, element))
        done.add(element)

    for element in meanings:
        visit(element, ())


def _has(part: object, name: str) -> bool:
    return getattr(part, name, None) is not None


def _renamed_key(fact: str, roles: Mapping[str, str]) -> str:
    role, dot, element = fact.partition(".")
    return f"{roles.get(role, role)}.{element}" if dot else fact
