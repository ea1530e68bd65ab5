"""What must hold for every date, limit and set of pauses."""

from datetime import date, timedelta
from itertools import permutations

from hypothesis import assume, given
from hypothesis import strategies as st

from backend.core.clock import DAY, CalendarDay, Pause, Unit, counted, days_taken_out, due
from backend.core.workdays import published_calendar

CALENDAR = published_calendar()
DATES = st.dates(date(2024, 1, 1), date(2027, 6, 30))
LIMITS = st.integers(0, 90)
UNITS = st.sampled_from(list(Unit))
TODAY = date(2027, 1, 15)


@st.composite
def pauses(draw: st.DrawFn, opens: bool = True) -> list[Pause]:
    starts = draw(st.lists(DATES, max_size=4))
    ends = [start + timedelta(days=draw(st.integers(0, 40))) for start in starts]
    return [
        Pause(start, None if opens and draw(st.booleans()) else end) for start, end in zip(starts, ends, strict=True)
    ]


def workdays_after(first: date, last: date) -> int:
    return counted(first, Unit.WORKDAY, [], last, CALENDAR)


@given(DATES, st.integers(0, 400), LIMITS, UNITS, pauses())
def test_a_later_receipt_never_gives_an_earlier_end(
    start: date, later: int, limit: int, unit: Unit, stops: list[Pause]
) -> None:
    other = start + timedelta(days=later)
    stops = [stop for stop in stops if stop.start >= other]  # nothing can be paused before it runs
    first = due(start, limit, unit, stops, TODAY, CALENDAR).due
    assert first <= due(other, limit, unit, stops, TODAY, CALENDAR).due


@given(DATES, LIMITS, UNITS, pauses())
def test_a_longer_limit_or_one_more_pause_never_ends_earlier(
    start: date, limit: int, unit: Unit, stops: list[Pause]
) -> None:
    end = due(start, limit, unit, stops, TODAY, CALENDAR).due
    assert end <= due(start, limit + 1, unit, stops, TODAY, CALENDAR).due
    assert due(start, limit, unit, stops[1:], TODAY, CALENDAR).due <= end


@given(DATES, st.integers(1, 60), st.integers(0, 80), st.integers(0, 60))
def test_a_pause_of_n_workdays_moves_the_end_by_exactly_n_workdays(
    start: date, limit: int, offset: int, length: int
) -> None:
    unpaused = due(start, limit, Unit.WORKDAY, [], TODAY, CALENDAR).due
    begin = start + timedelta(days=offset)
    assume(begin < unpaused)
    stop = Pause(begin, begin + timedelta(days=length))
    moved = due(start, limit, Unit.WORKDAY, [stop], TODAY, CALENDAR).due
    assert workdays_after(unpaused, moved) == workdays_after(stop.start, stop.end)


