"""Where a `Calendar` comes from: the days the State Council has published, as far as the installed table knows them."""

from collections.abc import Iterator
from functools import lru_cache

from chinese_calendar import constants

from backend.core.clock import Calendar, CalendarDay


@lru_cache(maxsize=1)
def published_calendar() -> Calendar:
    """Complete from 2004 to the last year of the chinesecalendar package; every later year is unpublished."""
    return Calendar.of(_published_days(), years=range(min(constants.holidays).year, max(constants.holidays).year + 1))


def _published_days() -> Iterator[CalendarDay]:
    for day, name in constants.holidays.items():
        yield CalendarDay(day, False, constants.Holiday(name).chinese)
    for day, name in constants.workdays.items():
        yield CalendarDay(day, True, constants.Holiday(name).chinese)
