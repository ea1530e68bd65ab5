"""Days that change: provisional dates become firm, and people hear of it only when a date they were told is another."""

from datetime import UTC, date, datetime

import asyncpg
import pytest
import pytest_asyncio

from backend.cases.jobs import recount
from backend.cases.model import Case, Event
from backend.cases.queries import case_by_id, events_of
from backend.core.clock import CalendarDay
from backend.core.db import connect
from backend.core.jobs import Work
from backend.core.workdays import STATE_COUNCIL
from tests.cases.town import Town

LATE = datetime(2026, 12, 21, 2, 0, tzinfo=UTC)


@pytest.fixture
def town(own_town: Town) -> Town:
    own_town.now = LATE
    return own_town


@pytest_asyncio.fixture
async def work(town: Town) -> Work:
    return Work(town.worker, town.vault, town.settings, lambda: town.now)


async def set_days(town: Town, *days: CalendarDay, source: str = STATE_COUNCIL) -> None:
    owner = await connect(town.settings.login("owner"))
    async with owner.transaction():
        await owner.execute("SELECT set_config('app.now', $1, true), set_config('app.viewer', $2, true)",
                            town.now.isoformat(), str(town.ids["officer"]))  # fmt: skip
        await owner.executemany(
            """INSERT INTO calendar_days (day, is_workday, name, source) VALUES ($1, $2, $3, $4)
               ON CONFLICT (day) DO UPDATE SET is_workday = excluded.is_workday, name = excluded.name""",
            [(row.day, row.is_workday, row.name, source) for row in days],
        )
    await owner.close()


async def now(town: Town, case: Case) -> Case:
    async with town.machine() as tx:
        return await case_by_id(tx.db, case.id)


async def told(town: Town, case: Case) -> list[Event]:
    async with town.machine() as tx:
        return [event for event in await events_of(tx.db, case.id) if event.kind == "date_changed"]


async def test_a_published_year_moves_the_provisional_date_and_tells_whom_it_was_told(town: Town, work: Work) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    assert (case.due, case.due_provisional) == (date(2027, 1, 11), True)
    await set_days(town, CalendarDay(date(2027, 1, 1), False, "元旦"))
    for _ in range(2):
        await recount(work, {})
    assert ((await now(town, case)).due, (await now(town, case)).due_provisional) == (date(2027, 1, 12), False)
    (event,) = await told(town, case)
    assert (event.data["was"], event.data["due"], event.public) == ("2027-01-11", "2027-01-12", True)


async def test_a_year_that_changes_nothing_makes_the_date_firm_and_is_no_news(town: Town, work: Work) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    await set_days(town, CalendarDay(date(2027, 5, 1), False, "劳动节"))
    await recount(work, {})
    assert ((await now(town, case)).due, (await now(town, case)).due_provisional) == (date(2027, 1, 11), False)
    assert await told(town, case) == []


async def test_a_day_off_for_a_typhoon_moves_firm_dates_too(town: Town, work: Work) -> None:
    case = await town.filed()
    assert (case.due, case.due_provisional) == (date(2026, 12, 28), False)
    town.later(days=1)
    await set_days(town, CalendarDay(date(2026, 12, 23), False, "台风停工"), source="海口")
    await recount(work, {})
    assert (await now(town, case)).due == date(2026, 12, 29)
    assert len(await told(town, case)) == 1


async def test_a_change_is_journalled_and_the_journal_cannot_be_rewritten(town: Town) -> None:
    await set_days(town, CalendarDay(date(2026, 12, 23), False, "台风停工"), source="海口")
    owner = await connect(town.settings.login("owner"))
    row = await owner.fetchrow("SELECT day, was, is_workday, actor_id FROM calendar_changes")
    assert tuple(row) == (date(2026, 12, 23), None, False, town.ids["officer"])
    with pytest.raises(Exception, match="append-only"):
        await owner.execute("DELETE FROM calendar_changes")
    await owner.close()


SET = "INSERT INTO calendar_days VALUES ('2027-02-01', false, 'x', '海口')"


@pytest.mark.parametrize("who", ["window", "father", "district"])
async def test_who_does_not_keep_the_calendar_changes_nothing_even_by_raw_sql(town: Town, who: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with town.tx(who) as tx:
            await tx.db.execute(SET)


async def test_a_head_may_and_the_change_is_in_her_name(town: Town) -> None:
    async with town.tx("foreign") as tx:
        await tx.db.execute(SET)
        assert await tx.db.fetchval("SELECT actor_id FROM calendar_changes") == town.ids["foreign"]
