"""Facts that follow from other facts, and the named checks of `matches`: both closed lists.

Ages: a year of life is complete on the day of the birthday. Where that year has no such day (29 February) it is complete
on the last day of the month, 28 February: Civil Code art. 202. Why: docs/decisions/0002-ages.md.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import msgspec

from backend.core.codes import CodeError, ResidentId, read_credit_code, read_resident_id


def as_date(value: object) -> date | None:
    """A date, also one written as ISO text (2026-01-31), as answers arrive in JSON."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def years_since(start: object, on: date | None) -> int | None:
    """Whole years of life or of a period on the day `on`; before the start -1, -2 …"""
    start = as_date(start)
    if on is None or start is None:
        return None
    years = on.year - start.year
    return years if on >= anniversary(start, years) else years - 1


def anniversary(start: date, years: int) -> date:
    """The day on which `years` years are complete; the last day of February where 29 February is missing."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 2, 28)


def days_since(start: object, on: date | None) -> int | None:
    start = as_date(start)
    return (on - start).days if on is not None and start is not None else None


def months_since(start: object, on: date | None) -> int | None:
    """Whole months on the day `on`; a month without the corresponding day is complete on its last day (art. 202)."""
    start = as_date(start)
    if on is None or start is None:
        return None
    months = (on.year - start.year) * 12 + on.month - start.month
    last_day = (on + timedelta(days=1)).day == 1
    return months if on.day >= start.day or last_day else months - 1


def days_between(start: object, end: object, _: date | None) -> int | None:
    """Days from the first date to the second; negative where it lies before it."""
    return days_since(start, as_date(end))


def months_between(start: object, end: object, _: date | None) -> int | None:
    return months_since(start, as_date(end))


def years_between(start: object, end: object, _: date | None) -> int | None:
    return years_since(start, as_date(end))


def per_head(total: object, heads: object, _: date | None) -> Fraction | None:
    """Exact, so that a limit is met to the fen; rounding is for showing."""
    if not isinstance(total, (int, Decimal, Fraction)) or not isinstance(heads, int) or heads <= 0:
        return None
    return Fraction(total) / heads


def birth_date_of_id(number: object, on: date | None) -> date | None:
    """From a resident ID number whose check character is right; else None."""
    holder = _holder(number, on)
    return holder.birth if holder else None


def sex_of_id(number: object, on: date | None) -> str | None:
    """`male` or `female`."""
    holder = _holder(number, on)
    return holder.sex if holder else None


def _holder(number: object, on: date | None) -> ResidentId | None:
    try:
        return read_resident_id(number, on or date.max) if isinstance(number, str) else None
    except CodeError:
        return None


class Derivation(msgspec.Struct, frozen=True):
    """`compute(*sources, on)`; None where it cannot be said. `samples(limits, on)` gives source values that fall into
    every cell which comparing the derived number with `limits` makes; None where nobody has worked them out."""

    takes: int
    compute: Callable[..., object]
    samples: Callable[[list[int], date], list[date]] | None = None


def _birthdays(limits: list[int], on: date) -> list[date]:
    """Starts so that years_since is just each limit, and one either side of it."""
    found = []
    for limit in limits:
        for years in (limit - 1, limit, limit + 1):
            if 1 <= on.year - years <= 9999:
                found += [anniversary(on, -years), *_day_after(anniversary(on, -years))]
    return found


def _day_after(day: date) -> list[date]:
    return [day + timedelta(days=1)] if day < date.max else []


DERIVATIONS: dict[str, Derivation] = {
    "years_since": Derivation(1, years_since, _birthdays),
    "months_since": Derivation(1, months_since),
    "days_since": Derivation(1, days_since),
    "days_between": Derivation(2, days_between),
    "months_between": Derivation(2, months_between),
    "years_between": Derivation(2, years_between),
    "per_head": Derivation(2, per_head),
    "birth_date_of_id": Derivation(1, birth_date_of_id),
    "sex_of_id": Derivation(1, sex_of_id),
}


def is_resident_id(text: str) -> bool:
    return _holder(text, None) is not None


def is_social_credit_code(text: str) -> bool:
    try:
        return bool(read_credit_code(text))
    except CodeError:
        return False


def is_bank_card(text: str) -> bool:
    """12 to 19 digits with a right Luhn digit."""
    if not re.fullmatch(r"\d{12,19}", text, re.ASCII):
        return False
    doubled = (int(c) * 2 if i % 2 else int(c) for i, c in enumerate(reversed(text)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def is_mobile(text: str) -> bool:
    return re.fullmatch(r"1[3-9]\d{9}", text, re.ASCII) is not None


def is_postcode(text: str) -> bool:
    return re.fullmatch(r"\d{6}", text, re.ASCII) is not None


CHECKS: dict[str, Callable[[str], bool]] = {
    "resident_id": is_resident_id,
    "social_credit_code": is_social_credit_code,
    "bank_card": is_bank_card,
    "mobile": is_mobile,
    "postcode": is_postcode,
}
