"""From filing to delivery through the gate, as each of the people in it."""

from datetime import date

import pytest

from backend.cases.queries import case_for, cases_of, events_of, filed_facts
from backend.cases.states import Clock, Public, State
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.cases.town import Town

DEFECTS = [{"say": "身份证照片看不清右下角,请重新拍一张。", "material": "person.id_card"}]


async def test_a_filed_case_has_a_number_a_notice_clock_and_its_first_event(town: Town) -> None:
    case = await town.filed()
    assert (case.state, case.version, case.public) == (State.SUBMITTED, 1, Public.FILED)
    assert case.number.startswith("46010020260925")
    assert (case.due, case.due_clock) == (date(2026, 10, 9), Clock.NOTICE)  # five workdays, National Day between
    async with town.tx("father") as tx:
        (event,) = await events_of(tx.db, case.id)
        assert (event.kind, event.actor_kind, event.data["version"], event.data["due"]) == (
            "filed",
            "citizen",
            1,
            "2026-10-09",
        )
        (fact,) = await filed_facts(tx, case)
        assert fact.value == "陈大海"
        assert case.number in [row.number for row in await cases_of(tx.db, tx.viewer)]


async def test_accepted_and_granted_by_an_officer(town: Town) -> None:
    case = await town.filed()
    town.later(days=3)
    case = await town.moved(case, "officer", "accepted")
    assert (case.state, case.due, case.due_clock) == (State.ACCEPTED, date(2026, 10, 23), Clock.DECISION)
    assert case.accepted_at == town.now
    assert case.officer_id == town.ids["officer"]
    case = await town.moved(case, "officer", "granted")
    assert (case.state, case.public, case.decided_at, case.due_clock) == (
        State.GRANTED,
        Public.DONE,
        town.now,
        Clock.DELIVERY,
    )
    case = await town.moved(case, "machine", "certificate_made")
    case = await town.moved(case, "machine", "delivered")
    assert (case.state, case.due, case.due_clock, case.version) == (State.DELIVERED, None, None, 5)
    async with town.tx("father") as tx:
        kinds = [(e.kind, e.actor_kind) for e in await events_of(tx.db, case.id)]
    assert kinds == [
        ("filed", "citizen"), ("accepted", "officer"), ("granted", "officer"),
        ("certificate_made", "machine"), ("delivered", "machine"),
    ]  # fmt: skip


async def test_the_machine_accepts_and_grants_in_the_filing_transaction_of_an_agent(town: Town) -> None:
    case = await town.filed("daughter")
    case = await town.moved(case, "machine", "accepted")
    case = await town.moved(case, "machine", "granted")
    assert (case.state, case.actor_id, case.principal_id) == (State.GRANTED, town.ids["daughter"], town.ids["father"])


async def test_a_correction_goes_out_once_and_comes_back(town: Town) -> None:
    case = await town.filed()
    case = await town.moved(case, "window", "correction_asked", problems=DEFECTS, days=10)
    assert (case.public, case.due, case.due_clock) == (Public.NEEDS_YOU, date(2026, 10, 8), Clock.CORRECTION)
    case = await town.moved(case, "father", "corrected")
    assert (case.state, case.due_clock) == (State.SUBMITTED, Clock.NOTICE)
    with pytest.raises(NotAllowed, match="只能做一次"):
        await town.moved(case, "window", "correction_asked", problems=DEFECTS)
    with pytest.raises(Invalid, match="理由"):
        await town.moved(case, "window", "correction_asked_again", problems=DEFECTS)
    case = await town.moved(case, "window", "correction_asked_again", problems=DEFECTS, reason="新照片反光")
    assert case.state is State.CORRECTING


async def test_a_second_correction_needs_a_first(town: Town) -> None:
    case = await town.filed()
    with pytest.raises(NotAllowed):
        await town.moved(case, "window", "correction_asked_again", problems=DEFECTS, reason="…")


async def test_silence_is_acceptance_from_the_day_of_receipt(town: Town) -> None:
    case = await town.filed()
    town.later(days=20)
    case = await town.moved(case, "machine", "deemed_accepted")
    assert case.accepted_at == case.received_at
    assert case.due == date(2026, 10, 22)  # 15 workdays from 25 September, not from today


