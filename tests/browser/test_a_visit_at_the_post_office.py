"""A tablet on a post office's table: seen card, drawn signature, the person's affairs on the screen, and gone again."""

from playwright.async_api import Browser

from tests.browser.conftest import Person
from tests.browser.town import Town

TABLET = {"width": 820, "height": 1180}


async def test_an_old_man_signs_with_his_finger_and_is_helped(chromium: Browser, town: Town):
    context = await chromium.new_context(viewport=TABLET, locale="zh-CN", has_touch=True)
    helper = Person(await context.new_page(), town)
    await helper.signs_in("helper")
    await helper.opens("/visits")
    await helper.taps("开始帮一位")
    await helper.page.fill("#person_name", "林长福")
    await helper.page.fill("#person_number", "460199194403051015")
    await helper.page.check("input[name=seen]")
    await helper.taps("民政局")
    await helper.page.locator("details[open] input[name=items]").first.check()
    await helper.taps("下一步，请对方签字")
    await helper.reads("林长福，请您看一看，同意再签")
    await helper.page.locator("canvas").evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")
    # A page that still fades in takes no finger: until then the picture of the old one lies above it.
    await helper.page.evaluate("Promise.allSettled(document.getAnimations().map(shown => shown.finished))")
    box = await helper.page.locator("canvas").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= TABLET["width"]
    await helper.page.mouse.move(box["x"] + 60, box["y"] + 80)
    await helper.page.mouse.down()
    await helper.page.mouse.move(box["x"] + 200, box["y"] + 130, steps=6)
    await helper.page.mouse.up()
    await helper.taps("签好了，开始办")
    await helper.reads("正在帮林长福办", "您正在为林长福办理")
    await helper.taps("接着办")
    await helper.reads("您正在为林长福办理")
    await helper.opens("/visits")
    await helper.taps("办完了，结束")
    await helper.reads("开始帮一位")
    assert await helper.page.get_by_text("林长福").count() == 0
    await context.close()
