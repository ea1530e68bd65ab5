"""What happened in life → a few questions → what fits and why → the cart, with and without JavaScript."""

from playwright.async_api import Browser

from tests.browser.conftest import Person
from tests.browser.town import Town

ANSWERS = (
    ("老人多大年纪了？", "80–89 岁"),
    ("老人的户口在哪里？", "海口市"),
    ("老人现在在领高龄津贴吗？", "否"),
    ("平时谁照顾老人？", "家人"),
)


async def answers_all(person: Person) -> None:
    for question, answer in ANSWERS:
        await person.page.get_by_role("heading", name=question).wait_for()
        await person.page.get_by_text(answer, exact=True).click()
        await person.taps("下一步")


async def test_a_daughter_answers_four_questions_and_has_three_things_in_the_cart(person: Person):
    await person.signs_in("daughter")
    await person.opens("/")
    await person.taps("家里老人满八十")
    await answers_all(person)
    await person.reads("有 3 件事可以办", "年满 80 周岁、户籍在海口、没有重复领取")
    await person.page.locator("a.change").filter(has_text="老人多大年纪了？").click()
    await person.page.get_by_text("不到 60 岁", exact=True).click()
    await person.taps("下一步")
    await person.reads("眼下没有要办的")
    await person.page.go_back()
    await person.page.go_back()
    await person.taps("把这 3 件放进购物车")
    await person.page.wait_for_url("**/cart?added=3")
    await person.reads("高龄老人长寿补贴", "老年人优待证", "护理补贴")


async def test_a_stranger_without_javascript_gets_the_same_answer(chromium: Browser, town: Town):
    phone = await chromium.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="zh-CN"
    )
    stranger = Person(await phone.new_page(), town)
    await stranger.opens("/scenarios")
    await stranger.taps("家里老人满八十")
    await answers_all(stranger)
    await stranger.reads("有 3 件事可以办")
    assert "care=family" in stranger.page.url
    await phone.close()
