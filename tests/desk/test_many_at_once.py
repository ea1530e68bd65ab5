"""One step for up to five hundred cases: what will happen is said first, each case has its own result."""

import re

from tests.desk.conftest import many
from tests.mandates.clerk import Clerk, rows


async def begun(officer, numbers, move="accepted", version="1"):
    answer = await officer.post("/desk/bulk", data={"move": move, "case": [f"{n}:{version}" for n in numbers]})
    assert answer.status_code == 303, answer.text[-1500:]
    return answer.headers["location"]


async def by_worker(site, bulk):
    await Clerk(site).does(("bulk_moves", {"bulk": bulk.rpartition("/")[2]}))


async def test_five_hundred_are_moved_by_the_worker_and_the_refused_ones_say_why(site, case):
    numbers, officer = await many(site, 499), await site.person("officer-civil")
    for moved in numbers[:3]:  # a colleague was quicker here
        await officer.post(
            f"/desk/cases/{moved}/moves", data={"version": "1", "move": "not_accepted", "reason": "不是本人"}
        )
    bulk = await begun(officer, [case.number, *numbers])
    shown = (await officer.get(bulk)).text
    assert "497 件可以办" in shown
    assert "3 件现在看来办不了" in shown
    assert (await officer.post(bulk)).status_code == 303
    assert "正在办：0 / 500" in (await officer.get(bulk)).text
    await by_worker(site, bulk)
    told = (await officer.get(bulk)).text
    assert "办好了 497 件，3 件没有办" in told
    assert told.count("刚才有了新的变化，没有办。") == 3
    states = await rows(site, "SELECT state, count(*) AS n FROM cases GROUP BY state ORDER BY state")
    assert [(row["state"], row["n"]) for row in states] == [("accepted", 497), ("not_accepted", 3)]
    (told_people,) = await rows(
        site, "SELECT count(DISTINCT actor_id) AS n, count(*) AS all FROM events WHERE kind = 'accepted'"
    )
    assert (told_people["n"], told_people["all"]) == (1, 497)


async def test_a_few_are_done_at_once_and_a_second_tap_changes_nothing(site, case):
    officer, numbers = await site.person("officer-civil"), await many(site, 4)
    bulk = await begun(officer, [case.number, *numbers])
    assert (await officer.post(bulk)).status_code == 303
    assert "办好了 5 件" in (await officer.get(bulk)).text
    assert (await officer.post(bulk)).status_code == 409
    (events,) = await rows(site, "SELECT count(*) FROM events WHERE kind = 'accepted'")
    assert events["count"] == 5


async def test_a_step_that_asks_for_a_reason_does_nothing_without_one(site, case):
    officer = await site.person("officer-civil")
    bulk = await begun(officer, [case.number], "not_accepted")
    answer = await officer.post(bulk)
    assert answer.status_code == 422
    assert "请写明理由" in answer.text
    assert (await officer.post(bulk, data={"reason": "请本人来办。"})).status_code == 303
    assert "办好了 1 件" in (await officer.get(bulk)).text


async def test_everything_in_a_filter_is_taken_but_never_more_than_five_hundred(site, case):
    await many(site, 520)
    officer = await site.person("officer-civil")
    answer = await officer.post("/desk/bulk", data={"move": "accepted", "everything": "yes", "state": "submitted"})
    assert "一起“受理” 500 件" in (await officer.get(answer.headers["location"])).text


async def test_a_role_that_ended_meanwhile_moves_nothing(site, case):
    officer, numbers = await site.person("officer-civil"), await many(site, 30)
    bulk = await begun(officer, numbers)
    await officer.post(bulk)
    await rows(site, "UPDATE officer_roles SET valid_from = '2020-01-01', valid_to = '2020-01-02' WHERE account_id = (SELECT id FROM accounts WHERE handle = 'officer-civil')")  # fmt: skip
    await by_worker(site, bulk)
    (moved,) = await rows(site, "SELECT count(*) FROM cases WHERE state = 'accepted'")
    assert moved["count"] == 0


async def test_cases_of_another_department_and_hostile_values_never_get_in(site, case):
    officer, other = await site.person("officer-civil"), await site.person("officer-housing")
    assert (await other.post("/desk/bulk", data={"move": "accepted", "case": f"{case.number}:1"})).status_code == 404
    bulk = await begun(officer, [case.number])
    assert (await other.get(bulk)).status_code == 404
    for hostile in (
        {"move": "voided; --", "case": f"{case.number}:1"},
        {"move": "accepted", "case": ["x", ":", "1:²"]},
        {},
    ):
        assert (await officer.post("/desk/bulk", data=hostile)).status_code == 422


async def test_many_are_handed_over_with_one_note_that_no_applicant_reads(site, case):
    officer, second = await site.person("officer-civil"), await site.person("officer-second")
    bulk = await begun(officer, [case.number], "assigned")
    second_id = re.search(r'<option value="([^"]+)"[^>]*>陈复核', (await officer.get(bulk)).text)[1]
    assert (await officer.post(bulk, data={"to": second_id, "note": "我下周开会"})).status_code == 303
    assert "我在办" in (await second.get("/desk?holder=me")).text
    assert "我下周开会" in (await second.get(f"/desk/cases/{case.number}")).text
    father = await site.person("father")
    assert "我下周开会" not in (await father.get(f"/cases/{case.number}")).text
