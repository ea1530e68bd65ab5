"""A case goes on under the text it was filed under: for the applicant, for the desk, for its limit."""

import re

from tests.editing.desk import OLD, Trio, all_the_way, begin, step, write
from tests.orders.shopping import act_for_father, fill_in, form, put_in, reviewed
from tests.web import Site


async def filed(site: Site, person) -> str:
    """The number of a case that waits for an officer."""
    await act_for_father(site, person)
    await put_in(site, person, ["高龄老人长寿补贴"])
    await fill_in(site, person, bank_account__holder="别人")
    answer = await person.post("/orders", data=form(await reviewed(site, person), "an-old-case"))
    assert answer.status_code == 303, answer.text[:500]
    receipt = (await person.get(answer.headers["location"])).text
    return re.search(r'href="/cases/([0-9A-Z]+)"', receipt)[1]


async def test_name_and_guide_of_a_case_stay_what_they_were(site: Site, trio: Trio, daughter):
    number = await filed(site, daughter)
    await begin(trio.editor)
    await write(trio.editor, "basics", summary="全新的说法。", conditions="全新的条件。")
    await all_the_way(trio)
    assert "全新的说法。" in (await daughter.get(f"/items/{OLD}")).text
    officer = await site.person("officer-civil")
    for person, path in ((daughter, f"/cases/{number}"), (officer, f"/desk/cases/{number}")):
        assert "高龄老人长寿补贴" in (await person.get(path)).text
        guide = (await person.get(f"{path}/guide")).text
        assert "第 1 版" in guide
        assert "年满 80 周岁的海口户籍老人，每月可以领一份补贴。" in guide
        assert "全新" not in guide
        assert 'action="/cart/lines"' not in guide


async def test_withdrawing_the_item_leaves_the_case_alone(site: Site, trio: Trio, daughter):
    number = await filed(site, daughter)
    assert (await step(trio.editor, "withdrawn", reason="停办")).status_code == 303
    assert (await daughter.get(f"/cases/{number}")).status_code == 200
    assert (await daughter.get(f"/cases/{number}/guide")).status_code == 200
    assert (await daughter.post(f"/cases/{number}/withdrawal")).status_code == 303, "she can still take it back"
