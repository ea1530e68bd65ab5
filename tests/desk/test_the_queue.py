"""An officer sees the open cases of her own departments, the most urgent first."""

import re
from datetime import timedelta


async def test_a_filed_case_stands_in_the_queue_of_its_department(site, case):
    officer = await site.person("officer-civil")
    assert case.number in (await officer.get("/desk")).text


async def test_an_officer_of_another_department_does_not_see_it(site, case):
    other = await site.person("officer-housing")
    assert case.number not in (await other.get("/desk")).text
    assert (await other.get(f"/desk/cases/{case.number}")).status_code == 404


async def test_the_queue_never_names_the_applicant(site, case):
    officer = await site.person("officer-civil")
    assert "林长福" not in (await officer.get("/desk")).text


async def test_a_date_that_is_over_is_said_in_words_and_counted(site, case):
    officer, chip = await site.person("officer-civil"), '<span class="sr">已超期</span>'
    assert chip not in (await officer.get("/desk")).text
    site.clock.now += timedelta(days=20)
    officer = await site.person("officer-civil")
    shown = (await officer.get("/desk")).text
    assert chip in shown
    assert re.search(r'已超期 <span class="num">1</span>', shown)


async def test_a_decided_case_leaves_the_queue(site, case):
    officer = await site.person("officer-civil")
    said = {"version": "1", "move": "not_accepted", "reason": "材料不是本人的，请本人来办。"}
    assert (await officer.post(f"/desk/cases/{case.number}/moves", data=said)).status_code == 303
    assert case.number not in (await officer.get("/desk")).text


async def test_an_unreadable_page_address_shows_the_first_page(site, case):
    officer = await site.person("officer-civil")
    for after in ("x", "2026-01-01_x", "_", "9999-99-99_00000000-0000-0000-0000-000000000000"):
        assert case.number in (await officer.get("/desk", params={"after": after})).text


async def test_a_citizen_has_no_desk(site, case):
    father = await site.person("father")
    assert (await father.get("/desk")).status_code == 404
    assert (await site.stranger().get("/desk")).status_code == 303
