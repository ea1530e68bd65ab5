"""The clock on dates one can check against a wall calendar of 2026."""

from datetime import UTC, date, datetime

import pytest

from backend.core.clock import (
    Calendar,
    CalendarDay,
    ClockError,
    Pause,
    Span,
    Unit,
    counted,
    days_taken_out,
    due,
    explain,
    local_day,
)
from backend.core.workdays import published_calendar

CALENDAR = published_calendar()
TODAY = date(2026, 11, 5)


def day(text: str) -> date:
    return date.fromisoformat(text)


def pause(text: str) -> Pause:
    start, _, end = text.partition(":")
    return Pause(day(start), day(end) if end else None)


def ends(start: str, limit: int, unit: str, *pauses: str, today: date = TODAY) -> str:
    return due(day(start), limit, Unit(unit), [pause(text) for text in pauses], today, CALENDAR).due.isoformat()


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-09-25", 0, "2026-09-25"),  # a holiday: a limit of 0 ends on the day itself all the same
        ("2026-09-25", 1, "2026-09-28"),
        ("2026-09-25", 3, "2026-09-30"),
        ("2026-09-25", 4, "2026-10-08"),  # 1-7 October are off
        ("2026-09-25", 6, "2026-10-10"),  # a Saturday, worked in exchange
        ("2026-09-25", 20, "2026-10-29"),
        ("2026-09-19", 1, "2026-09-20"),  # a Sunday, worked in exchange
        ("2026-02-13", 2, "2026-02-24"),  # Saturday the 14th is worked, then Spring Festival
        ("2026-11-21", 5, "2026-11-27"),  # filed on a Saturday: Monday is day 1
    ],
)
def test_workdays_follow_the_published_calendar(start: str, limit: int, expected: str) -> None:
    assert ends(start, limit, "workday") == expected


@pytest.mark.parametrize(
    ("start", "limit", "unit", "expected"),
    [
        ("2026-09-25", 20, "day", "2026-10-15"),
        ("2026-09-25", 7, "day", "2026-10-08"),  # 2 October runs on over the holiday
        ("2026-09-14", 5, "day", "2026-09-20"),  # Saturday runs on to a worked Sunday
        ("2026-10-05", 5, "day", "2026-10-10"),  # ends on a worked Saturday and stays there
        ("2026-01-31", 1, "month", "2026-02-28"),  # the month's last day, a worked Saturday
        ("2026-01-30", 3, "month", "2026-04-30"),
        ("2024-02-29", 12, "month", "2025-02-28"),
        ("2026-08-31", 1, "month", "2026-09-30"),
        ("2025-11-22", 12, "month", "2026-11-23"),  # Sunday runs on to Monday
        ("2026-10-03", 0, "month", "2026-10-03"),
    ],
)
def test_calendar_days_and_months_run_on_to_a_workday(start: str, limit: int, unit: str, expected: str) -> None:
    assert ends(start, limit, unit) == expected


@pytest.mark.parametrize(
    ("unit", "pauses", "expected"),
    [
        ("workday", ["2026-10-12:2026-10-20"], "2026-11-06"),  # 13-16, 19, 20 October: six workdays
        ("workday", ["2026-10-12:2026-10-16", "2026-10-14:2026-10-20"], "2026-11-06"),  # merged, not summed
        ("workday", ["2026-10-12:2026-10-20", "2026-10-22:"], "2026-11-20"),
        ("workday", ["2026-10-12:2026-10-12"], "2026-10-29"),  # notice and result on one day take nothing out
        ("workday", ["2026-10-30:2026-11-10"], "2026-10-29"),  # begun after the end: too late to move it
        ("workday", ["2026-08-01:2026-09-30"], "2026-11-03"),  # only the part after the start counts
        ("day", ["2026-10-12:2026-10-20"], "2026-10-23"),
        ("day", ["2026-10-14:2026-10-16"], "2026-10-19"),  # takes out the last day itself: 17 October, a Saturday
        ("day", ["2026-09-01:2026-09-28"], "2026-10-19"),  # three days after the start; what was before does not count
        ("month", ["2026-10-12:2026-10-20"], "2027-06-02"),  # eight months, and eight days taken out
    ],
)
def test_a_pause_moves_the_end_by_the_days_it_takes_out(unit: str, pauses: list[str], expected: str) -> None:
    assert ends("2026-09-25", 8 if unit == "month" else 20, unit, *pauses) == expected


