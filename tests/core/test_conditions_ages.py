"""Ages by the calendar: complete on the birthday, or on the last day of its month (docs/decisions/0002-ages.md)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.conditions_derive import anniversary, days_since, months_since, years_since

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(1946, 11, 22), date(2026, 11, 21), 79), (date(1946, 11, 22), date(2026, 11, 22), 80),
        (date(1946, 11, 23), date(2026, 11, 22), 79), (date(1944, 2, 29), date(2024, 2, 28), 79),
        (date(1944, 2, 29), date(2024, 2, 29), 80), (date(1944, 2, 29), date(2025, 2, 27), 80),
        (date(1944, 2, 29), date(2025, 2, 28), 81), (date(1944, 2, 29), date(2025, 3, 1), 81),
        (date(1945, 2, 28), date(2024, 2, 28), 79), (date(2026, 11, 22), date(2026, 11, 22), 0),
        (date(2026, 11, 23), date(2026, 11, 22), -1),
    ],
)  # fmt: skip
def test_a_year_of_life_is_complete_on_the_birthday(born: date, on: date, years: int) -> None:
    assert years_since(born, on) == years


@given(DAYS, st.integers(0, 120))
def test_the_anniversary_is_the_first_day_of_the_new_age(born: date, years: int) -> None:
    day = anniversary(born, years)
    assert years_since(born, day) == years
    assert years_since(born, day - timedelta(days=1)) == years - 1


@given(DAYS, DAYS)
def test_nobody_grows_younger(born: date, on: date) -> None:
    today, tomorrow = years_since(born, on), years_since(born, on + timedelta(days=1))
    assert today is not None
    assert tomorrow in (today, today + 1)


@pytest.mark.parametrize(
    ("start", "on", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 27), 0), (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 1, 31), date(2026, 3, 30), 1), (date(2026, 1, 31), date(2026, 3, 31), 2),
        (date(2026, 1, 15), date(2026, 2, 14), 0), (date(2026, 1, 15), date(2026, 2, 15), 1),
    ],
)  # fmt: skip
def test_a_month_is_complete_on_its_corresponding_or_last_day(start: date, on: date, months: int) -> None:
    assert months_since(start, on) == months


def test_without_a_day_nothing_has_an_age() -> None:
    assert years_since(date(1944, 2, 29), None) is None
    assert days_since(date(2026, 1, 1), None) is None
    assert months_since(date(2026, 1, 1), None) is None
    assert days_since(date(2026, 1, 1), date(2026, 3, 1)) == 59
    assert years_since("soon", date(2026, 1, 1)) is None
    assert years_since("1944-02-29", date(2026, 1, 1)) == 81
