"""Where a `Calendar` comes from: the days the State Council has published, as far as the installed table knows them."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

import asyncpg
from chinese_calendar import constants

from backend.core.clock import Calendar, CalendarDay
from backend.core.db import Tx
from backend.core.i18n import _

STATE_COUNCIL = "国务院办公厅"
NAMES = {
    constants.Holiday.new_years_day: _("元旦"),
    constants.Holiday.spring_festival: _("春节"),
    constants.Holiday.tomb_sweeping_day: _("清明节"),
    constants.Holiday.labour_day: _("劳动节"),
    constants.Holiday.dragon_boat_festival: _("端午节"),
    constants.Holiday.national_day: _("国庆节"),
    constants.Holiday.mid_autumn_festival: _("中秋节"),
    constants.Holiday.anti_fascist_70th_day: _("抗战胜利纪念日"),
}


@lru_cache(maxsize=1)
def published_calendar() -> Calendar:
    """Complete from 2004 to the last year of the chinesecalendar package; every later year is unpublished."""
    return Calendar.of(_published_days(), years=range(min(constants.holidays).year, max(constants.holidays).year + 1))


def _published_days() -> Iterator[CalendarDay]:
    for day, name in constants.holidays.items():
        yield CalendarDay(day, False, NAMES[constants.Holiday(name)])
    for day, name in constants.workdays.items():
        yield CalendarDay(day, True, NAMES[constants.Holiday(name)])


async def calendar_in(tx: Tx, since: date) -> Calendar:
    """The same, read once a transaction for all who count from that day on or later."""
    begins, found = tx.known.get(calendar, (date.max, None))
    if since < begins:
        found = await calendar(tx.db, since)
        tx.known[calendar] = since, found
    return found  # type: ignore[no-any-return]


async def calendar(db: asyncpg.Connection, since: date) -> Calendar:
    """The calendar table from `since` on, over the installed one. A city's local days alone publish no year."""
    rows = await db.fetch(
        "SELECT day, is_workday, coalesce(name, '') AS name, source FROM calendar_days WHERE day >= $1", since
    )
    days = [CalendarDay(row["day"], row["is_workday"], row["name"]) for row in rows]
    return published_calendar().with_days(days, {row["day"].year for row in rows if row["source"] == STATE_COUNCIL})
