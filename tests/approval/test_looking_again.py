"""A share of what the machine grants, and whatever somebody asks for, is looked at by a person, who says what she found."""

from uuid import UUID, uuid4

import httpx
import pytest

from backend.approval.actions_rechecks import answer, ask_for_look
from backend.approval.actions_switches import set_share
from backend.approval.model import Recheck
from backend.approval.queries import figures_of, recheck_for, rechecks_on, rechecks_waiting
from backend.approval.sampling import drawn
from backend.cases.model import Case
from backend.cases.queries import case_by_id, case_for, events_of
from backend.cases.states import State
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.approval.test_what_is_kept_of_a_decision import rows
from tests.approval.town import QUICK, facts, judged, one
from tests.cases.town import Town
from tests.web import Site


async def share(town: Town, percent: str) -> None:
    async with town.tx("officer") as tx:
        await set_share(tx, QUICK, percent)


async def sampled(town: Town) -> Recheck:
    await share(town, "100")
    case = await one(town)
    await share(town, "0")
    async with town.tx("officer") as tx:
        (found,) = await rechecks_on(tx, case.id)
    return found


async def test_the_share_that_is_set_is_drawn_and_nobody_is_told(town: Town) -> None:
    await share(town, "0")
    none = await judged(town, count=3)
    found = await sampled(town)
    async with town.tx("officer") as tx:
        assert all([await rechecks_on(tx, case.id) == [] for case in none])
        assert found.cause == "sample"
    async with town.tx("father") as tx:
        assert await tx.db.fetch("SELECT 1 FROM rechecks WHERE case_id = $1", found.case_id) == []


def test_which_ones_is_told_by_the_key_alone_and_always_the_same(town: Town) -> None:
    cases = [uuid4() for _ in range(4000)]
    chosen = {case for case in cases if drawn(town.vault.blind, case, 5)}
    assert 120 < len(chosen) < 290
    assert chosen == {case for case in cases if drawn(town.vault.blind, case, 5)}
    assert chosen != {case for case in cases if drawn(lambda value, purpose: b"other" * 8, case, 5)}
    assert {case for case in chosen if not drawn(town.vault.blind, case, 20)} == set()


async def test_right_or_wrong_is_said_once_with_words_and_counted(town: Town) -> None:
    found = await sampled(town)
    async with town.tx("officer") as tx:
        before = (await figures_of(tx))[QUICK]
        with pytest.raises(Invalid) as refusal:
            await answer(tx, found, "maybe", "")
        assert {problem.field for problem in refusal.value.problems} == {"outcome", "words"}
        await answer(tx, found, "wrong", "户口本上是别的区")
        after = (await figures_of(tx))[QUICK]
        assert (after.checked, after.wrong) == (before.checked + 1, before.wrong + 1)
        assert (await recheck_for(tx, found.id)).answer == "户口本上是别的区"
        with pytest.raises(Conflict):
            await answer(tx, found, "right", "再看一遍没问题")
        assert found.id not in {one.id for one in await rechecks_waiting(tx)}
    async with town.tx("father") as tx:
        assert "户口本上是别的区" not in str(await events_of(tx.db, found.case_id, public_only=True))


async def test_whoever_wrote_the_rules_does_not_check_them(town: Town) -> None:
    found = await sampled(town)
    await rows(town, "ALTER TABLE item_versions DISABLE TRIGGER USER")
    await rows(town, "UPDATE item_versions SET authors = $2 WHERE code = $1", QUICK, [town.ids["officer"]])
    try:
        async with town.tx("officer") as tx:
            with pytest.raises(NotAllowed):
                await answer(tx, await recheck_for(tx, found.id), "right", "看过了")
            with pytest.raises(NotAllowed):  # the database says so as well
                await answer(tx, found, "right", "看过了")
        async with town.tx("colleague") as tx:
            await answer(tx, await recheck_for(tx, found.id), "right", "看过了")
    finally:
        await rows(town, "UPDATE item_versions SET authors = '{}' WHERE code = $1", QUICK)
        await rows(town, "ALTER TABLE item_versions ENABLE TRIGGER USER")


