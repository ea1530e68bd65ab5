"""The statutory clock: when is something due, and which day of the count is it? Pure; `today` is an argument.

How days are counted:

* The day of the event is not counted. A limit of 0 ends on the day itself.
* `workday`: the due day is the n-th workday (holidays off, swapped weekends worked).
* `day` and `month`: all days count; a month ends on the same day of the month or on its last; an end on a non-workday
  runs on to the next workday (Civil Code 201-203).
* A pause from s to e takes the days s+1 … e out. Pauses that overlap merge. An open one lasts to `today`, and makes the
  date provisional. Each day taken out inside the running period pushes the end by one counted day.
* A date that rests on a year whose calendar is not published is provisional, never an error.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import NamedTuple

import msgspec

DAY = timedelta(days=1)
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991, long before the first case


class ClockError(ValueError):
    """A request that no calendar can answer; the text is a sentence for people."""


class Unit(StrEnum):
    WORKDAY = "workday"
    DAY = "day"
    MONTH = "month"


class Pause(NamedTuple):
    """Written notice on `start`, result on `end`; `end` is None while the pause is open."""

    start: date
    end: date | None


class Span(msgspec.Struct, frozen=True, order=True):
    """Days first … last, both included; `name` is the holiday's, or empty."""

    first: date
    last: date
    name: str = ""


class CalendarDay(msgspec.Struct, frozen=True):
    """One row of the calendar table; only days that differ from the week's pattern need one."""

    day: date
    is_workday: bool
    name: str = ""


class Calendar(msgspec.Struct, frozen=True):
    """The published days. A day without an entry follows the week: Monday to Friday are worked."""

    days: Mapping[date, CalendarDay]
    years: frozenset[int]

    @classmethod
    def of(cls, days: Iterable[CalendarDay], years: Iterable[int] | None = None) -> "Calendar":
        """`years` are the published ones; without them, every year that has an entry counts as published."""
        table = {row.day: row for row in days}
        return cls(table, frozenset(years if years is not None else (day.year for day in table)))

    def with_days(self, days: Iterable[CalendarDay], years: Iterable[int] = ()) -> "Calendar":
        """These days on top; `years` are the ones they make published."""
        return Calendar({**self.days, **{row.day: row for row in days}}, self.years.union(years))

    def is_workday(self, day: date) -> bool:
        entry = self.days.get(day)
        return entry.is_workday if entry else day.weekday() < 5

    def is_published(self, day: date) -> bool:
        return day.year in self.years

    def next_workday(self, day: date) -> date:
        """The day itself, or the first workday after it."""
        while not self.is_workday(day):
            day += DAY
        return day


class Due(msgspec.Struct, frozen=True):
    due: date
    provisional: bool
    open_pause: bool  # provisional because a pause has no end yet
    unpublished: tuple[int, ...]  # provisional because these years have no calendar yet


class Explanation(msgspec.Struct, frozen=True):
    """What people want to know about a date; the words are made where they are shown."""

    start: date
    limit: int
    unit: Unit
    due: Due
    counted: int  # days of the count used up by `today`; calendar days for a limit in months
    holidays: tuple[Span, ...]  # runs of days off that hold a named holiday, between start and due
    worked_weekends: tuple[date, ...]  # swapped weekends between start and due: these do count
    paused: tuple[Span, ...]  # days taken out between start and due
    rolled_from: date | None  # the nominal end, when it fell on a non-workday


def local_day(moment: datetime) -> date:
    """The day in Shanghai on which an aware moment falls: the day an event counts for."""
    return moment.astimezone(SHANGHAI).date()


def due(start: date, limit: int, unit: Unit, pauses: Iterable[Pause], today: date, calendar: Calendar) -> Due:
    pauses = tuple(pauses)
    taken = days_taken_out(pauses, today)
    try:
        nominal = _nominal_end(start, limit, unit, taken, calendar)
        end = nominal if limit == 0 else calendar.next_workday(nominal)
    except OverflowError:
        raise ClockError("算到的日期超出了日历的范围，请检查起算日和时限。") from None
    # Calendar days are counted without a calendar: only where the end falls, and runs on to, needs one.
    first = min(start + DAY, end) if unit is Unit.WORKDAY and limit else nominal
    unpublished = tuple(year for year in range(first.year, end.year + 1) if year not in calendar.years)
    open_pause = any(pause.end is None for pause in pauses)
    return Due(end, open_pause or bool(unpublished), open_pause, unpublished)


