"""What the worker does by itself each night, on real connections, and twice without harm."""

from datetime import date, timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from backend.cases.jobs import archive, deem_accepted, end_pauses, make_result, recount, return_unanswered, warn
from backend.cases.model import Case, Event
from backend.cases.queries import case_by_id, case_for, events_of
from backend.cases.states import State
from backend.cases.when import due_words_of
from backend.core.db import connect
from backend.core.errors import Invalid
from backend.core.jobs import Work
from tests.cases.town import STALL, START, Town, new_case


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


async def test_where_the_city_goes_no_further_than_the_law_silence_accepts_permits_alone(
    town: Town, work: Work
) -> None:
    owner = await connect(town.settings.login("owner"))
    await owner.execute(
        "UPDATE packs SET data = jsonb_set(data::jsonb, '{pack,silence_means_accepted}', '\"permits\"')::json"
    )
    await owner.close()
    allowance = await town.filed()
    (stall,) = await town.filed_together(new_case(town.ids["father"], town.now, STALL))
    town.later(days=15)
    await deem_accepted(work, {})
    assert await state(town, stall.id) is State.ACCEPTED
    assert await state(town, allowance.id) is State.SUBMITTED
    async with town.tx("father") as tx:
        words = await due_words_of(
            tx, await case_for(tx.db, tx.viewer, allowance.number), await events_of(tx.db, allowance.id)
        )
    assert words is not None
    assert "就算受理" not in words.why[0].say


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


async def test_a_correction_nobody_answered_sends_the_case_back_after_its_last_day(town: Town, work: Work) -> None:
    case = await town.moved(await town.filed(), "officer", "correction_asked", problems=[{"say": "缺照片"}], days=10)
    town.later(days=10)  # the tenth day is in the holidays, so the ninth of October is the last
    assert case.due == date(2026, 10, 8)
    await return_unanswered(work, {})
    assert await state(town, case.id) is State.CORRECTING
    town.later(days=4)
    for _ in range(2):
        await return_unanswered(work, {})
    story = await events(town, case)
    assert await state(town, case.id) is State.RETURNED
    assert [(e.kind, e.actor_kind) for e in story][-1] == ("returned", "machine")
    assert "补正" in story[-1].data["reason"]


async def test_a_special_procedure_ends_where_its_written_notice_ends(town: Town, work: Work) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    case = await town.moved(case, "officer", "suspended", ground="hearing", reason="有人要求听证", days=20)
    town.later(days=20)
    await end_pauses(work, {})
    assert await state(town, case.id) is State.SUSPENDED
    town.later(days=3)  # the night was missed twice: the count has gone on all the same
    await end_pauses(work, {})
    async with town.machine() as tx:
        now = await case_by_id(tx.db, case.id)
    assert (now.state, now.due) == (State.ACCEPTED, date(2026, 11, 5))


async def test_the_days_of_a_special_procedure_are_bounded_by_its_kind_all_its_times_together(town: Town) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    with pytest.raises(Invalid) as refused:
        await town.moved(case, "officer", "suspended", ground="hearing", reason="听证", days=46)
    assert refused.value.problems[0].params == {"num": 45}
    case = await town.moved(case, "officer", "suspended", ground="hearing", reason="听证", days=30)
    case = await town.moved(case, "officer", "resumed")
    with pytest.raises(Invalid) as refused:
        await town.moved(case, "officer", "suspended", ground="hearing", reason="再听一次", days=16)
    assert refused.value.problems[0].params == {"num": 15}
    await town.moved(case, "officer", "suspended", ground="testing", reason="检测", days=16)


async def test_a_date_turns_yellow_then_red_with_an_event_each_and_only_the_red_one_is_public(
    town: Town, work: Work
) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    assert (case.due, case.colour) == (date(2026, 10, 22), "")
    for day, colour in ((17, ""), (23, ""), (24, "yellow"), (27, "yellow"), (28, "red")):
        town.now = START + timedelta(days=day)
        for _ in range(2):
            await warn(work, {})
        assert await coloured(town, case) == colour, town.now
    warned = [(e.kind, e.public) for e in await events(town, case) if e.kind.startswith("warned")]
    assert warned == [("warned_yellow", False), ("warned_red", True)]
    case = await reload(town, case)
    case = await town.moved(case, "officer", "delay_explained", reason="专家出差，下周开会")
    assert (await town.moved(case, "officer", "granted")).colour == ""


async def test_the_result_is_made_and_delivered_online_when_the_office_agrees(town: Town, work: Work) -> None:
    case = await town.moved(await town.moved(await town.filed(), "officer", "accepted"), "officer", "granted")
    for _ in range(2):
        await make_result(work, {"case": str(case.id)})
    story = await events(town, case)
    assert [e.kind for e in story] == ["filed", "accepted", "granted", "certificate_made", "delivered"]
    assert story[-1].data["way"] == "online"
    case = await town.moved(await reload(town, case), "officer", "handed_over", receiver="agent")
    assert (case.state, case.due) == (State.DELIVERED, None)


async def test_what_ended_long_ago_is_archived_once_and_stays_what_it_was(town: Town, work: Work) -> None:
    case = await town.moved(
        await town.moved(await town.filed(), "officer", "accepted"), "officer", "refused", reason="超线"
    )
    town.later(days=59)
    await archive(work, {})
    assert (await reload(town, case)).archived_at is None
    town.later(days=2)
    for _ in range(2):
        await archive(work, {})
    now = await reload(town, case)
    assert (now.state, now.archived_at) == (State.REFUSED, town.now)
    assert [e.kind for e in await events(town, case)][-1] == "archived"


async def reload(town: Town, case: Case) -> Case:
    async with town.machine() as tx:
        return await case_by_id(tx.db, case.id)


async def coloured(town: Town, case: Case) -> str:
    return (await reload(town, case)).colour


async def events(town: Town, case: Case) -> list[Event]:
    async with town.machine() as tx:
        return await events_of(tx.db, case.id)


async def state(town: Town, case_id: UUID) -> State:
    async with town.machine() as tx:
        return (await case_by_id(tx.db, case_id)).state