def test_an_open_pause_lasts_to_today_and_is_provisional() -> None:
    answer = due(day("2026-09-25"), 20, Unit.WORKDAY, [pause("2026-10-22:")], day("2026-10-26"), CALENDAR)
    assert (answer.due, answer.provisional, answer.open_pause) == (day("2026-11-02"), True, True)


def test_a_date_in_a_year_without_a_calendar_is_provisional() -> None:
    answer = due(day("2026-12-28"), 5, Unit.WORKDAY, [], TODAY, CALENDAR)
    assert (answer.due, answer.provisional, answer.unpublished) == (day("2027-01-04"), True, (2027,))
    assert not due(day("2026-12-28"), 3, Unit.WORKDAY, [], TODAY, CALENDAR).provisional
    assert due(day("1999-01-04"), 3, Unit.WORKDAY, [], TODAY, CALENDAR).provisional
    assert due(day("2026-12-01"), 1, Unit.MONTH, [], TODAY, CALENDAR).provisional


def test_only_counted_days_need_a_calendar() -> None:
    first_of_the_table = due(day("2003-12-31"), 1, Unit.WORKDAY, [], TODAY, CALENDAR)
    assert (first_of_the_table.due, first_of_the_table.provisional) == (day("2004-01-02"), False)


def test_pauses_that_touch_are_one() -> None:
    touching = [pause("2026-10-12:2026-10-14"), pause("2026-10-14:2026-10-16")]
    assert days_taken_out(touching, TODAY) == (Span(day("2026-10-13"), day("2026-10-16")),)


def test_a_year_becomes_firm_once_its_days_are_in_the_table() -> None:
    new_year = CalendarDay(day("2027-01-01"), False, "元旦")
    calendar = Calendar.of([*CALENDAR.days.values(), new_year], years=[*CALENDAR.years, 2027])
    answer = due(day("2026-12-30"), 2, Unit.WORKDAY, [], TODAY, calendar)
    assert (answer.due, answer.provisional) == (day("2027-01-04"), False)


def test_the_count_so_far_is_the_seventh_workday() -> None:
    assert counted(day("2026-09-25"), Unit.WORKDAY, [], day("2026-10-12"), CALENDAR) == 7
    assert counted(day("2026-09-25"), Unit.WORKDAY, [], day("2026-09-25"), CALENDAR) == 0
    assert counted(day("2026-09-25"), Unit.DAY, [], day("2026-10-12"), CALENDAR) == 17


def test_the_explanation_names_holidays_worked_weekends_pauses_and_the_run_on() -> None:
    why = explain(day("2026-09-25"), 20, Unit.WORKDAY, [pause("2026-10-12:2026-10-20")], day("2026-10-12"), CALENDAR)
    assert why.counted == 7
    assert why.holidays == (
        Span(day("2026-09-26"), day("2026-09-27"), "中秋节"),
        Span(day("2026-10-01"), day("2026-10-07"), "国庆节"),
    )
    assert why.worked_weekends == (day("2026-10-10"),)
    assert why.paused == (Span(day("2026-10-13"), day("2026-10-20")),)
    assert why.rolled_from is None
    assert explain(day("2026-09-25"), 5, Unit.WORKDAY, [], TODAY, CALENDAR).counted == 5  # no more once it is over
    assert explain(day("2026-09-25"), 7, Unit.DAY, [], TODAY, CALENDAR).rolled_from == day("2026-10-02")


@pytest.mark.parametrize(
    ("start", "limit", "unit"),
    [
        ("2026-09-25", -1, "day"),
        ("2026-09-25", 10**12, "day"),
        ("2026-09-25", 10**9, "month"),
        ("9999-12-31", 1, "day"),
    ],
)
def test_what_no_calendar_can_answer_is_a_sentence(start: str, limit: int, unit: str) -> None:
    with pytest.raises(ClockError, match=r"。$"):
        ends(start, limit, unit)


def test_a_pause_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ClockError, match="早于"):
        ends("2026-09-25", 20, "workday", "2026-10-20:2026-10-12")


def test_the_last_day_there_is_can_be_due() -> None:
    assert ends("9999-12-31", 0, "workday", "9999-12-31:") == "9999-12-31"
    assert explain(date.max, 0, Unit.DAY, [Pause(date.max, date.max)], date.max, CALENDAR).paused == ()


def test_an_event_belongs_to_the_day_in_shanghai() -> None:
    assert local_day(datetime(2026, 9, 24, 16, 0, tzinfo=UTC)) == day("2026-09-25")
    assert local_day(datetime(2026, 9, 24, 15, 59, tzinfo=UTC)) == day("2026-09-24")