def counted(start: date, unit: Unit, pauses: Iterable[Pause], today: date, calendar: Calendar) -> int:
    """How many days of the count have passed by the end of `today`: 「第 7 个工作日」. 0 on the day of the event."""
    taken = days_taken_out(pauses, today)
    running = (day for day in _days_after(start, today) if not _inside(day, taken))
    return sum(1 for day in running if unit is not Unit.WORKDAY or calendar.is_workday(day))


def explain(
    start: date, limit: int, unit: Unit, pauses: Iterable[Pause], today: date, calendar: Calendar
) -> Explanation:
    pauses = tuple(pauses)
    end = due(start, limit, unit, pauses, today, calendar)
    taken = days_taken_out(pauses, today)
    nominal = _nominal_end(start, limit, unit, taken, calendar)
    days = list(_days_after(start, end.due))
    worked = tuple(day for day in days if day.weekday() >= 5 and calendar.is_workday(day))
    paused = (Span(max(span.first, days[0]), min(span.last, days[-1])) for span in taken if days)
    return Explanation(
        start=start,
        limit=limit,
        unit=unit,
        due=end,
        counted=counted(start, unit, pauses, min(today, end.due), calendar),
        holidays=tuple(_holidays(days, calendar)),
        worked_weekends=worked,
        paused=tuple(span for span in paused if span.first <= span.last),
        rolled_from=nominal if nominal != end.due else None,
    )


def days_taken_out(pauses: Iterable[Pause], today: date) -> tuple[Span, ...]:
    """The days that pauses take out, as sorted spans that neither overlap nor touch."""
    merged: list[Span] = []
    for span in sorted(_taken_by_each(pauses, today)):
        if merged and span.first - DAY <= merged[-1].last:
            merged[-1] = Span(merged[-1].first, max(merged[-1].last, span.last))
        else:
            merged.append(span)
    return tuple(merged)


def _taken_by_each(pauses: Iterable[Pause], today: date) -> Iterator[Span]:
    for pause in pauses:
        if pause.end is not None and pause.end < pause.start:
            raise ClockError(f"暂停的结束日 {pause.end} 早于开始日 {pause.start},请改正。")
        last = today if pause.end is None else pause.end
        if last > pause.start:
            yield Span(pause.start + DAY, last)


def _nominal_end(start: date, limit: int, unit: Unit, taken: tuple[Span, ...], calendar: Calendar) -> date:
    """The last counted day, before running on to a workday."""
    if limit < 0:
        raise ClockError("时限不能是负数，请填 0 或更大的整数。")
    if unit is Unit.WORKDAY:
        return _nth_workday(start, limit, taken, calendar)
    # A month is a number of days once its start is known: 25 September + 1 month = 30 days.
    days = (_add_months(start, limit) - start).days if unit is Unit.MONTH else limit
    return _nth_day(start, days, taken)


def _nth_workday(start: date, limit: int, taken: tuple[Span, ...], calendar: Calendar) -> date:
    day = start
    while limit > 0:
        day += DAY
        if calendar.is_workday(day) and not _inside(day, taken):
            limit -= 1
    return day


def _nth_day(start: date, limit: int, taken: tuple[Span, ...]) -> date:
    end = start + timedelta(days=limit)
    for first, last in ((max(span.first, start + DAY), span.last) for span in taken):
        if first > end:
            break
        if first <= last:
            end += last - first + DAY
    return end


def _add_months(start: date, months: int) -> date:
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    if year > date.max.year:
        raise OverflowError
    after = date.max if (year, month) == (date.max.year, 12) else date(year + month // 12, month % 12 + 1, 1) - DAY
    return date(year, month, min(start.day, after.day))


def _holidays(days: Iterable[date], calendar: Calendar) -> Iterator[Span]:
    """Runs of days off that contain a holiday: 1-7 October, weekend included, is one."""
    run: list[date] = []
    for day in [*days, None]:
        if day is not None and not calendar.is_workday(day):
            run.append(day)
            continue
        names = [calendar.days[off].name for off in run if off in calendar.days and calendar.days[off].name]
        if names:
            yield Span(run[0], run[-1], "、".join(dict.fromkeys(names)))
        run = []


def _inside(day: date, spans: tuple[Span, ...]) -> bool:
    return any(span.first <= day <= span.last for span in spans)


def _days_after(event: date, last: date) -> Iterator[date]:
    for ordinal in range(event.toordinal() + 1, last.toordinal() + 1):
        yield date.fromordinal(ordinal)
