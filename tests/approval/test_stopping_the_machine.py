"""Stopped by whoever may, with a reason: from that moment nothing is granted by machine, in any process, by any way."""

import asyncio

import asyncpg
import pytest
import pytest_asyncio

from backend.approval.actions import grant_if_clear
from backend.approval.actions_switches import set_share, switch
from backend.approval.queries import decision_on, stopped_now, switches_of
from backend.cases.model import Case
from backend.cases.queries import case_by_id
from backend.cases.states import State
from backend.core.errors import Invalid, NotFound
from tests.approval.test_what_is_kept_of_a_decision import rows
from tests.approval.town import QUICK, facts, found_in, new, one
from tests.cases.town import ITEM, Town
from tests.web import Site


@pytest_asyncio.fixture
async def going(town: Town):
    """Whatever a test stopped goes on afterwards."""
    await rows(town, "INSERT INTO officer_roles (account_id, department_id, role, valid_from) VALUES ($1, '民政局', 'admin', '2026-01-01') ON CONFLICT DO NOTHING", town.ids["mayor"])  # fmt: skip
    yield town
    await rows(town, "INSERT INTO approval_switches (item_code, stopped, reason, by_id, by_name, at) SELECT c, false, '测完', $1, '', now() FROM (VALUES (NULL), ($2)) x(c)", town.ids["mayor"], QUICK)  # fmt: skip


async def stop(town: Town, who: str, item: str | None, reason: str = "数据可能有错") -> None:
    async with town.tx(who) as tx:
        await switch(tx, item, True, reason)


@pytest.mark.parametrize(("who", "item"), [("officer", QUICK), ("mayor", QUICK), ("mayor", None)])
async def test_what_is_filed_while_it_is_stopped_goes_to_a_person_who_reads_that_it_was_clear(
    going: Town, who: str, item: str | None
) -> None:
    await stop(going, who, item)
    case = await one(going)
    assert case.state is State.SUBMITTED
    async with going.tx("officer") as tx:
        decision = await decision_on(tx.db, case.id)
        assert await stopped_now(tx.db) == {item}
        (line, *_) = await switches_of(tx, item)
    assert decision is not None
    assert (decision.outcome, decision.finding.verdict) == ("held", True)
    assert (line.stopped, line.reason, bool(line.by_name)) == (True, "数据可能有错", True)


async def test_another_item_goes_on(going: Town) -> None:
    await rows(going, "INSERT INTO approval_switches (item_code, stopped, reason, by_id, by_name, at) VALUES ($1, true, '别的事', $2, '', now())", ITEM, going.ids["mayor"])  # fmt: skip
    assert (await one(going)).state is State.GRANTED
    await rows(going, "INSERT INTO approval_switches (item_code, stopped, reason, by_id, by_name, at) VALUES ($1, false, '测完', $2, '', now())", ITEM, going.ids["mayor"])  # fmt: skip


async def test_it_goes_on_when_it_is_let(going: Town) -> None:
    await stop(going, "officer", QUICK)
    async with going.tx("officer") as tx:
        await switch(tx, QUICK, False, "查清楚了")
    assert (await one(going)).state is State.GRANTED


@pytest.mark.parametrize(("who", "item"), [("officer", None), ("window", QUICK), ("foreign", QUICK), ("mayor", "460100-XX-000")])  # fmt: skip
async def test_who_may_not_finds_nothing_to_stop(going: Town, who: str, item: str | None) -> None:
    with pytest.raises(NotFound):
        await stop(going, who, item)
    async with going.tx("officer") as tx:
        assert await stopped_now(tx.db) == set()


async def test_the_database_lets_nobody_else_stop_it_either(going: Town) -> None:
    async with going.tx("window") as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tx.db.execute(
                "INSERT INTO approval_switches (stopped, reason, by_id, by_name, at) VALUES (true, '我想', $1, '', now())", tx.viewer.id
            )  # fmt: skip


async def test_a_reason_is_needed(going: Town) -> None:
    with pytest.raises(Invalid):
        await stop(going, "officer", QUICK, "")


async def test_whoever_stops_waits_for_those_who_began_and_nothing_is_granted_after(going: Town) -> None:
    first, second = await _waiting(going), await _waiting(going)
    async with going.tx("father") as tx:
        finding = await found_in(tx, going, facts(going))
        await grant_if_clear(tx, first.id, finding)  # not committed yet
        stopping = asyncio.create_task(stop(going, "officer", QUICK))
        await asyncio.sleep(0.2)
        assert not stopping.done(), "a grant was under way"
    await stopping
    async with going.tx("father") as tx:
        assert await grant_if_clear(tx, second.id, finding) is None
        assert (await case_by_id(tx.db, first.id)).state is State.GRANTED
        assert (await case_by_id(tx.db, second.id)).state is State.SUBMITTED


async def _waiting(town: Town) -> Case:
    (case,) = await town.filed_together(new(town, facts(town), None))
    return case


async def test_raw_sql_grants_nothing_either_while_it_is_stopped(going: Town) -> None:
    case = await _waiting(going)
    accepted = await going.moved(case, "machine", "accepted")
    await stop(going, "officer", QUICK)
    with pytest.raises(asyncpg.CheckViolationError, match="the machine is stopped"):
        await going.moved(accepted, "machine", "granted")


async def test_the_desk_and_the_health_page_say_that_it_is_stopped(going: Town, site: Site) -> None:
    officer = await site.person("officer")
    assert (await site.stranger().get("/readyz")).json()["automatic_grants"] == "on"
    answer = await officer.post(f"/desk/approval/{QUICK}/switch", data={"do": "stop", "reason": "先停下"})
    assert answer.status_code == 303, answer.text[:500]
    for path in ("/desk", "/desk/approval", f"/desk/approval/{QUICK}"):
        assert "停着" in (await officer.get(path)).text, path
    assert "试办的补贴" in (await officer.get("/desk")).text
    mayor = await site.person("mayor")
    answer = await mayor.post("/desk/approval/switch", data={"do": "stop", "reason": "全停"})
    assert answer.status_code == 303
    health = (await site.stranger().get("/readyz")).json()
    assert (health["automatic_grants"], health["automatic_grants_stopped_items"]) == ("stopped", 1)


async def test_a_share_is_a_number_of_a_hundred(going: Town) -> None:
    async with going.tx("officer") as tx:
        for typed in ("-1", "101", "", "NaN", "一半"):
            with pytest.raises(Invalid):
                await set_share(tx, QUICK, typed)
        await set_share(tx, QUICK, "12.5")
        assert await tx.db.fetchval("SELECT checked_share($1)::text", QUICK) == "12.50"
