"""A renewal that was applied for in time and is not decided while the licence is valid counts as granted (Law 50)."""

from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from backend.cases.jobs import deem_renewed
from backend.cases.model import Case, Limits
from backend.cases.queries import case_by_id, events_of
from backend.cases.states import State
from backend.cases.when import due_words_of
from backend.core.jobs import Work
from tests.cases.town import START, Town, new_case

EXPIRES = date(2026, 10, 30)


@pytest.fixture
def town(own_town: Town) -> Town:
    return own_town


@pytest_asyncio.fixture
async def work(town: Town) -> Work:
    return Work(town.worker, town.vault, town.settings, lambda: town.now)


async def renewal(town: Town, promised: int = 15) -> Case:
    limits = Limits(promised=promised, statutory=20, by=EXPIRES)
    new = msgspec.structs.replace(new_case(town.ids["father"], town.now), limits=limits, situation="到期延续")
    (case,) = await town.filed_together(new)
    return case


async def state(town: Town, case_id: UUID) -> State:
    async with town.machine() as tx:
        return (await case_by_id(tx.db, case_id)).state


async def test_it_is_granted_on_the_day_after_and_told(town: Town, work: Work) -> None:
    silent, looked_at = await renewal(town), await town.moved(await renewal(town), "officer", "accepted")
    plain = await town.filed()
    town.now = START + (EXPIRES - date(2026, 9, 25)) * 1
    await deem_renewed(work, {})
    assert await state(town, silent.id) is State.SUBMITTED  # the licence is valid to the end of its last day
    town.later(days=1)
    for _ in range(2):
        await deem_renewed(work, {})
    assert [await state(town, case.id) for case in (silent, looked_at)] == [State.GRANTED, State.GRANTED]
    assert await state(town, plain.id) is State.SUBMITTED
    async with town.machine() as tx:
        event = (await events_of(tx.db, silent.id))[-1]
        assert (event.kind, event.actor_kind, event.data["expired"]) == ("deemed_renewed", "machine", "2026-10-30")
        assert (await case_by_id(tx.db, silent.id)).due_clock == "delivery"


async def test_what_was_decided_in_time_is_left_alone(town: Town, work: Work) -> None:
    case = await town.moved(await renewal(town), "officer", "accepted")
    await town.moved(case, "officer", "refused", reason="场所已经不在")
    waiting = await town.moved(
        await renewal(town), "officer", "correction_asked", problems=[{"say": "缺一页"}], days=60
    )
    town.later(days=60)
    await deem_renewed(work, {})
    assert await state(town, case.id) is State.REFUSED
    assert await state(town, waiting.id) is State.CORRECTING  # the applicant's turn, not the office's silence


async def test_the_decision_is_due_while_the_licence_is_valid(town: Town) -> None:
    case = await town.moved(await renewal(town, promised=60), "officer", "accepted")
    assert case.due == EXPIRES
    async with town.tx("father") as tx:
        words = await due_words_of(tx, case, await events_of(tx.db, case.id))
    assert words is not None
    assert any("视为准予延续" in line.say for line in words.why)


async def test_a_situation_has_its_own_promise(town: Town) -> None:
    case = await town.moved(await renewal(town, promised=2), "officer", "accepted")
    assert case.limits == Limits(promised=2, statutory=20, by=EXPIRES)
    assert case.due is not None
    assert case.due < START.date() + timedelta(days=7)
