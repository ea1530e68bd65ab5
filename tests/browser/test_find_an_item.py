"""She says what she needs in her own words, with and without JavaScript, and reads what it takes."""

from playwright.async_api import Browser

from tests.browser.conftest import Person
from tests.browser.town import Town


async def test_suggestions_come_while_she_types_and_lead_to_the_item(person: Person):
    await person.opens("/")
    await person.page.get_by_role("searchbox").press_sequentially("敬老卡", delay=30)
    await person.page.locator("#hits").get_by_role("link", name="老年人优待证").click()
    await person.page.wait_for_url("**/items/460100-MZ-002")
    await person.reads("年满 60 周岁", "秒批", "放进购物车")


async def test_a_material_opens_and_says_how_to_hand_it_in(person: Person):
    await person.opens("/items/460100-MZ-001")
    await person.page.get_by_text("银行卡正面照片").click()
    await person.page.get_by_text("卡号要清楚").wait_for(state="visible")


async def test_without_javascript_the_form_is_sent_and_finds_the_same(chromium: Browser, town: Town):
    phone = await chromium.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="zh-CN"
    )
    stranger = Person(await phone.new_page(), town)
    await stranger.opens("/items")
    await stranger.page.get_by_role("searchbox").fill("开个奶茶店")
    await stranger.page.get_by_role("button", name="找", exact=True).click()
    await stranger.page.get_by_role("link", name="食品经营许可", exact=True).click()
    await stranger.reads("食品经营许可证", "20 个工作日")
    await phone.close()


async def test_choosing_her_situation_leaves_only_what_she_needs(person: Person):
    await person.opens("/items/460100-WJ-002")
    renewal = person.page.get_by_label("到期延续")
    await renewal.check()
    await person.page.get_by_text("视为准予延续").first.wait_for()
    assert await person.page.get_by_text("场所平面图").count() == 0
    assert await person.page.get_by_label("到期延续").is_checked()
    assert "renew" not in person.page.url
    assert await person.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await person.page.get_by_role("img", name="办理流程图").is_visible()


async def test_without_javascript_the_situation_is_sent_by_a_button(chromium: Browser, town: Town):
    phone = await chromium.new_context(
        viewport={"width": 360, "height": 640}, java_script_enabled=False, locale="zh-CN"
    )
    stranger = Person(await phone.new_page(), town)
    await stranger.opens("/items/460100-WJ-002")
    await stranger.page.get_by_label("丢了或坏了补一张").check()
    await stranger.page.get_by_role("button", name="看看我要准备什么").click()
    await stranger.reads("1 个工作日", "不用再交别的材料")
    await phone.close()
