"""Who runs an organisation: its places, its people, its figures."""

import re

import pytest_asyncio

from tests.mandates.clerk import rows
from tests.service_points.test_help_somebody import begun, signed


@pytest_asyncio.fixture
async def page(site):
    ((organisation,),) = await rows(site, "SELECT id FROM organisations")
    return f"/organisations/{organisation}"


async def test_the_city_sets_one_up_and_its_administrator_invites(site, page):
    city, admin = await site.person("officer-admin"), await site.person("helper-admin")
    made = await city.post(
        "/desk/organisations", data={"name": "滨海社区（演示）", "kind": "community", "most_visits": "50"}
    )
    assert made.status_code == 303
    assert (await admin.get(made.headers["location"])).status_code == 404
    assert (
        await admin.post(page + "/points", data={"point_name": "二号点", "address": "演示路 1 号", "hours": "每天"})
    ).status_code == 303
    invited = await admin.post(page + "/staff", data={"staff_name": "新同事"})
    link = re.search(r"/enrol/[\w-]+", invited.text)[0]
    assert "新同事" in (await site.stranger().get(link)).text


async def test_who_left_is_out_at_once_with_her_open_visit(site, page):
    helper, admin = await site.person("helper"), await site.person("helper-admin")
    await signed(helper, await begun(helper))
    assert "您正在为林长福办理" in (await helper.get("/cart")).text
    account = re.search(r"/staff/([0-9a-f-]{36})/end", (await admin.get(page)).text)[1]
    assert (await admin.post(f"{page}/staff/{account}/end")).status_code == 303
    assert (await helper.get("/visits")).status_code == 303  # to the sign-in page
    (mandate,) = await rows(site, "SELECT end_reason FROM mandates WHERE created_via = 'visit'")
    assert mandate["end_reason"] == "done"


async def test_figures_say_nothing_under_five_and_name_nobody(site, page):
    helper, admin = await site.person("helper"), await site.person("helper-admin")
    for times in range(1, 6):
        visit = await begun(helper)
        await signed(helper, visit)
        await helper.post(visit + "/end")
        shown = (await admin.get(page + "/figures")).text
        assert ('<td class="num">5</td>' in shown) is (times == 5)
        assert "林长福" not in shown


async def test_colleagues_and_strangers_run_nothing(site, page):
    for handle in ("helper", "daughter", "officer-civil"):
        other = await site.person(handle)
        assert (await other.get(page)).status_code == 404
        assert (await other.get(page + "/figures")).status_code == 404
        assert (await other.post(page + "/staff", data={"staff_name": "某人"})).status_code == 404