@given(DATES, st.integers(1, 12), st.integers(0, 200), st.integers(0, 40))
def test_each_day_taken_out_inside_a_month_limit_pushes_the_end_by_one_day(
    start: date, months: int, offset: int, length: int
) -> None:
    nominal = next(
        end
        for end in (start + timedelta(days=n) for n in range(27 * months, 32 * months))
        if (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
        and (end.day == start.day or ((end + DAY).day == 1 and end.day < start.day))
    )
    begin = start + timedelta(days=offset)
    assume(begin < nominal)
    stop = Pause(begin, begin + timedelta(days=length))
    expected = CALENDAR.next_workday(nominal + timedelta(days=length))
    assert due(start, months, Unit.MONTH, [stop], TODAY, CALENDAR).due == expected


@given(DATES, st.integers(1, 90), UNITS, pauses())
def test_nothing_ends_on_a_non_workday(start: date, limit: int, unit: Unit, stops: list[Pause]) -> None:
    assert CALENDAR.is_workday(due(start, limit, unit, stops, TODAY, CALENDAR).due)


@given(DATES, st.integers(1, 90), pauses())
def test_the_end_is_the_nth_counted_workday(start: date, limit: int, stops: list[Pause]) -> None:
    end = due(start, limit, Unit.WORKDAY, stops, TODAY, CALENDAR).due
    stops = [stop._replace(end=stop.end or max(TODAY, stop.start)) for stop in stops]
    assert counted(start, Unit.WORKDAY, stops, end, CALENDAR) == limit
    assert counted(start, Unit.WORKDAY, stops, end - DAY, CALENDAR) == limit - 1


@given(DATES, LIMITS, UNITS, pauses())
def test_the_order_of_pauses_does_not_matter(start: date, limit: int, unit: Unit, stops: list[Pause]) -> None:
    answers = {due(start, limit, unit, order, TODAY, CALENDAR) for order in permutations(stops)}
    assert len(answers) == 1


@given(DATES, LIMITS, UNITS, pauses(opens=False))
def test_overlapping_pauses_merge(start: date, limit: int, unit: Unit, stops: list[Pause]) -> None:
    merged = [Pause(span.first - DAY, span.last) for span in days_taken_out(stops, TODAY)]
    end = due(start, limit, unit, stops, TODAY, CALENDAR)
    assert end == due(start, limit, unit, merged, TODAY, CALENDAR)
    assert end == due(start, limit, unit, [*stops, *stops], TODAY, CALENDAR)
    assert all(a.last + DAY < b.first for a, b in zip(merged_spans(stops), merged_spans(stops)[1:], strict=False))


def merged_spans(stops: list[Pause]) -> tuple:
    return days_taken_out(stops, TODAY)


@given(DATES, LIMITS, UNITS, pauses())
def test_a_date_is_provisional_only_for_an_open_pause_or_an_unpublished_year(
    start: date, limit: int, unit: Unit, stops: list[Pause]
) -> None:
    answer = due(start, limit, unit, stops, TODAY, CALENDAR)
    opens = any(stop.end is None for stop in stops)
    assert answer.provisional == (opens or answer.due.year not in CALENDAR.years or bool(answer.unpublished))
    assert answer.provisional or answer.due.year <= 2026


@given(DATES, LIMITS, pauses())
def test_an_open_pause_counts_as_one_that_ends_today(start: date, limit: int, stops: list[Pause]) -> None:
    closed = [stop._replace(end=stop.end or max(TODAY, stop.start)) for stop in stops]
    for unit in Unit:
        assert (
            due(start, limit, unit, stops, TODAY, CALENDAR).due == due(start, limit, unit, closed, TODAY, CALENDAR).due
        )


CHANGES = st.dictionaries(DATES, st.booleans(), max_size=12).map(
    lambda days: [CalendarDay(day, works, "改") for day, works in days.items()]
)


@given(DATES, st.integers(1, 60), pauses(), CHANGES)
def test_whatever_becomes_of_the_calendar_the_end_is_worked_and_the_count_is_whole(
    start: date, limit: int, stops: list[Pause], changes: list[CalendarDay]
) -> None:
    changed = CALENDAR.with_days(changes, {2027})
    end = due(start, limit, Unit.WORKDAY, stops, TODAY, changed).due
    assert changed.is_workday(end)
    closed = [Pause(stop.start, stop.end or TODAY) for stop in stops if (stop.end or TODAY) >= stop.start]
    assert counted(start, Unit.WORKDAY, closed, end, changed) == limit


@given(DATES, st.integers(1, 60), UNITS, pauses(), DATES)
def test_one_more_day_off_never_brings_an_end_nearer_and_one_more_worked_never_puts_a_workday_limit_off(
    start: date, limit: int, unit: Unit, stops: list[Pause], day: date
) -> None:
    usual = due(start, limit, unit, stops, TODAY, CALENDAR).due
    off = CALENDAR.with_days([CalendarDay(day, False)])
    assert due(start, limit, unit, stops, TODAY, off).due >= usual
    if unit is Unit.WORKDAY:
        worked = CALENDAR.with_days([CalendarDay(day, True)])
        assert due(start, limit, unit, stops, TODAY, worked).due <= usual


@given(DATES, st.integers(1, 60), st.integers(0, 400))
def test_a_day_off_inside_moves_a_workday_limit_by_exactly_one_workday(start: date, limit: int, at: int) -> None:
    end = due(start, limit, Unit.WORKDAY, [], TODAY, CALENDAR).due
    day = start + timedelta(days=1 + at % max(1, (end - start).days))
    assume(CALENDAR.is_workday(day))
    off = CALENDAR.with_days([CalendarDay(day, False)])
    assert due(start, limit, Unit.WORKDAY, [], TODAY, off).due == CALENDAR.next_workday(end + DAY)
