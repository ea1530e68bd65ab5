"""Does a value meet an operator and a constant? True, False, or None: it is too rough, or of another type, to say."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from backend.core.conditions_derive import CHECKS, as_date
from backend.core.conditions_model import Band, Operator, Somewhere

REGION_LEVELS = (2, 4, 6, 9)
"""Digits of a province, city, county and township in a division code; a village has all 12."""


def meets(value: object, op: Operator, constant: Any) -> bool | None:
    if type(value) is Band:
        return _band(value, op, constant)
    if type(value) is Somewhere:
        return _somewhere(value, op, constant)
    return _EXACT[op](value, constant)


def same(one: object, other: object) -> bool | None:
    """Equal? None for values of different types: nobody can say."""
    if isinstance(one, Band) or isinstance(other, Band):
        rough, exact = (one, other) if isinstance(one, Band) else (other, one)
        return _band(rough, "is", exact) if isinstance(rough, Band) else None
    if isinstance(one, frozenset) or isinstance(other, frozenset):
        return _as_set(one) == _as_set(other)
    if is_number(one) and is_number(other):
        return one == other
    if isinstance(one, date) != isinstance(other, date):
        one, other = as_date(one), as_date(other)
    return one == other if type(one) is type(other) and one is not None else None


FLIPPED: dict[Operator, Operator] = {
    "at_least": "at_most", "at_most": "at_least", "more_than": "less_than", "less_than": "more_than",
    "before": "after", "after": "before",
}  # fmt: skip


def stands(one: object, by: Operator, other: object) -> bool | None:
    """Does `one` stand to `other` as `by` says? Where both are rough, only being equal is asked, and unknown."""
    if by == "is":
        return same(one, other)
    if not isinstance(other, (Band, Somewhere)):
        return meets(one, by, other)
    if isinstance(one, (Band, Somewhere)):
        return None
    return meets(other, FLIPPED.get(by, by), one)


def shifted(value: object, plus: int | Decimal) -> object:
    """A number that much higher, a date that many days later; None where that is nonsense or beyond all calendars."""
    if not plus:
        return value
    if isinstance(value, Band):
        ends = [None if end is None else shifted(end, plus) for end in (value.low, value.high)]
        return Band(*ends)  # type: ignore[arg-type]
    if is_number(value):
        return Fraction(value) + Fraction(plus) if isinstance(value, Fraction) else value + plus  # type: ignore[operator]
    day = as_date(value)
    try:
        return None if day is None else day + timedelta(days=int(plus))
    except OverflowError:
        return None


def is_number(value: object) -> bool:
    return isinstance(value, (int, Decimal, Fraction)) and not isinstance(value, bool)


@lru_cache(maxsize=8192)
def region_prefix(code: str) -> str:
    """`460100` → `4601`: the digits every place inside it begins with."""
    for level in REGION_LEVELS:
        if len(code) > level and not code[level:].strip("0"):
            return code[:level]
    return code


def contains(rough: object, value: object) -> bool:
    """Can the roughly known fact be exactly this value?"""
    if isinstance(rough, Band):
        return _band(rough, "is", value) is not False
    if isinstance(rough, Somewhere) and isinstance(value, str):
        return _somewhere(rough, "is", value) is not False
    return True


def _as_set(value: object) -> object:
    return value if isinstance(value, frozenset) else frozenset({value})


def _is_not(value: object, constant: object) -> bool | None:
    equal = same(value, constant)
    return None if equal is None else not equal


def _in(value: object, constants: tuple[object, ...]) -> bool | None:
    found = [same(value, constant) for constant in constants]
    return True if True in found else None if None in found else False


def _ordered(
    compare: Callable[[Any, Any], bool], fits: Callable[[object], bool]
) -> Callable[[object, Any], bool | None]:
    def test(value: object, constant: Any) -> bool | None:
        return compare(value, constant) if fits(value) and fits(constant) else None

    return test


def _is_date(value: object) -> bool:
    return isinstance(value, date)


def _dated(value: object, limit: date, *, before: bool) -> bool | None:
    day = as_date(value)
    return None if day is None else day < limit if before else day > limit


def _within(value: object, areas: tuple[str, ...]) -> bool | None:
    if isinstance(value, frozenset):
        return value <= set(areas)
    if not isinstance(value, str):
        return None
    return _somewhere(Somewhere(inside=(value,)), "within", areas)


def _includes(value: object, choice: str) -> bool | None:
    if isinstance(value, frozenset):
        return choice in value
    return value == choice if isinstance(value, str) else None


def _matches(value: object, check: str) -> bool | None:
    return CHECKS[check](value) if isinstance(value, str) else None


_EXACT: dict[Operator, Callable[[object, Any], bool | None]] = {
    "is": same,
    "is_not": _is_not,
    "in": _in,
    "at_least": _ordered(lambda value, limit: value >= limit, is_number),
    "at_most": _ordered(lambda value, limit: value <= limit, is_number),
    "more_than": _ordered(lambda value, limit: value > limit, is_number),
    "less_than": _ordered(lambda value, limit: value < limit, is_number),
    "before": lambda value, limit: _dated(value, limit, before=True),
    "after": lambda value, limit: _dated(value, limit, before=False),
    "within": _within,
    "includes": _includes,
    "matches": _matches,
}


def _band(band: Band, op: Operator, constant: Any) -> bool | None:
    """Both ends agree, or nobody knows; `in` and `is_not` are built from `is`."""
    if op == "is_not":
        equal = _band(band, "is", constant)
        return None if equal is None else not equal
    if op == "in":
        found = [_band(band, "is", one) for one in constant]
        return True if True in found else None if None in found else False
    if op not in _ENDS or not _comparable(band, constant):
        return None
    sure, never = _ENDS[op](band, constant)
    return True if sure else False if never else None


def _comparable(band: Band, constant: object) -> bool:
    kind = _is_date if _is_date(constant) else is_number
    return kind(constant) and all(end is None or kind(end) for end in (band.low, band.high))


def _over(end: Any, limit: Any) -> bool:
    return end is not None and end > limit


def _under(end: Any, limit: Any) -> bool:
    return end is not None and end < limit


_ENDS: dict[Operator, Callable[[Band, Any], tuple[bool, bool]]] = {
    "is": lambda b, c: (b.low == b.high == c, _over(b.low, c) or _under(b.high, c)),
    "at_least": lambda b, c: (_over(b.low, c) or b.low == c, _under(b.high, c)),
    "at_most": lambda b, c: (_under(b.high, c) or b.high == c, _over(b.low, c)),
    "more_than": lambda b, c: (_over(b.low, c), _under(b.high, c) or b.high == c),
    "less_than": lambda b, c: (_under(b.high, c), _over(b.low, c) or b.low == c),
    "before": lambda b, c: (_under(b.high, c), _over(b.low, c) or b.low == c),
    "after": lambda b, c: (_over(b.low, c), _under(b.high, c) or b.high == c),
}


def _somewhere(place: Somewhere, op: Operator, constant: Any) -> bool | None:
    """`within`: all that the place can be lies in one of the areas, or none of it does."""
    areas = constant if isinstance(constant, tuple) else (constant,)
    if op not in ("is", "in", "within", "is_not") or not all(isinstance(area, str) for area in areas):
        return None
    found = [_place_in(place, region_prefix(area)) for area in areas]
    if op == "within":
        return True if True in found else None if None in found else False
    apart = False if all(answer is False for answer in found) else None
    return apart if op != "is_not" or apart is None else True


def _place_in(place: Somewhere, area: str) -> bool | None:
    inside = [region_prefix(part) for part in place.inside] or [""]
    if all(part.startswith(area) for part in inside):
        return True
    if any(area.startswith(region_prefix(part)) for part in place.outside):
        return False
    return None if any(area.startswith(part) or part.startswith(area) for part in inside) else False
