"""One case, several departments (并联审批): the district first, then all others at once, each within its own limit."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from backend.cases.jobs import ask_opinions, extend_joint, recount, silence
from backend.cases.joint import answer, ask_extension
from backend.cases.joint_meetings import NewMeeting, call_off, note_meeting, set_meeting
from backend.cases.messages import timeline
from backend.cases.model import Case, Event, Fact
from backend.cases.queries import case_by_id, case_for, events_of
from backend.cases.queries_joint import asked_of_us, facts_seen, files_seen, opinion_for, opinions_of, together
from backend.cases.states import State
from backend.core.db import connect
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from backend.core.jobs import Work
from tests.cases.town import KINDERGARTEN, START, Town, new_case

GARDEN, FILING = UUID(int=7), UUID(int=8)


@pytest_asyncio.fixture
async def work(town: Town) -> Work:
    return Work(town.worker, town.vault, town.settings, lambda: town.now)


def fact(subject: UUID, element: str, value: Any) -> Fact:
    return Fact(subject=subject, element=element, value=value, source="answered", trust="D", at=START)


async def filed(town: Town) -> Case:
    father = town.ids["father"]
    new = new_case(father, town.now, KINDERGARTEN, business=str(GARDEN))
    facts = [*new.facts, fact(father, "person.id_number", "460199194403051015"), fact(GARDEN, "business.name", "小太阳幼儿园"),
             fact(GARDEN, "business.address", "演示路 9 号"), fact(FILING, "filing.kindergarten_classes", 6)]  # fmt: skip
    new = type(new)(**{name: getattr(new, name) for name in new.__struct_fields__} | {"facts": facts})
    (case,) = await town.filed_together(new)
    return case


async def accepted(town: Town) -> Case:
    return await town.moved(await filed(town), "officer", "accepted")


async def opinion_id(town: Town, case: Case, department: str) -> UUID:
    return next(one.id for one in await said(town, case) if one.department_id == department)


async def said(town: Town, case: Case) -> list[Any]:
    async with town.machine() as tx:
        return await opinions_of(tx.db, case.id)


async def standing(town: Town, case: Case) -> dict[str, str]:
    return {one.department_id: one.state for one in await said(town, case)}


async def answered(
    town: Town, case: Case, who: str, department: str, agreed: bool | None = True, words: str = ""
) -> None:
    opinion = await opinion_id(town, case, department)
    async with town.tx(who) as tx:
        await answer(tx, opinion, agreed=agreed, words=words)


async def all_agreed(town: Town, work: Work) -> Case:
    case = await accepted(town)
    await answered(town, case, "district", "区教育局")
    await ask_opinions(work, {"case": str(case.id)})
    for who, department in (("fire", "消防救援支队"), ("health", "卫生健康委员会"), ("planning", "自然资源和规划局")):
        await answered(town, case, who, department)
    return case


async def test_the_district_is_asked_first_and_the_others_all_at_once_when_it_agrees(town: Town, work: Work) -> None:
    case = await accepted(town)
    waiting = {"消防救援支队": "waiting", "卫生健康委员会": "waiting", "自然资源和规划局": "waiting"}
    assert await standing(town, case) == {"区教育局": "asked"} | waiting
    town.later(days=12)
    await answered(town, case, "district", "区教育局")
    await ask_opinions(work, {"case": str(case.id)})
    assert await standing(town, case) == {"区教育局": "agreed"} | dict.fromkeys(waiting, "asked")
    dues = {one.department_id: one.due for one in await said(town, case)}
    assert dues["消防救援支队"] == date(2026, 10, 16)  # eight workdays, the tenth of October is worked
    assert dues["自然资源和规划局"] == date(2026, 10, 13)


async def test_nothing_is_granted_before_all_have_spoken_not_even_by_raw_sql(town: Town, work: Work) -> None:
    case = await accepted(town)
    with pytest.raises(NotAllowed, match="还有部门没有答复"):
        await town.moved(case, "officer", "granted")
    with pytest.raises(asyncpg.CheckViolationError, match="others' heads"):
        async with town.tx("officer") as tx:
            await tx.db.execute("UPDATE cases SET state = 'granted', version = version + 1 WHERE id = $1", case.id)
    granted = await town.moved(await all_agreed(town, work), "officer", "granted")
    assert granted.state is State.GRANTED


async def test_an_objection_is_met_about_before_it_is_granted_over(town: Town, work: Work) -> None:
    case = await accepted(town)
    with pytest.raises(Invalid):
        await answered(town, case, "district", "区教育局", agreed=False)
    await answered(town, case, "district", "区教育局", agreed=False, words="户外场地不够")
    await ask_opinions(work, {"case": str(case.id)})
    assert (await standing(town, case))["消防救援支队"] == "waiting"
    meeting = await met(town, case, "场地改成楼顶花园，区里同意")
    await ask_opinions(work, {"case": str(case.id)})
    for who, department in (("fire", "消防救援支队"), ("health", "卫生健康委员会"), ("planning", "自然资源和规划局")):
        await answered(town, case, who, department)
    assert (await town.moved(case, "officer", "granted")).state is State.GRANTED
    with pytest.raises(asyncpg.CheckViolationError, match="does not change"):
        async with town.tx("officer") as tx:
            await tx.db.execute("UPDATE joint_meetings SET note = '改写' WHERE id = $1", meeting)


async def met(town: Town, case: Case, note: str) -> UUID:
    async with town.tx("officer") as tx:
        await set_meeting(
            tx, case, NewMeeting("meeting", town.now + timedelta(days=1), "市局三楼", "区里和市里", False)
        )
        meeting = await tx.db.fetchval("SELECT id FROM joint_meetings WHERE case_id = $1", case.id)
    town.later(days=1)
    async with town.tx("officer") as tx:
        await note_meeting(tx, case, meeting, note)
    return meeting  # type: ignore[no-any-return]


async def test_silence_is_consent_where_the_item_says_so_and_presses_where_it_does_not(own_town: Town) -> None:
    town, work = own_town, Work(own_town.worker, own_town.vault, own_town.settings, lambda: own_town.now)
    case = await accepted(town)
    await answered(town, case, "district", "区教育局")
    await ask_opinions(work, {"case": str(case.id)})
    town.later(days=20)
    assert (await standing(town, case))["卫生健康委员会"] == "asked"
    town.later(days=1)
    for _ in range(2):
        await silence(work, {})
    states = await standing(town, case)
    assert (states["卫生健康委员会"], states["自然资源和规划局"], states["消防救援支队"]) == (
        "silent",
        "silent",
        "escalated",
    )
    with pytest.raises(Conflict):
        await answered(town, case, "health", "卫生健康委员会")
    await answered(town, case, "fire", "消防救援支队")  # late, but it is waited for
    assert (await town.moved(case, "officer", "granted")).state is State.GRANTED
    kinds = [event.kind for event in await story(town, case)]
    assert kinds.count("opinion_silent") == 2
    assert kinds.count("opinion_escalated") == 1


async def story(town: Town, case: Case) -> list[Event]:
    async with town.machine() as tx:
        return await events_of(tx.db, case.id)


async def test_a_day_off_in_between_moves_the_day_to_answer(own_town: Town) -> None:
    town, work = own_town, Work(own_town.worker, own_town.vault, own_town.settings, lambda: own_town.now)
    case = await accepted(town)
    before = {one.department_id: one.due for one in await said(town, case)}["区教育局"]
    assert before == date(2026, 10, 9)
    owner = await connect(town.settings.login("owner"))
    await owner.execute("INSERT INTO calendar_days VALUES ('2026-09-29', false, '台风停工', '海口')")
    await owner.close()
    await recount(work, {})
    assert {one.department_id: one.due for one in await said(town, case)}["区教育局"] == date(2026, 10, 10)


async def test_who_is_asked_sees_that_case_and_only_what_it_needs(town: Town) -> None:
    case = await accepted(town)
    district, fire = [await opinion_id(town, case, name) for name in ("区教育局", "消防救援支队")]
    async with town.tx("district") as tx:
        opinion, asked = await opinion_for(tx, district)
        seen = {(one.element, one.value) for one in facts_seen(tx, opinion, asked)}
        assert seen == {("person.name", "陈大海"), ("business.name", "小太阳幼儿园"), ("business.address", "演示路 9 号"),
                        ("filing.kindergarten_classes", 6)}  # fmt: skip
        assert await files_seen(tx, district) == []
        with pytest.raises(NotFound):
            await case_for(tx.db, tx.viewer, case.number)
        for table in ("cases", "case_files", "accounts WHERE kind = 'person'"):
            assert await tx.db.fetchval(f"SELECT count(*) FROM {table}") == 0, table
        assert [line.about for line in await asked_of_us(tx) if line.id == district] == ["办园条件初审"]
    for who, one in (("fire", fire), ("foreign", district), ("father", district)):
        async with town.tx(who) as tx:
            with pytest.raises(NotFound):  # not asked yet, not hers, no officer
                await opinion_for(tx, one)


async def test_a_file_is_shown_to_whom_it_concerns_and_to_no_other_department(town: Town, work: Work) -> None:
    case = await accepted(town)
    plan, charter = (
        await handed_in(town, case, "filing.kindergarten_plan"),
        await handed_in(town, case, "filing.kindergarten_charter"),
    )
    await answered(town, case, "district", "区教育局")
    await ask_opinions(work, {"case": str(case.id)})
    sights = {"district": {plan, charter}, "fire": {plan}, "fire-window": set(), "planning": set(), "foreign": set()}
    for who, expected in sights.items():
        async with town.tx(who) as tx:
            rows = await tx.db.fetch(
                "SELECT id FROM files WHERE id = ANY($1) AND key_of_paper(id) IS NOT NULL", [plan, charter]
            )
            assert {row["id"] for row in rows} == expected, who


async def handed_in(town: Town, case: Case, material: str) -> UUID:
    file, owner = uuid4(), await connect(town.settings.login("owner"))
    columns = {"id": file, "principal_id": case.principal_id, "actor_id": case.principal_id, "store_key": str(file),
               "media_type": "image/jpeg", "pages": 1, "name_sealed": b"x", "sha256": b"x", "size": 1}  # fmt: skip
    there = {
        r["attname"] for r in await owner.fetch("SELECT attname FROM pg_attribute WHERE attrelid = 'files'::regclass")
    }
    used = {name: value for name, value in columns.items() if name in there}
    await owner.execute(
        f"INSERT INTO files ({', '.join(used)}) VALUES ({', '.join(f'${n}' for n in range(1, len(used) + 1))})",
        *used.values(),
    )
    await owner.execute(
        "INSERT INTO case_files (case_id, subject, material, file_id) VALUES ($1, $2, $3, $4)",
        case.id,
        FILING,
        material,
        file,
    )
    await owner.close()
    return file


async def test_a_window_of_the_department_that_is_asked_reads_nothing_of_it(town: Town, work: Work) -> None:
    case = await accepted(town)
    await answered(town, case, "district", "区教育局")
    await ask_opinions(work, {"case": str(case.id)})
    one = await opinion_id(town, case, "消防救援支队")
    async with town.tx("fire-window") as tx:
        assert await asked_of_us(tx) == []
        with pytest.raises(NotFound):
            await opinion_for(tx, one)


async def test_nobody_answers_for_another_department_nor_without_the_role(town: Town) -> None:
    case = await accepted(town)
    with pytest.raises(NotFound):
        await answered(town, case, "fire", "区教育局")
    with pytest.raises(NotFound):
        await answered(town, case, "officer", "区教育局")  # the lead reads it with the case, and does not write it
    opinion = await opinion_id(town, case, "区教育局")
    for who in ("officer", "fire", "father"):
        async with town.tx(who) as tx:
            done = await tx.db.execute(
                "UPDATE joint_opinions SET state = 'agreed', answered_at = now(), officer_id = viewer() WHERE id = $1",
                opinion,
            )
            assert done == "UPDATE 0", who


async def test_two_of_one_department_answer_at_once_one_counts_and_the_other_is_told(town: Town) -> None:
    case = await accepted(town)
    await answered(town, case, "district", "区教育局")
    with pytest.raises(Conflict):
        await answered(town, case, "district", "区教育局", agreed=False, words="想想不对")


async def test_a_case_that_ends_asks_nobody_any_more(town: Town) -> None:
    case = await accepted(town)
    await town.moved(case, "father", "withdrawn")
    assert set((await standing(town, case)).values()) == {"dropped"}
    with pytest.raises(NotFound):
        await answered(town, case, "district", "区教育局")


async def test_an_extension_is_the_governments_to_allow_once_and_fifteen_workdays_at_most(
    town: Town, work: Work
) -> None:
    case = await accepted(town)
    with pytest.raises(NotAllowed, match="政府"):
        await town.moved(case, "officer", "extended", reason="要再看一次现场", days=15)
    async with town.tx("officer") as tx:
        with pytest.raises(Invalid):
            await ask_extension(tx, case, 16, "要再看一次现场", 15)
        await ask_extension(tx, case, 15, "要再看一次现场", 15)
        with pytest.raises(Conflict):
            await ask_extension(tx, case, 5, "又一次", 15)
    asked = await opinion_id(town, case, "市政府")
    await extend_allowed(town, asked)
    await extend_joint(work, {"opinion": str(asked)})
    async with town.machine() as tx:
        now = await case_by_id(tx.db, case.id)
    assert (now.due, now.version) == (date(2026, 11, 12), case.version + 1)
    assert (await story(town, case))[-1].data["approved_by"] == "市政府"


async def extend_allowed(town: Town, asked: UUID) -> None:
    async with town.tx("mayor") as tx:
        await answer(tx, asked, agreed=True, words="")


async def test_a_survey_is_told_with_its_day_and_may_be_called_off(town: Town) -> None:
    case = await accepted(town)
    async with town.tx("officer") as tx:
        with pytest.raises(Invalid) as refused:
            await set_meeting(tx, case, NewMeeting("survey", town.now, "", "", True))
        assert {problem.field for problem in refused.value.problems} == {"day", "place", "people"}
        await set_meeting(
            tx, case, NewMeeting("survey", town.now + timedelta(days=3), "演示路 9 号", "消防、卫健", True)
        )
    async with town.tx("father") as tx:
        mine = await case_for(tx.db, tx.viewer, case.number)
        seen = await together(tx.db, mine)
        assert seen is not None
        assert [(m.place, m.ahead) for m in seen.meetings] == [("演示路 9 号", True)]
        steps = timeline(mine.state, await events_of(tx.db, mine.id, public_only=True))
        assert steps[0].title.say == "约好一起看现场"
        with pytest.raises(NotAllowed):
            await call_off(tx, mine, seen.meetings[0].id)
    async with town.tx("officer") as tx:
        await call_off(tx, case, seen.meetings[0].id)
        with pytest.raises(Conflict):
            await note_meeting(tx, case, seen.meetings[0].id, "看过了")


async def test_the_applicant_reads_who_agrees_and_not_what_the_offices_write_to_each_other(town: Town) -> None:
    case = await accepted(town)
    await answered(town, case, "district", "区教育局", agreed=False, words="内部意见：户外场地不够")
    public = [event for event in await story(town, case) if event.public]
    assert "内部意见" not in str([event.data for event in public])
