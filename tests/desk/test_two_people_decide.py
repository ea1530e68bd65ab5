"""Where the item wants two people: one proposes, another one decides, in pages and in SQL."""

import asyncpg
import pytest
import pytest_asyncio

from backend.core.db import connect
from tests.mandates.clerk import rows

AT = "/desk/cases/{}/decision"


@pytest_asyncio.fixture
async def pair(site, case):
    """The case's item wants two people from now on; the second officer may decide too."""
    await rows(site, "ALTER TABLE item_versions DISABLE TRIGGER USER")
    await rows(site, "UPDATE item_versions SET data = jsonb_set(data::jsonb, '{item,two_person}', 'true')::json WHERE (code, version) = ($1, $2)", case.item_code, case.item_version)  # fmt: skip
    await rows(site, "INSERT INTO officer_roles (account_id, department_id, role, valid_from) SELECT id, '民政局', r, '2026-01-01' FROM accounts, unnest(ARRAY['reviewer', 'approver']) AS r WHERE handle = 'officer-second'")  # fmt: skip
    first, second = await site.person("officer-civil"), await site.person("officer-second")
    await first.post(f"/desk/cases/{case.number}/moves", data={"version": "1", "move": "accepted"})
    return first, second


async def proposed(first, case, **more):
    said = {"version": "2", "outcome": "granted", "between": "材料齐全", "do": "propose"} | more
    answer = await first.post(AT.format(case.number), data=said)
    assert answer.status_code == 303, answer.text[-1500:]


async def draft_of(site):
    (row,) = await rows(site, "SELECT id FROM decision_drafts WHERE state = 'proposed'")
    return str(row["id"])


async def test_one_alone_decides_nothing_whichever_way(site, case, pair):
    first, _ = pair
    shown = (await first.get(f"/desk/cases/{case.number}")).text
    assert 'id="move-granted"' not in shown
    assert "这件事要两个人定" in shown
    moved = await first.post(f"/desk/cases/{case.number}/moves", data={"version": "2", "move": "granted"})
    assert moved.status_code == 403
    await proposed(first, case)
    own = await first.post(AT.format(case.number) + "/answer", data={"draft": await draft_of(site), "do": "approve"})
    assert own.status_code == 403
    (state,) = await rows(site, "SELECT state FROM cases")
    assert state["state"] == "accepted"


async def test_another_one_decides_as_proposed_and_the_applicant_reads_neither_name_nor_note(site, case, pair):
    first, second = pair
    await proposed(first, case, outcome="refused", opinion="户籍不在本市，可以在户籍地申请。", between="查过户籍系统")
    assert "查过户籍系统" in (await second.get(f"/desk/cases/{case.number}")).text
    answer = await second.post(
        AT.format(case.number) + "/answer", data={"draft": await draft_of(site), "do": "approve"}
    )
    assert answer.status_code == 303
    father = await site.person("father")
    told = (await father.get(f"/cases/{case.number}")).text
    assert "户籍不在本市" in told
    assert "查过户籍系统" not in told


async def test_sent_back_with_a_word_it_is_written_again(site, case, pair):
    first, second = pair
    await proposed(first, case)
    at, draft = AT.format(case.number) + "/answer", await draft_of(site)
    assert (await second.post(at, data={"draft": draft, "do": "send_back"})).status_code == 422
    assert (await second.post(at, data={"draft": draft, "do": "send_back", "answer": "请核对收入"})).status_code == 303
    assert "请核对收入" in (await first.get(f"/desk/cases/{case.number}")).text
    await proposed(first, case, between="核对过了")
    assert (await second.post(at, data={"draft": await draft_of(site), "do": "approve"})).status_code == 303


async def test_a_draft_kept_for_later_is_there_again_and_a_case_that_went_on_makes_it_stale(site, case, pair):
    first, second = pair
    await first.post(
        AT.format(case.number), data={"version": "2", "outcome": "granted", "between": "还要问邻居", "do": "keep"}
    )
    assert "还要问邻居" in (await first.get(f"/desk/cases/{case.number}")).text
    await proposed(first, case)
    longer = {"version": "2", "move": "extended", "extended.days": "5", "extended.reason": "要上门核实"}
    assert (await first.post(f"/desk/cases/{case.number}/moves", data=longer)).status_code == 303
    stale = await second.post(AT.format(case.number) + "/answer", data={"draft": await draft_of(site), "do": "approve"})
    assert stale.status_code == 409


async def test_the_database_lets_nobody_decide_alone_by_raw_sql(site, case, pair):
    first, _ = pair
    await proposed(first, case)
    owner = await connect(site.app.state.settings.login("owner"))
    me = await owner.fetchval("SELECT id FROM accounts WHERE handle = 'officer-civil'")
    with pytest.raises(asyncpg.CheckViolationError, match="two_people"):
        await owner.execute(
            "UPDATE decision_drafts SET state = 'approved', answered_by = proposed_by, answered_at = app_now()"
        )
    with pytest.raises(asyncpg.CheckViolationError, match="needs two people"):
        await decided_alone(owner, me)
    await owner.close()


async def decided_alone(owner, officer):
    async with owner.transaction():
        await owner.execute("UPDATE cases SET state = 'granted', version = version + 1, decided_at = app_now()")
        await owner.execute(
            """INSERT INTO events (case_id, principal_id, kind, actor_kind, actor_id, at, data)
               SELECT id, principal_id, 'granted', 'officer', $1, app_now(), '{"version": 3}' FROM cases""", officer,
        )  # fmt: skip


async def test_the_window_that_only_receives_reads_no_examination(site, case):
    officer, second = await site.person("officer-civil"), await site.person("officer-second")
    await officer.post(f"/desk/cases/{case.number}/notes", data={"note": "邻居说法不一"})
    assert "邻居说法不一" in (await officer.get(f"/desk/cases/{case.number}")).text
    shown = (await second.get(f"/desk/cases/{case.number}")).text
    assert "邻居说法不一" not in shown
    assert "写意见" not in shown
    assert (await second.post(f"/desk/cases/{case.number}/notes", data={"note": "x"})).status_code == 404
