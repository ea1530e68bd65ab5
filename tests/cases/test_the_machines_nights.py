"""What the worker does by itself each night, on real connections, and twice without harm."""

from datetime import date
from uuid import UUID

import pytest
import pytest_asyncio

from backend.cases.jobs import deem_accepted, recount
from backend.cases.queries import case_by_id, events_of
from backend.cases.states import State
from backend.core.jobs import Work
from tests.cases.town import Town


@pytest.fixture
def town(own_town: Town) -> Town:
    """The machine goes through all the cases there are."""
    return own_town


@pytest_asyncio.fixture
async def work(town: Town) -> Work:
    return Work(town.worker, town.vault, town.settings, lambda: town.now)


async def test_silent_cases_are_accepted_from_their_receipt_and_answered_ones_left_alone(
    town: Town, work: Work
) -> None:
    silent, asked = await town.filed(), await town.filed()
    await town.moved(asked, "officer", "correction_asked", problems=[{"say": "缺照片"}], days=30)
    town.later(days=14)  # 9 October is the last day
    await deem_accepted(work, {})
    assert await state(town, silent.id) is State.SUBMITTED
    town.later(days=1)
    fresh = await town.filed()
    for _ in range(2):
        await deem_accepted(work, {})
    assert await state(town, silent.id) is State.ACCEPTED
    assert await state(town, asked.id) is State.CORRECTING
    assert await state(town, fresh.id) is State.SUBMITTED
    async with town.machine() as tx:
        case = await case_by_id(tx.db, silent.id)
        assert (case.accepted_at, case.due) == (silent.received_at, date(2026, 10, 22))
        assert [e.kind for e in await events_of(tx.db, case.id)] == ["filed", "deemed_accepted"]


async def test_an_open_pause_carries_the_cached_date_along(town: Town, work: Work) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    town.later(days=17)
    case = await town.moved(case, "officer", "suspended", ground="hearing", reason="听证", days=20)
    assert case.due == date(2026, 10, 22)
    town.later(days=8)
    await recount(work, {})
    async with town.machine() as tx:
        now = await case_by_id(tx.db, case.id)
    assert (now.due, now.due_provisional, now.version) == (date(2026, 10, 30), True, case.version)


async def state(town: Town, case_id: UUID) -> State:
    async with town.machine() as tx:
        return (await case_by_id(tx.db, case_id)).state
