"""The calendar of working days at the desk: a year as it counts, one day changed, a year published out of its notice.

The law asks for no second person here. Each change stands in a journal, and open cases are counted again at once.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec

from backend.catalogue.queries import city
from backend.core.clock import DAY, Calendar, CalendarDay
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.core.workdays import STATE_COUNCIL, calendar

KEEPERS = frozenset({"editor", "head"})
LONGEST_NAME = 20
YEARS_AHEAD = 2


class Day(msgspec.Struct, frozen=True):
    """`changed`: the calendar names it."""

    day: date
    is_workday: bool
    changed: bool
    name: str


class Year(msgspec.Struct, frozen=True):
    """Twelve months of weeks, Monday first; days of other months are None."""

    year: int
    published: bool
    months: list[list[list[Day | None]]]
    holidays: list[CalendarDay]


class Change(msgspec.Struct, frozen=True):
    day: date
    was: bool | None
    is_workday: bool | None
    name: str | None
    source: str
    at: datetime
    actor: str


def need_keeper(tx: Tx) -> None:
    if not tx.viewer.officer or not tx.viewer.roles & KEEPERS:
        raise NotFound()


def years(today: date) -> range:
    return range(today.year - 1, today.year + YEARS_AHEAD + 1)


async def year_of(tx: Tx, year: int) -> Year:
    days = await calendar(tx.db, date(year, 1, 1))
    months = [_weeks(days, year, month) for month in range(1, 13)]
    named = sorted((row for day, row in days.days.items() if day.year == year), key=lambda row: row.day)
    return Year(year, year in days.years, months, named)


def _weeks(days: Calendar, year: int, month: int) -> list[list[Day | None]]:
    day = date(year, month, 1)
    line: list[Day | None] = [None] * day.weekday()
    weeks = [line]
    while day.month == month:
        if len(weeks[-1]) == 7:
            weeks.append([])
        works, entry = days.is_workday(day), days.days.get(day)
        weeks[-1].append(Day(day, works, entry is not None, entry.name if entry else ""))
        day += DAY
    weeks[-1] += [None] * (7 - len(weeks[-1]))
    return weeks


async def changes(tx: Tx, limit: int = 30) -> list[Change]:
    rows = await tx.db.fetch(
        """SELECT c.day, c.was, c.is_workday, c.name, c.source, c.at, a.id, a.name_sealed, a.key_wrapped
           FROM calendar_changes c LEFT JOIN accounts a ON a.id = c.actor_id ORDER BY c.id DESC LIMIT $1""",
        limit,
    )
    return [
        Change(row["day"], row["was"], row["is_workday"], row["name"], row["source"], row["at"],
               tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}").decode() if row["id"] else "")
        for row in rows
    ]  # fmt: skip


async def set_day(tx: Tx, day: date | None, kind: str, name: str) -> None:
    """`kind`: work, off, or usual, which takes back what was set here."""
    need_keeper(tx)
    problems = list(_wrong_day(tx, day, kind, name))
    if problems or day is None:
        raise Invalid(*problems)
    if kind == "usual":
        await tx.db.execute("DELETE FROM calendar_days WHERE day = $1", day)
    else:
        source = (await city(tx.db)).pack.city.name
        await _store(tx, [CalendarDay(day, kind == "work", name)], source)
    await enqueue(tx.db, "recount", {})


def _wrong_day(tx: Tx, day: date | None, kind: str, name: str) -> Iterable[Problem]:
    if day is None or day.year not in years(tx.today):
        yield Problem(_("请选去年到后年之间的一天。"), "day")
    if kind not in ("work", "off", "usual"):
        yield Problem(_("请选这天上不上班。"), "kind")
    if len(name) > LONGEST_NAME:
        yield Problem(_("名称请写在 20 个字以内。"), "name")


async def publish_year(tx: Tx, year: int, days: Sequence[CalendarDay]) -> None:
    """The State Council's days of one year, in the place of those there were; what the city itself set stays."""
    need_keeper(tx)
    if year not in years(tx.today) or year < tx.today.year:
        raise Invalid(Problem(_("只能公布今年到后年的安排。"), "year"))
    await tx.db.execute(
        """DELETE FROM calendar_days WHERE source = $1 AND day BETWEEN make_date($2, 1, 1) AND make_date($2, 12, 31)
              AND NOT day = ANY($3)""",
        STATE_COUNCIL, year, [row.day for row in days],
    )  # fmt: skip
    await _store(tx, days, STATE_COUNCIL)
    await enqueue(tx.db, "recount", {})


async def _store(tx: Tx, days: Sequence[CalendarDay], source: str) -> None:
    await tx.db.executemany(
        """INSERT INTO calendar_days (day, is_workday, name, source) VALUES ($1, $2, nullif($3, ''), $4)
           ON CONFLICT (day) DO UPDATE SET is_workday = excluded.is_workday, name = excluded.name, source = excluded.source
           WHERE excluded.source <> $5 OR calendar_days.source = $5""",
        [(row.day, row.is_workday, row.name, source, STATE_COUNCIL) for row in days],
    )
