"""At night the registers were gone through; in the morning his phone shows what he may have: notice, offer, one tap, granted."""

from types import SimpleNamespace

from playwright.async_api import Browser

from backend.core.db import connect, wall_clock
from backend.core.jobs import enqueue
from tests.browser.conftest import Person
from tests.browser.test_a_push_reaches_the_phone import soon
from tests.browser.town import Town
from tests.offers.night import give_card


async def the_night_passes(town: Town) -> None:
    """He holds an identity card; the worker goes through the registers by itself."""
    state = SimpleNamespace(settings=town.settings)
    await give_card(SimpleNamespace(app=SimpleNamespace(state=state), clock=wall_clock), "father")  # type: ignore[arg-type]
    owner = await connect(town.settings.login("owner"))
    try:
        await enqueue(owner, "begin_looking", {})
        told = "SELECT 1 FROM notices n JOIN accounts a ON a.id = n.person_id WHERE a.handle = 'father' AND n.words ->> 'kind' = 'offered'"
        await soon(lambda: owner.fetchval(told), 60)
    finally:
        await owner.close()


async def test_notice_offer_one_tap_granted(chromium: Browser, person: Person, town: Town):
    await the_night_passes(town)
    page = person.page
    await person.signs_in("father")
    await person.reads("您可以领取高龄老人长寿补贴")
    await person.opens("/inbox")
    await person.taps("可以领取：高龄老人长寿补贴")
    await page.wait_for_url("**/offers/*")
    await person.reads("年满 80 周岁", "来自社会保险库", "凭什么查我的登记")
    offer = page.url
    await page.context.add_cookies([{"name": "mode", "value": "elder", "url": town.base}])
    await page.reload()
    box = await page.get_by_role("button", name="确认领取").bounding_box()
    assert box is not None
    assert box["height"] >= 60
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="确认领取").click()
    await page.wait_for_url("**/orders/*")
    await person.reads("高龄老人长寿补贴，批下来了")
    await page.goto(offer)
    await person.reads("已经办了，不用再点")
    await person.opens("/")
    assert await page.get_by_text("您可以领取高龄老人长寿补贴").count() == 0
