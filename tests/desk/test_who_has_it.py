"""Filters, views, hand-over and absence: what an officer sees as hers, and until when."""

import re
from datetime import timedelta


async def second_id(officer, case):
    shown = (await officer.get(f"/desk/cases/{case.number}")).text
    return re.search(r'<option value="([^"]+)"[^>]*>陈复核', shown)[1]


async def test_each_filter_shows_what_it_says_and_they_go_together(site, case):
    officer = await site.person("officer-civil")
    shows = {"": True, "state=submitted": True, "state=accepted": False, "holder=nobody": True, "holder=me": False,
             f"item={case.item_code}": True, "item=nothing": False, "colour=red": False, "state=submitted&holder=me": False,
             "hand_out=yes": False, "state=waiting&colour=blue": True}  # fmt: skip
    for query, there in shows.items():
        assert (case.number in (await officer.get(f"/desk?{query}")).text) is there, query


async def test_what_is_granted_waits_to_be_handed_out(site, case):
    officer = await site.person("officer-civil")
    for version, move in (("1", "accepted"), ("2", "granted")):
        await officer.post(f"/desk/cases/{case.number}/moves", data={"version": version, "move": move})
    assert case.number in (await officer.get("/desk?hand_out=yes")).text
    assert case.number not in (await officer.get("/desk")).text


async def test_a_view_is_kept_under_its_name_and_is_nobody_elses(site, case):
    officer, second = await site.person("officer-civil"), await site.person("officer-second")
    said = {"name": "快到期没人接", "query": "colour=yellow&holder=nobody"}
    assert (await officer.post("/desk/views", data=said)).headers["location"] == "/desk?colour=yellow&holder=nobody"
    shown = (await officer.get("/desk?colour=yellow&holder=nobody")).text
    assert "快到期没人接" in shown
    assert "快到期没人接" not in (await second.get("/desk")).text
    removal = re.search(r"/desk/views/[^/]+/removal", shown)[0]
    await second.post(removal)
    assert "快到期没人接" in (await officer.get("/desk")).text
    await officer.post(removal)
    assert "快到期没人接" not in (await officer.get("/desk")).text
    assert (await officer.post("/desk/views", data={"name": "空的", "query": ""})).status_code == 422


async def test_handing_over_needs_somebody_of_this_desk(site, case):
    officer, housing = await site.person("officer-civil"), await site.person("officer-housing")
    at = f"/desk/cases/{case.number}/assignment"
    assert (
        await officer.post(at, data={"to": "00000000-0000-0000-0000-000000000001", "handover": "请接"})
    ).status_code == 422
    assert (await housing.post(at, data={"to": await second_id(officer, case)})).status_code == 404
    supervisor = await site.person("supervisor")
    assert (await supervisor.post(at, data={"to": await second_id(officer, case)})).status_code == 403


async def test_while_she_is_away_her_cases_stand_with_whom_she_named_and_come_back(site, case):
    officer, second = await site.person("officer-civil"), await site.person("officer-second")
    stand_in = await second_id(officer, case)
    await officer.post(f"/desk/cases/{case.number}/moves", data={"version": "1", "move": "accepted"})
    today = site.clock.now.date()
    first, last = today + timedelta(days=1), today + timedelta(days=3)
    said = {"first": first.isoformat(), "last": last.isoformat(), "stand_in": stand_in}
    assert (await officer.post("/desk/absence", data=said)).status_code == 303
    assert case.number not in (await second.get("/desk?holder=me")).text
    site.clock.now += timedelta(days=1)
    second = await site.person("officer-second")
    shown = (await second.get("/desk?holder=me")).text
    assert case.number in shown
    assert "替王惠民看" in shown
    site.clock.now += timedelta(days=3)
    second = await site.person("officer-second")
    assert case.number not in (await second.get("/desk?holder=me")).text


async def test_an_absence_without_sense_is_told_all_at_once_and_one_taken_back_counts_no_more(site, case):
    officer = await site.person("officer-civil")
    answer = await officer.post("/desk/absence", data={"first": "2026-09-30", "last": "2026-09-01"})
    assert answer.status_code == 422
    assert answer.text.count('class="error"') >= 2 or "请选一位" in answer.text
    said = {"first": "2026-09-25", "last": "2026-09-26", "stand_in": await second_id(officer, case)}
    await officer.post("/desk/absence", data=said)
    end = re.search(r"/desk/absence/[^/]+/end", (await officer.get("/desk/absence")).text)[0]
    second = await site.person("officer-second")
    assert (await second.post(end)).status_code == 404
    assert (await officer.post(end)).status_code == 303
    assert "代看" in (await officer.get("/desk/absence")).text


async def test_a_number_leads_to_the_case_of_ones_own_desk_only(site, case):
    officer, other = await site.person("officer-civil"), await site.person("officer-housing")
    found = await officer.get("/desk/find", params={"number": case.number.lower()})
    assert found.headers["location"] == f"/desk/cases/{case.number}"
    assert (await other.get("/desk/find", params={"number": case.number})).status_code == 404
    assert (await officer.get("/desk/find", params={"number": "'; DROP"})).status_code == 404
