"""Three registers, two hundred cases: those that stood on what was wrong are found, and taken back one by one or looked at again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from backend.approval.actions import grant_if_clear
from backend.approval.inquiries import Asked, ask, elsewhere, inquiries, inquiry_for, lines_of, review, withdraw
from backend.approval.jobs import withdraw_relied
from backend.approval.queries import rechecks_on
from backend.cases.actions import move
from backend.cases.model import Fact
from backend.cases.queries import case_by_id, events_of
from backend.cases.states import State
from backend.core.errors import Invalid, NotFound
from backend.core.jobs import Work
from tests.approval.test_what_is_kept_of_a_decision import rows
from tests.approval.town import NUMBER, facts, found_in, new
from tests.cases.town import START, Town
from tests.web import Site

CASES, DAYS = 200, 10  # twenty a day
OTHER = "460199194403051023"


@pytest_asyncio.fixture(scope="module")
async def filed(shared_town: Town) -> list[UUID]:
    """Ten days of twenty cases: those of even days asked the population register that day, those of odd days ten days before;
    every fifth is about somebody with another number; every tenth took the household from a certificate."""
    town, ids = shared_town, []
    for day in range(DAYS):
        town.now = START + timedelta(days=day)
        async with town.tx("father") as tx:
            finding = await found_in(tx, town, facts(town))
        new_cases = [
            new(town, said(town, day * 20 + n, old=day % 2 == 1), msgspec.to_builtins(finding)) for n in range(20)
        ]
        cases = await town.filed_together(*new_cases)
        async with town.tx("father") as tx:
            for case in cases:
                await grant_if_clear(tx, case.id, finding)
        ids += [case.id for case in cases]
    return ids


def said(town: Town, place: int, *, old: bool) -> list[Fact]:
    found = [msgspec.structs.replace(fact, at=town.now - timedelta(days=10)) if old and fact.source == "register.population" else fact for fact in facts(town)]  # fmt: skip
    if place % 5 == 0:
        found = [msgspec.structs.replace(f, value=OTHER) if f.element == "person.id_number" else f for f in found]
    if place % 10 == 0:
        card = Fact(subject=town.ids["father"], element="person.household", value="460105", source="certificate.household", trust="A", at=town.now)  # fmt: skip
        found.append(card)
    return found


def asked(source: str, first: int, last: int, **more: Any) -> Asked:
    day = START.date()
    more = {"reason": "推送时串了行"} | more
    return Asked(source=source, first=day + timedelta(days=first), last=day + timedelta(days=last), **more)


async def found(town: Town, wanted: Asked) -> set[UUID]:
    async with town.tx("officer") as tx:
        return {line.case_id for line in await lines_of(tx, await ask(tx, wanted))}


async def test_every_case_that_stood_on_it_is_found_and_no_other(shared_town: Town, filed: list[UUID]) -> None:
    town = shared_town
    population, civil = "register.population", "register.civil_affairs"
    assert await found(town, asked(population, 0, 9)) == set(filed)
    assert await found(town, asked(civil, 2, 4)) == set(filed[40:100])
    assert await found(town, asked("register.marriages", 0, 9)) == set()
    # What the register said in those days, whenever it was used; and whatever was decided in those days.
    assert await found(town, asked(population, -9, -9)) == set(filed[20:40])
    assert await found(town, asked(population, -9, 0)) == {*filed[:20], *filed[20:40], *filed[60:80], *filed[100:120], *filed[140:160], *filed[180:]}  # fmt: skip


async def test_one_question_some_people_one_kind_of_certificate(shared_town: Town, filed: list[UUID]) -> None:
    town, population = shared_town, "register.population"
    others = {case for place, case in enumerate(filed) if place % 5 == 0}
    assert await found(town, asked(population, 0, 9, subjects=(OTHER,))) == others
    assert await found(town, asked(population, 0, 9, subjects=(NUMBER, OTHER))) == set(filed)
    assert await found(town, asked(population, 0, 9, element="person.alive")) == set(filed)
    assert await found(town, asked(population, 0, 9, element="person.elder_allowance")) == set()
    stood = await rows(
        town, "SELECT count(DISTINCT case_id) AS n FROM relied_on WHERE source = 'certificate.household'"
    )
    assert stood[0]["n"] == CASES // 10


async def test_what_cannot_be_asked_is_said_all_at_once(shared_town: Town) -> None:
    async with shared_town.tx("officer") as tx:
        with pytest.raises(Invalid) as refusal:
            await ask(tx, Asked(source="register.nobody", certificate="", first=None, last=None, reason=""))
    assert {problem.field for problem in refusal.value.problems} == {"source", "last", "reason"}
    async with shared_town.tx("window") as tx:
        with pytest.raises(NotFound):
            await inquiries(tx)


async def test_some_are_looked_at_again_and_some_taken_back_each_with_its_news(
    shared_town: Town, filed: list[UUID]
) -> None:
    town = shared_town
    await rows(town, "DELETE FROM pgqueuer")
    async with town.tx("officer") as tx:
        inquiry = await ask(tx, asked("register.population", 4, 4))
        lines = [line.case_id for line in await lines_of(tx, inquiry)]
        assert (len(lines), set(lines) <= set(filed)) == (20, True)
        assert await review(tx, inquiry, lines[:3]) == 3
        assert await withdraw(tx, inquiry, lines[3:9], "人口库那天推错了户籍，要重新核实。") == 6
    (payload,) = await rows(town, "SELECT payload FROM pgqueuer WHERE entrypoint = 'withdraw_relied'")
    work = Work(town.worker, town.vault, town.settings, lambda: town.now)
    for _again in range(2):  # a job may run twice
        await withdraw_relied(work, msgspec.json.decode(payload["payload"]))
    async with town.tx("officer") as tx:
        states = {line.case_id: line.state for line in await lines_of(tx, inquiry)}
        for case in lines[3:9]:
            story = await events_of(tx.db, case, public_only=True)
            assert (await case_by_id(tx.db, case)).state is State.VOID
            assert [e.kind for e in story].count("voided") == 1
            assert "推错了户籍" in story[-1].data["reason"]
        for case in lines[:3]:
            assert (await case_by_id(tx.db, case)).state is State.GRANTED
            assert "source" in {r.cause for r in await rechecks_on(tx, case)}
            assert (await events_of(tx.db, case, public_only=True))[-1].kind == "source_doubted"
        assert (await inquiry_for(tx, inquiry)).waiting == 20 - 9
    assert [states[case] for case in lines[:9]] == ["review"] * 3 + ["voided"] * 6
    notify = await rows(town, "SELECT count(*) AS n FROM pgqueuer WHERE entrypoint = 'notify'")
    assert notify[0]["n"] >= 9


async def test_what_the_gate_refuses_keeps_its_reason_and_the_others_go_on(
    shared_town: Town, filed: list[UUID]
) -> None:
    town = shared_town
    async with town.tx("officer") as tx:
        inquiry = await ask(tx, asked("register.population", 6, 6))
        lines = [line.case_id for line in await lines_of(tx, inquiry)][:2]
        await withdraw(tx, inquiry, lines, "要重新核实")
    async with town.tx("colleague") as tx:  # somebody was quicker
        await move(tx, await case_by_id(tx.db, lines[0]), "voided", {"reason": "另有原因"})
    await withdraw_relied(Work(town.worker, town.vault, town.settings, lambda: town.now), {"inquiry": str(inquiry)})
    async with town.tx("officer") as tx:
        found = {line.case_id: line for line in await lines_of(tx, inquiry)}
    assert (found[lines[0]].state, found[lines[1]].state) == ("refused", "voided")
    assert found[lines[0]].said


async def test_another_department_sees_how_many_and_not_which(shared_town: Town, filed: list[UUID]) -> None:
    async with shared_town.tx("officer") as tx:
        inquiry = await ask(tx, asked("register.population", 0, 0))
    async with shared_town.tx("foreign") as tx:
        assert await lines_of(tx, inquiry) == []
        assert await elsewhere(tx, inquiry) == {"民政局": 20}


async def test_on_the_pages(site: Site, filed: list[UUID]) -> None:
    site.clock.now = START + timedelta(days=DAYS)
    officer = await site.person("officer")
    form = {
        "source": "register.population",
        "first": "2026-09-26",
        "last": "2026-09-26",
        "reason": "串行了",
        "subjects": f"{OTHER}\n",
    }
    answer = await officer.post("/desk/sources", data=form | {"first": ""})
    assert (answer.status_code, "串行了" in answer.text) == (422, True)
    answer = await officer.post("/desk/sources", data=form)
    assert answer.status_code == 303, answer.text[:300]
    at = answer.headers["location"]
    page = (await officer.get(at)).text
    assert "试办的补贴" in page
    assert page.count('name="case"') == 4
    assert (await officer.post(at, data={"do": "review"})).status_code == 422
    assert (await officer.post(at, data={"do": "review", "all": "yes"})).status_code == 303
    assert (await officer.get(at)).text.count("在复核") == 4
    assert (await officer.get("/desk/rechecks")).text.count("数据来源有错") >= 4
