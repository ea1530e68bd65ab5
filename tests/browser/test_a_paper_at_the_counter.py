"""Two officers at two desks make a mandate from a signed paper; the agent finds it on his phone."""

from pathlib import Path

from playwright.async_api import Browser

from tests.browser.conftest import Person
from tests.browser.town import Town
from tests.orders.shopping import picture

DESK = {"width": 1280, "height": 900}


async def at_a_desk(chromium: Browser, town: Town, handle: str) -> Person:
    context = await chromium.new_context(viewport=DESK, locale="zh-CN")
    officer = Person(await context.new_page(), town)
    await officer.signs_in(handle)
    return officer


async def test_a_grandmother_without_a_phone_lets_a_neighbour_act(
    chromium: Browser, person: Person, town: Town, tmp_path: Path
):
    paper = tmp_path / "paper.jpg"
    paper.write_bytes(picture())
    first, second = await at_a_desk(chromium, town, "officer-civil"), await at_a_desk(chromium, town, "officer-second")
    await first.opens("/desk/mandates/new")
    for field, value in (
        ("principal_name", "符阿婆"),
        ("principal_number", "460199194006183022"),
        ("principal_address", "海口市秀英区演示街 8 号"),
        ("agent_name", "周新居"),
        ("agent_number", "460199199405113032"),
    ):
        await first.page.fill(f"#{field}", value)
    await first.taps("生成授权书")
    await first.reads("本人符阿婆")
    await first.page.set_input_files("#paper", paper)
    await first.taps("交上扫描件")
    await first.reads("请另一位同事")

    await second.opens("/desk/mandates")
    await second.reads("请您核对")
    await second.page.locator(".queue-table a").first.click()
    await second.reads("本人符阿婆")
    await second.page.locator("img.paper-scan").wait_for()
    await second.taps("一致，授权生效")
    await second.reads("授权已经生效")

    await person.signs_in("buyer")
    await person.opens("/acting")
    await person.taps("符阿婆")
    await person.reads("您正在为符阿婆办理")
    for officer in (first, second):
        await officer.page.context.close()
