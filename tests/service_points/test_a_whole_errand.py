"""From the seen card to the slip: what staff file for somebody is her case, told to her, on her slip and in the figures."""

import re

from tests.mandates.clerk import Clerk, rows
from tests.orders.shopping import fill_in, form, put_in, reviewed
from tests.service_points.test_help_somebody import begun, signed

MATTER = "护理补贴"


async def code_of(site) -> str:
    ((code,),) = await rows(site, "SELECT code FROM items WHERE name = $1", MATTER)
    return code


async def filed_for_father(site):
    helper = await site.person("helper")
    visit = await begun(helper, items=await code_of(site))
    await signed(helper, visit)
    await put_in(site, helper, (MATTER,))
    await fill_in(site, helper)
    answer = await helper.post("/orders", data=form(await reviewed(site, helper), "a-visit-at-the-post-office"))
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:2000]
    return helper, visit


async def test_what_they_file_is_her_case_with_both_names_and_stays_hers_when_they_are_gone(site):
    helper, visit = await filed_for_father(site)
    assert MATTER in (await helper.get("/visits")).text
    (case,) = await rows(site, "SELECT number, principal_id, actor_id, mandate_id FROM cases")
    assert case["principal_id"] != case["actor_id"]
    await helper.post(visit + "/end")
    assert (await helper.get(f"/cases/{case['number']}")).status_code == 404
    father = await site.person("father")
    assert MATTER in (await father.get(f"/cases/{case['number']}")).text


async def test_the_principal_is_told_and_the_journal_names_the_place(site):
    helper, visit = await filed_for_father(site)
    await helper.post(visit + "/end")
    clerk = Clerk(site)
    for _ in range(3):
        await clerk.works()
    father = await site.person("father")
    assert "今天有工作人员帮您办事" in (await father.get("/inbox")).text
    lines = await rows(
        site,
        "SELECT e.kind, e.data FROM mandate_events e JOIN mandates m ON m.id = e.mandate_id WHERE m.created_via = 'visit' ORDER BY e.n",
    )
    assert [line["kind"] for line in lines] == ["granted", "used", "ended"]
    ((point,),) = await rows(site, "SELECT id FROM service_points")
    assert lines[0]["data"]["point"] == str(point)


async def test_another_matter_is_out_of_their_reach(site):
    helper = await site.person("helper")
    await signed(helper, await begun(helper, items=await code_of(site)))
    ((other,),) = await rows(site, "SELECT code FROM items WHERE name = '居住证'")
    refused = await helper.post("/cart/lines", data={"item": other})
    assert refused.status_code == 422
