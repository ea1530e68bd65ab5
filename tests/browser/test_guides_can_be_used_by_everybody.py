"""The pages of guides, asked, ended, kept and written: axe finds nothing, nothing is sideways, every target can be hit."""

from urllib.parse import quote

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import Person
from tests.browser.test_every_page_can_be_used_by_everybody import faults, somebody
from tests.browser.town import Town
from tests.measures import DENSE

ELDER = "/scenarios/" + quote("家里老人满八十")
HOME = (
    "?elder.age="
    + quote("80–89")
    + "&elder.household=460100&elder.residence=460100&elder.elder_allowance=no&care=family"
)
ASKED = (
    ELDER,
    f"{ELDER}?_asked=elder.age",
    ELDER + HOME,
    f"{ELDER}{HOME}&_change=care",
    "/scenarios/" + quote("残疾人服务"),
)


@pytest.mark.parametrize(("mode", "scheme", "least"), [("standard", "light", 44), ("elder", "dark", 60)])
async def test_every_page_of_a_guide(chromium: Browser, town: Town, mode: str, scheme: str, least: int):
    wrong: dict[str, object] = {}
    father = await somebody(chromium, town, "father", mode, scheme)
    for path in ASKED:
        wrong |= await faults(father, path, least)
    await keeps(father)
    wrong |= await faults(father, "/scenarios/kept", least)
    editor = await somebody(chromium, town, "officer-editor", mode, scheme)
    await editor.opens(f"/desk{ELDER}")
    if mode == "standard":
        await editor.taps("开始修改")
    for path in (
        "/desk/scenarios",
        f"/desk{ELDER}",
        f"/desk{ELDER}/draft/basics",
        f"/desk{ELDER}/draft/q1",
        f"/desk{ELDER}/draft/r2",
    ):
        wrong |= await faults(editor, path, DENSE)
    assert not wrong, "\n".join(f"{path}: {said}" for path, said in wrong.items())


async def keeps(person: Person) -> None:
    await person.opens(ELDER + HOME)
    await person.taps("先存着，以后再办")
    await person.page.wait_for_url("**/scenarios/kept*")


async def test_a_guide_put_aside_is_opened_by_the_family_on_their_own_phone(chromium: Browser, town: Town):
    daughter = await somebody(chromium, town, "daughter", "standard", "light")
    await keeps(daughter)
    await daughter.taps("给家人一个链接")
    link = await daughter.page.locator("#address").input_value()
    brother = Person(
        await (await chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")).new_page(), town
    )
    await brother.page.goto(link)
    await brother.reads("有 3 件事可以办")
    assert "care=family" in brother.page.url
    await daughter.taps("收回给家人的链接")
    await brother.page.goto(link)
    await brother.reads("没有")


async def test_what_is_known_of_the_father_is_shown_and_can_be_changed(chromium: Browser, town: Town):
    father = await somebody(chromium, town, "father", "elder", "light")
    await father.opens("/scenarios/" + quote("残疾人服务"))
    await father.reads("我们已经知道这一项，要改吗？", "海口市")
    await father.page.locator("a.change").first.click()
    await father.reads("户口在哪里？")
    await father.page.get_by_text("不在海口", exact=True).click()
    await father.taps("下一步")
    await father.page.wait_for_url("**me.household=elsewhere**")
