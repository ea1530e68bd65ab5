"""Partial evaluation: what remains of a rule when every decided part is replaced by its verdict."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

from backend.core.conditions_model import (
    All,
    AnyOf,
    Band,
    Compare,
    Condition,
    Count,
    Every,
    Leaf,
    Not,
    Operator,
    Said,
    Score,
    Some,
    Sum,
    Total,
)
from backend.core.conditions_sight import Gap, Sight, of_member
from backend.core.conditions_values import is_number, meets


class Tally(Said, frozen=True, kw_only=True):
    """A count or score under way: `sure` is reached, `of` are the undecided parts and `worth` what each would add."""

    of: tuple["Rest", ...]
    worth: tuple[int | Decimal, ...]
    sure: int | Decimal
    op: Operator
    value: Any


class Roll(Said, frozen=True, kw_only=True):
    """A rule over a repeated role that nobody has declared yet."""

    role: str


Rest = Condition | Tally | Roll
MAX_SCORES = 300


def rest_of(node: Rest, sight: Sight) -> bool | Rest:
    """True, False, or the undecided part, which holds no decided leaf."""
    kind = type(node)
    if kind is Leaf or kind is Compare:
        verdict = sight.verdict(node)  # type: ignore[arg-type]
        return node if verdict is None else verdict
    return _REST[kind](node, sight)


def _all(node: All, sight: Sight) -> bool | Rest:
    return _joined(node.of, sight, stop=False, group=All)


def _any(node: AnyOf, sight: Sight) -> bool | Rest:
    return _joined(node.of, sight, stop=True, group=AnyOf)


def _joined(parts: tuple[Rest, ...], sight: Sight, *, stop: bool, group: type[All] | type[AnyOf]) -> bool | Rest:
    left = []
    for part in parts:
        rest = rest_of(part, sight)
        if rest is stop:
            return stop
        if not isinstance(rest, bool):
            left.append(rest)
    if not left:
        return not stop
    return left[0] if len(left) == 1 else group(of=tuple(left))  # type: ignore[arg-type]


def _not(node: Not, sight: Sight) -> bool | Rest:
    rest = rest_of(node.of, sight)
    return not rest if isinstance(rest, bool) else Not(of=rest)  # type: ignore[arg-type]


def members_of(node: Every | Some | Count | Sum, sight: Sight) -> tuple[Condition, ...] | None:
    """The node's `that` said of each member; None while the role is not declared."""
    number = _declared(node.role, sight)
    if number is None:
        return None
    return tuple(of_member(node.that, node.role, i) for i in range(number)) if node.that else ()


def _declared(role: str, sight: Sight) -> int | None:
    return 0 if role in sight.facts.declined else sight.facts.repeated.get(role)


def _every(node: Every, sight: Sight) -> bool | Rest:
    parts = members_of(node, sight)
    return Roll(role=node.role) if parts is None else _joined(parts, sight, stop=False, group=All)


def _some(node: Some, sight: Sight) -> bool | Rest:
    parts = members_of(node, sight)
    return Roll(role=node.role) if parts is None else _joined(parts, sight, stop=True, group=AnyOf)


def _count(node: Count, sight: Sight) -> bool | Rest:
    number = _declared(node.role, sight)
    if number is None:
        return Roll(role=node.role)
    if node.that is None:
        return bool(meets(number, node.op, node.value))
    members = members_of(node, sight) or ()
    return _tally(Tally(of=members, worth=(1,) * len(members), sure=0, op=node.op, value=node.value), sight)


def _score(node: Score, sight: Sight) -> bool | Rest:
    return _tally(Tally(of=node.of, worth=node.worth, sure=0, op=node.op, value=node.value), sight)


def _tally(node: Tally, sight: Sight) -> bool | Rest:
    rests = [(rest_of(part, sight), worth) for part, worth in zip(node.of, node.worth, strict=True)]
    left = [(rest, worth) for rest, worth in rests if not isinstance(rest, bool)]
    sure = node.sure + sum(worth for rest, worth in rests if rest is True)
    worths = tuple(worth for _, worth in left)
    verdicts = {meets(number, node.op, node.value) for number in _reachable(sure, worths)}
    if len(verdicts) == 1 and isinstance(verdict := verdicts.pop(), bool):
        return verdict
    of = tuple(rest for rest, _ in left)
    return msgspec.structs.replace(node, of=of, worth=worths, sure=sure)


