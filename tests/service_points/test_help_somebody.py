"""A visit: one person, one member of staff, one day; her signature opens it, and its end closes everything."""

import re
from datetime import timedelta

import pytest_asyncio

from tests.mandates.clerk import Clerk, rows
from tests.orders.shopping import picture

FATHER = {"person_name": "林长福", "person_number": "460199194403051015"}
NEW = {"person_name": "符阿婆", "person_number": "460199194006183022", "person_address": "海口市秀英区演示街 8 号"}


@pytest_asyncio.fixture
async def helper(site):
    return await site.person("helper")


async def choices_of(helper):
    page = (await helper.get("/visits/new")).text
    return {
        "point": re.search(r'name="point" value="([^"]+)"', page)[1],
        "items": re.search(r'name="items" value="([^"]+)"', page)[1],
        "seen": "yes",
    }


async def begun(helper, **more):
    answer = await helper.post("/visits", data=await choices_of(helper) | FATHER | more)
    assert answer.status_code == 303, answer.text[-2000:]
    return answer.headers["location"].removesuffix("/signature")


async def signed(helper, visit, drawn="yes"):
    files = {"signature": ("signature.jpg", picture(), "image/jpeg")}
    answer = await helper.post(visit + "/signature", data={"drawn": drawn}, files=files)
    assert answer.status_code == 303, answer.text[-2000:]


async def test_before_she_has_signed_nothing_of_hers_is_on_the_screen(site, helper):
    visit = await begun(helper)
    assert "您正在为" not in (await helper.get("/cart")).text
    assert "请您看一看，同意再签" in (await helper.get(visit + "/signature")).text
    without = await helper.post(visit + "/signature", data={"drawn": "no"})
    assert without.status_code == 422


async def test_with_her_signature_her_affairs_are_on_the_screen_until_the_visit_ends(site, helper):
    visit = await begun(helper)
    await signed(helper, visit)
    assert "您正在为林长福办理" in (await helper.get("/cart")).text
    (mandate,) = await rows(site, "SELECT * FROM mandates WHERE created_via = 'visit'")
    assert mandate["valid_from"] == mandate["valid_to"]
    assert len(mandate["items"]) == 1
    slip = await helper.get(visit + "/slip.pdf")
    assert slip.content.startswith(b"%PDF")
    assert (await helper.post(visit + "/end")).status_code == 303
    after = (await helper.get("/visits")).text
    assert "林长福" not in after
    assert "开始帮一位" in after
    assert (await helper.get(visit + "/slip.pdf")).status_code == 404
    (ended,) = await rows(site, "SELECT end_reason FROM mandates WHERE created_via = 'visit'")
    assert ended["end_reason"] == "done"
    await Clerk(site).works()
    told = await rows(site, "SELECT kind FROM events WHERE kind = 'visit_done'")
    assert len(told) == 1


async def test_it_is_over_at_midnight_whatever_the_screen_shows(site, helper):
    await signed(helper, await begun(helper))
    site.clock.now += timedelta(hours=8)  # 18:00 in Shanghai
    assert "您正在为林长福办理" in (await helper.get("/cart")).text
    site.clock.now = site.clock.now.replace(hour=16, minute=1)  # a minute past midnight
    helper = await site.person("helper")
    assert "林长福" not in (await helper.get("/visits")).text
    await Clerk(site).does(("close_visits", {}))
    assert [row["closed_at"] is None for row in await rows(site, "SELECT closed_at FROM visits")] == [False]


async def test_one_person_at_a_time(site, helper):
    await begun(helper)
    answer = await helper.post("/visits", data=await choices_of(await site.person("helper-admin")) | NEW)
    assert answer.status_code == 409
    assert "一次只帮一个人" in answer.text


async def test_who_never_had_an_account_is_given_one_that_no_officer_has_seen(site, helper):
    await signed(helper, await begun(helper, **NEW), drawn="no")
    (visit,) = await rows(site, "SELECT v.signed_on, a.level FROM visits v JOIN accounts a ON a.id = v.person_id")
    assert tuple(visit) == ("paper", "said")


async def test_every_problem_is_said_at_once(helper):
    answer = await helper.post("/visits", data={"person_number": "1", "person_name": "符阿婆"})
    assert answer.status_code == 422
    for sentence in ("请选您现在在哪个帮代办点", "请选 1 到 10 件", "请先看对方的身份证原件", "身份证号码是 18 位"):
        assert sentence in answer.text
    assert 'value="符阿婆"' in answer.text


async def test_a_full_day_is_a_full_day_in_the_database_itself(site, helper):
    await rows(site, "UPDATE organisations SET most_visits = 1 RETURNING 1")
    visit = await begun(helper)
    await helper.post(visit + "/end")
    answer = await helper.post("/visits", data=await choices_of(helper) | FATHER)
    assert answer.status_code == 429
    assert "已经满了" in answer.text


async def test_nobody_else_has_anything_to_do_with_a_visit(site, helper):
    visit = await begun(helper)
    for handle in ("helper-admin", "daughter", "father"):
        other = await site.person(handle)
        assert (await other.get(visit + "/signature")).status_code == 404, handle
        assert (await other.post(visit + "/end")).status_code == 404, handle
    assert (await (await site.person("daughter")).get("/visits")).status_code == 404