@pytest.mark.parametrize("who", ["elsewhere", "window", "foreign"])
async def test_only_who_examines_there_answers(town: Town, who: str) -> None:
    found = await sampled(town)
    async with town.tx(who) as tx:
        if who == "elsewhere":  # an auditor reads it
            with pytest.raises(NotAllowed):
                await answer(tx, await recheck_for(tx, found.id), "right", "看过了")
        else:
            with pytest.raises(NotFound):
                await recheck_for(tx, found.id)


async def test_a_wrong_grant_is_taken_back_through_the_gate_and_she_hears_why(town: Town) -> None:
    found = await sampled(town)
    async with town.tx("officer") as tx:
        await answer(tx, found, "wrong", "人口库推错了户籍", withdraw=True)
        case = await case_by_id(tx.db, found.case_id)
        assert case.state is State.VOID
        story = await events_of(tx.db, case.id, public_only=True)
    assert (story[-1].kind, story[-1].data["reason"]) == ("voided", "人口库推错了户籍")


async def asked(town: Town, words: str = "我觉得户籍那一条不对") -> tuple[Case, Recheck]:
    case = await one(town)
    async with town.tx("father") as tx:
        await ask_for_look(tx, case, words)
    async with town.tx("officer") as tx:
        (found,) = [r for r in await rechecks_on(tx, case.id) if r.cause == "asked"]
    return case, found


async def test_who_asks_for_a_person_is_heard_read_and_answered(town: Town) -> None:
    case, found = await asked(town)
    assert found.words == "我觉得户籍那一条不对"
    assert all("户籍那一条" not in str(row) for row in await rows(town, "SELECT * FROM rechecks"))
    async with town.tx("father") as tx:
        with pytest.raises(Conflict):  # somebody is at it
            await ask_for_look(tx, case, "")
    async with town.tx("officer") as tx:
        assert (await rechecks_waiting(tx))[0].cause == "asked"
        await answer(tx, found, "right", "户口本和人口库都是秀英区")
        assert (await case_by_id(tx.db, case.id)).state is State.GRANTED
    async with town.tx("father") as tx:
        story = await events_of(tx.db, case.id, public_only=True)
    assert [event.kind for event in story][-2:] == ["look_asked", "look_answered"]
    assert story[-1].data["reason"] == "户口本和人口库都是秀英区"


async def test_there_is_nothing_to_ask_where_a_person_decides_anyway(town: Town) -> None:
    case = await one(town, facts(town, person__alive=None))
    async with town.tx("father") as tx:
        with pytest.raises(Conflict):
            await ask_for_look(tx, case, "")


async def test_on_the_pages_from_the_grant_to_the_answer(town: Town, site: Site) -> None:
    case = await one(town)
    father, officer = await site.person("father"), await site.person("officer")
    page = (await father.get(f"/cases/{case.number}/decision")).text
    for said in ("年满 80 周岁", "填写的户籍和人口库一致", "人口", "第 1 版", "请人工再看一遍"):
        assert said in page, said
    assert f"/cases/{case.number}/decision" in (await father.get(f"/cases/{case.number}")).text
    assert (await (await site.person("stranger")).get(f"/cases/{case.number}/decision")).status_code == 404
    sent = await father.post(f"/cases/{case.number}/looks", data={"words": "长" * 501})
    assert (sent.status_code, "500 个字" in sent.text) == (422, True)
    assert (await father.post(f"/cases/{case.number}/looks", data={"words": "请看户籍"})).status_code == 303
    assert "工作人员正在看" in (await father.get(f"/cases/{case.number}/decision")).text
    at = await _found_on_list(officer, town, case)
    shown = (await officer.get(at)).text
    assert "请看户籍" in shown
    assert "申请人会看到" in shown
    refused = await officer.post(at, data={"words": ""})
    assert (refused.status_code, "请选看下来对不对" in refused.text) == (422, True)
    assert (await officer.post(at, data={"outcome": "right", "words": "都对得上"})).status_code == 303
    assert "都对得上" in (await father.get(f"/cases/{case.number}")).text
    assert "复核" in (await officer.get(f"/desk/cases/{case.number}")).text


async def _found_on_list(officer: httpx.AsyncClient, town: Town, case: Case) -> str:
    async with town.tx("officer") as tx:
        loaded = await case_for(tx.db, tx.viewer, case.number)
        (found,) = [r for r in await rechecks_on(tx, loaded.id) if r.cause == "asked"]
    at = f"/desk/rechecks/{UUID(str(found.id))}"
    assert at in (await officer.get("/desk/rechecks")).text
    return at
