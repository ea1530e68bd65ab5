"""Answers worth trying where a rule adds answers up or compares them with each other, so that no single cut decides. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from backend.core.conditions import Compare, Condition, Key, Leaf, Score, Total, nodes_of, uses_of
from backend.core.conditions_sight import Sight
from backend.core.conditions_values import is_number
from backend.scenarios.model import Question

MOST = 24
DAYS = (1, 7, 30, 31, 60, 90, 183, 365, 366)


def keys_in(rule: Condition, sight: Sight) -> set[Key]:
    """The questions a rule waits for, those behind a derived fact included."""
    return {key for use in uses_of(rule) for key in sight.asks(use)}


def spread(question: Question, rules: Iterable[Condition], on: date) -> Iterator[object]:
    """Values around every number the rules name, and between them; dates before and after the day and each other."""
    named = sorted({abs(number) for rule in rules for number in _numbers(rule)})
    if question.kind == "date":
        yield from sorted({on + timedelta(days=sign * days) for days in _day_steps(named) for sign in (-1, 0, 1)})
        return
    ends = [float(end) for end in (question.least, question.most) if end is not None]
    points = sorted({0.0, *ends, *map(float, named), *(float(one) / 2 for one in named)})
    values = {*points, *((low + high) / 2 for low, high in pairwise(points)), *(one + 1 for one in points)}
    values |= {one - 1 for one in points}
    chosen = sorted({round(one) if question.whole else one for one in values})
    for value in chosen[:: max(1, len(chosen) // MOST)]:
        yield int(value) if value == int(value) else Decimal(str(value))


def _day_steps(named: list[float]) -> set[int]:
    near = {int(one) + step for one in named[:6] if one < 5000 for step in (-1, 0, 1)}
    years = {int(one * 365.25) + step for one in named[:6] if one < 100 for step in (-2, 2)}
    return {*DAYS[:4], *near, *years, 183, 400}


def _numbers(rule: Condition) -> Iterator[float]:
    for node in nodes_of(rule):
        if isinstance(node, Compare):
            yield float(node.plus)
        if isinstance(node, (Leaf, Total, Score)):
            constants = node.value if isinstance(node.value, tuple) else (node.value,)
            yield from (float(one) for one in constants if is_number(one))  # type: ignore[arg-type]
