"""A mandate from one phone to the other, and back."""

from playwright.async_api import Browser

from tests.browser.conftest import Person
from tests.browser.town import Town


async def test_a_wife_lets_her_husband_file_and_takes_it_back(chromium: Browser, person: Person, town: Town):
    await person.signs_in("spouse")
    await person.opens("/mandates")
    await person.taps("授权给家人")
    await person.page.fill("#agent_name", "周新居")
    await person.page.fill("#agent_phone", "139 0000 0003")
    await person.taps("看看授权书")
    await person.reads("本人何安家授权周新居")
    await person.taps("我同意，授权给家人")
    await person.reads("周新居可以替您办事")

    other = await chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    husband = Person(await other.new_page(), town)
    await husband.signs_in("buyer")
    await husband.opens("/acting")
    await husband.taps("何安家")
    await husband.reads("您正在为何安家办理")

    await person.taps("现在就收回")
    await person.reads("已经结束")
    await husband.opens("/me")
    assert await husband.page.get_by_text("您正在为").count() == 0
    await other.close()