def _reachable(sure: int | Decimal, worths: tuple[int | Decimal, ...]) -> set[Any]:
    """Every score that the undecided parts can still make; of too many the span between the least and the most."""
    found: set[Any] = {sure}
    for worth in worths:
        found |= {score + worth for score in found}
        if len(found) > MAX_SCORES:
            low, high = (sum(pick(worth, 0) for worth in worths) for pick in (min, max))
            return {Band(sure + low, sure + high)}
    return found


def _total(node: Total, sight: Sight) -> bool | Rest:
    low: Any = 0
    high: Any = 0
    for of, times in zip(node.terms, node.times, strict=True):
        least, most = (None if end is None else Fraction(end) * Fraction(times) for end in _span(of, sight))
        if times < 0:
            least, most = most, least
        low = None if low is None or least is None else low + least
        high = None if high is None or most is None else high + most
    verdict = meets(low if low is not None and low == high else Band(low, high), node.op, node.value)
    return node if verdict is None else verdict


def _span(of: Any, sight: Sight) -> "Share":
    """Between which two numbers a fact lies: its value, or what its element allows."""
    value = sight.value(of)
    if value is Gap.ABSENT:
        return (0, 0)
    if value is Gap.UNKNOWN:
        meaning = sight.meaning(of.fact)
        return (meaning.least, meaning.most)
    return _ends(value)


def _sum(node: Sum, sight: Sight) -> bool | Rest:
    number = _declared(node.role, sight)
    if number is None:
        return Roll(role=node.role)
    low: Any = 0
    high: Any = 0
    for least, most in (_share(node, i, sight) for i in range(number)):
        low = None if low is None or least is None else low + least
        high = None if high is None or most is None else high + most
    verdict = meets(low if low is not None and low == high else Band(low, high), node.op, node.value)
    return node if verdict is None else verdict


Share = tuple[int | Decimal | Fraction | None, int | Decimal | Fraction | None]


def _share(node: Sum, number: int, sight: Sight) -> Share:
    """Between which two numbers one member adds to the sum; None: no limit."""
    counted = rest_of(of_member(node.that, node.role, number), sight) if node.that else True
    value = sight.value(summand(node, number))
    if counted is False or value is Gap.ABSENT:
        return (0, 0)
    low, high = _ends(value)
    if counted is True:
        return (low, high)
    return (None if low is None else min(low, 0), None if high is None else max(high, 0))


def _ends(value: object) -> Share:
    if isinstance(value, Band):
        return (value.low, value.high) if not _dated(value) else (None, None)  # type: ignore[return-value]
    return (value, value) if is_number(value) else (None, None)  # type: ignore[return-value]


def _dated(band: Band) -> bool:
    return any(end is not None and not is_number(end) for end in (band.low, band.high))


def summand(node: Sum, number: int) -> Any:
    """The operand that one member brings to the sum."""
    element = node.of.fact.partition(".")[2]
    return msgspec.structs.replace(node.of, fact=f"{node.role}[{number}].{element}")


def undecided_members(node: Sum, sight: Sight) -> Iterator[tuple[bool | Rest, Any]]:
    """Of a sum that is still open: each member that may count, as (what is left of its condition, its operand)."""
    for number in range(_declared(node.role, sight) or 0):
        rest = rest_of(of_member(node.that, node.role, number), sight) if node.that else True
        if rest is not False:
            yield rest, summand(node, number)


def _unbound(node: Rest, sight: Sight) -> bool | Rest:
    raise TypeError("item: fits has to be bound before it is judged")


def _roll(node: Roll, sight: Sight) -> bool | Rest:
    return node


_REST: dict[type, Any] = {
    All: _all, AnyOf: _any, Not: _not, Every: _every, Some: _some, Count: _count, Sum: _sum, Tally: _tally, Roll: _roll,
    Score: _score, Total: _total,
}  # fmt: skip
