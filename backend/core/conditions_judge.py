"""The verdict of a condition over facts, why, and what could still change it.

Judging is partial evaluation: `rest_of` replaces every decided part of the rule by its verdict, and what remains, if
anything, is exactly the part that unknown facts still decide.
"""

from collections.abc import Iterator
from itertools import chain
from typing import cast

import msgspec

from backend.core.conditions_cells import settle, uses_of_rest
from backend.core.conditions_model import (
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    Every,
    Facts,
    ItemFits,
    Judgement,
    Key,
    Leaf,
    Not,
    Operand,
    Reason,
    Score,
    Some,
    Sum,
    Total,
    Trust,
    Value,
)
from backend.core.conditions_rest import Rest, members_of, rest_of
from backend.core.conditions_sight import Gap, Outcome, Sight

NOTHING: frozenset[Key] = frozenset()


def judge(condition: Condition, facts: Facts, *, least: Trust = "D") -> Judgement:
    """`least`: facts of lower trust count as unknown, unless a leaf names its own (examination: "B")."""
    sight = Sight(facts, least)
    verdict, still_open = verdict_of(condition, sight)
    return Judgement(verdict, reasons_of(condition, sight, verdict), still_open)


def verdict_of(condition: Condition, sight: Sight) -> tuple[bool | None, frozenset[Key]]:
    """The verdict and the open keys without the reasons: what a guide needs a hundred times a page."""
    sight.shared = False
    found = outcome_of(condition, sight)
    if isinstance(found, bool):
        return found, NOTHING
    if not sight.shared:
        return None, found
    rest = rest_of(condition, sight)
    return (rest, NOTHING) if isinstance(rest, bool) else settle(rest, sight)


def outcome_of(node: Condition, sight: Sight) -> Outcome:
    """The verdict by three-valued logic, or the keys of all undecided parts; exact unless `sight.shared` is set."""
    kind = type(node)
    if kind is Leaf or kind is Compare:
        return sight.outcome(node)  # type: ignore[arg-type]
    if kind is All or kind is AnyOf:
        return _group_outcome(node.of, sight, stop=kind is AnyOf)  # type: ignore[union-attr, arg-type]
    if kind is Not:
        found = outcome_of(node.of, sight)  # type: ignore[union-attr, arg-type]
        return not found if isinstance(found, bool) else found
    rest = rest_of(node, sight)
    return rest if isinstance(rest, bool) else _keys_of(rest, sight)


def _group_outcome(parts: tuple[Condition, ...], sight: Sight, *, stop: bool) -> Outcome:
    waits_for: frozenset[Key] | None = None
    for part in parts:
        found = outcome_of(part, sight)
        if found is stop:
            return stop
        if found is True or found is False:
            continue
        if waits_for is None:
            waits_for = found
        else:
            if not waits_for.isdisjoint(found):
                sight.shared = True
            waits_for = waits_for | found
    return not stop if waits_for is None else waits_for


def _keys_of(rest: Rest, sight: Sight) -> frozenset[Key]:
    keys = [key for _, key in uses_of_rest(rest, sight)]
    if len(keys) > len(set(keys)):
        sight.shared = True
    return frozenset(keys)


def trace(condition: Condition, facts: Facts, *, least: Trust = "D") -> tuple[Reason, ...]:
    """Every leaf with its own verdict, in the rule's order: for the desk and for authors."""
    sight = Sight(facts, least)
    return tuple(_reason(leaf, sight, _plain(leaf, sight)) for leaf in _leaves(condition, sight))


def reasons_of(condition: Condition, sight: Sight, verdict: bool | None) -> tuple[Reason, ...]:
    """The parts that made the verdict: of a true `all` every one, of a false `all` the false ones, and so on.

    A part with its own `say` speaks for everything inside it. A verdict that needs no fact at all (a tautology) is
    explained by the parts it covers, each unknown.
    """
    return tuple(dict.fromkeys(_deciding(condition, sight, verdict)))


def _deciding(node: Condition, sight: Sight, verdict: bool | None) -> Iterator[Reason]:
    parts = _parts(node, sight)
    if parts is None or node.say:
        yield _reason(node, sight, verdict)
        return
    wanted = (not verdict if verdict is not None else None) if isinstance(node, Not) else verdict
    chosen = [part for part in parts if _plain(part, sight) is wanted]
    undecided = [part for part in parts if _plain(part, sight) is None]  # together they leave no other verdict
    for part in chosen or undecided:
        yield from _deciding(part, sight, wanted if chosen else None)


def _parts(node: Condition, sight: Sight) -> tuple[Condition, ...] | None:
    """What a node is made of; None for one that speaks for itself."""
    match node:
        case All(of=parts) | AnyOf(of=parts):
            return parts
        case Not(of=part):
            return (part,)
        case Every() | Some():
            return members_of(node, sight)
        case _:
            return None


def _leaves(node: Condition, sight: Sight) -> Iterator[Condition]:
    parts = _parts(node, sight)
    if parts is None:
        yield node
    else:
        yield from chain.from_iterable(_leaves(part, sight) for part in parts)


def _plain(node: Condition, sight: Sight) -> bool | None:
    found = outcome_of(node, sight)
    return found if isinstance(found, bool) else None


def _reason(node: Condition, sight: Sight, verdict: bool | None) -> Reason:
    values = tuple(dict.fromkeys((of.key, _shown(sight.value(of))) for of in _operands(node, sight)))
    return Reason(say=node.say, verdict=verdict, values=values, basis=node.basis, rule=node.rule)


def _shown(value: object) -> Value | None:
    return None if isinstance(value, Gap) else cast(Value, value)


def _operands(node: Condition, sight: Sight) -> Iterator[Operand]:
    match node:
        case Leaf(of=of):
            yield of
        case Compare(left=left, right=right):
            yield from (left, right)
        case ItemFits():
            return
        case Sum(of=of, role=role):
            for number in range(sight.facts.repeated.get(role, 0)):
                yield msgspec.structs.replace(of, fact=f"{role}[{number}].{of.fact.partition('.')[2]}")
        case Total(terms=terms):
            yield from terms
        case _:
            for part in _inner(node, sight):
                yield from _operands(part, sight)


def _inner(node: Condition, sight: Sight) -> tuple[Condition, ...]:
    match node:
        case Score(of=parts):
            return parts
        case Count(that=None):
            return ()
        case Count() | Every() | Some():
            return members_of(node, sight) or ()
        case _:
            return _parts(node, sight) or ()