async def test_a_special_procedure_stops_the_count_and_gives_the_days_back(town: Town) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    town.later(days=17)  # 12 October
    case = await town.moved(case, "officer", "suspended", ground="appraisal", reason="要入户评估", days=8)
    assert (case.state, case.due_provisional, case.due_clock) == (State.SUSPENDED, True, Clock.DECISION)
    town.later(days=8)  # 20 October: six workdays later
    case = await town.moved(case, "officer", "resumed")
    assert (case.due, case.due_provisional) == (date(2026, 10, 30), False)


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("refused", {}, "reason"),
        ("suspended", {"ground": "holiday", "reason": "忙", "days": 5}, "ground"),
        ("suspended", {"ground": "hearing", "reason": "听证", "days": 0}, "days"),
        ("extended", {"reason": "案情复杂", "days": 11}, "days"),
        ("extended", {"reason": "案情复杂", "days": "5"}, "days"),
        ("refused", {"reason": "长" * 2001}, "reason"),
    ],
)
async def test_a_move_must_say_what_the_law_asks_for(town: Town, name: str, data: dict, field: str) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    with pytest.raises(Invalid) as refusal:
        await town.moved(case, "officer", name, **data)
    assert [problem.field for problem in refusal.value.problems] == [field]


async def test_an_extension_is_granted_once_before_the_limit_and_by_the_head(town: Town) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    longer = await town.moved(case, "officer", "extended", reason="案情复杂", days=10)
    assert (case.due, longer.due) == (date(2026, 10, 22), date(2026, 11, 5))
    with pytest.raises(NotAllowed, match="只能做一次"):
        await town.moved(case, "officer", "extended", reason="再延长", days=1)
    with pytest.raises(NotAllowed):
        await town.moved(case, "window", "extended", reason="窗口延长", days=1)


async def test_an_extension_after_the_limit_is_refused(town: Town) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    town.later(days=28)
    with pytest.raises(NotAllowed, match="时限已经过了"):
        await town.moved(case, "officer", "extended", reason="案情复杂", days=10)


async def test_a_waiting_case_is_received_when_it_is_released(town: Town) -> None:
    case = await town.filed(waiting=True)
    assert (case.state, case.due) == (State.WAITING, None)
    town.later(days=30)
    case = await town.moved(case, "machine", "released")
    assert (case.received_at, case.due, case.due_clock) == (town.now, date(2026, 10, 30), Clock.NOTICE)


async def test_the_applicant_withdraws_while_nothing_is_decided_and_not_afterwards(town: Town) -> None:
    case = await town.moved(await town.filed(), "daughter", "withdrawn", for_father=True)
    assert (case.state, case.due) == (State.WITHDRAWN, None)
    granted = await town.moved(await town.moved(await town.filed(), "officer", "accepted"), "officer", "granted")
    with pytest.raises(Conflict):
        await town.moved(granted, "father", "withdrawn")


@pytest.mark.parametrize("who", ["stranger", "foreign"])
async def test_who_has_nothing_to_do_with_a_case_does_not_find_it(town: Town, who: str) -> None:
    case = await town.filed()
    async with town.tx(who) as tx:
        with pytest.raises(NotFound):
            await case_for(tx.db, tx.viewer, case.number)
        assert await cases_of(tx.db, tx.viewer) == []
        for table in ("cases", "events", "orders"):  # the second line: nothing by raw SQL either
            assert await tx.db.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_an_agent_sees_a_case_only_while_she_acts_for_its_owner(town: Town) -> None:
    case = await town.filed()
    async with town.tx("daughter") as tx:
        with pytest.raises(NotFound):
            await case_for(tx.db, tx.viewer, case.number)
    async with town.tx("daughter", for_father=True) as tx:
        assert (await case_for(tx.db, tx.viewer, case.number)).id == case.id
    town.later(days=120)  # the mandate is over
    async with town.tx("daughter", for_father=True) as tx:
        with pytest.raises(NotFound):
            await case_for(tx.db, tx.viewer, case.number)


async def test_a_number_that_is_none_is_not_found(town: Town) -> None:
    async with town.tx("father") as tx:
        for number in ("", "1", "D46010020260925000001A", "'; DROP TABLE cases;", "460100202609250000010"):
            with pytest.raises(NotFound):
                await case_for(tx.db, tx.viewer, number)


async def test_roles_count_only_in_the_department_they_were_given_for(town: Town) -> None:
    """An approver of another department who is an auditor here may look and not decide."""
    case = await town.moved(await town.filed(), "officer", "accepted")
    with pytest.raises(NotAllowed):
        await town.moved(case, "elsewhere", "granted")
    with pytest.raises(NotAllowed):
        await town.moved(case, "father", "granted")
