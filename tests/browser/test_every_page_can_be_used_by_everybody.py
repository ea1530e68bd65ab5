"""Every page of the product, filled: axe finds nothing, nothing is sideways at 320 px, every target can be hit."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.browser.conftest import Person, says_yes
from tests.browser.test_three_things_for_father import fill_the_sheet, hand_in_photos, walk_the_guide
from tests.browser.town import Town
from tests.pwa.test_looks import SMALL_TARGETS

PUBLIC = (
    "/",
    "/sign-in",
    "/items",
    "/items/460100-MZ-001",
    "/search?q=老人",
    "/search?q=zzz",
    "/scenarios",
    "/offline",
    "/cart/kept",
    "/nothing-here",
)
HERS = (
    "/cart",
    "/cart/sheet",
    "/cart/materials",
    "/cart/review",
    "/cases",
    "/inbox",
    "/me",
    "/mandates",
    "/mandates/new",
    "/acting",
)
DENSE = 24  # the desk is for a mouse: WCAG 2.2's own minimum
LINKS = "[...document.querySelectorAll('main a[href^=\"/\"]')].map(a => a.getAttribute('href')).filter(h => !/^.(files|documents)/.test(h))"


@pytest.mark.parametrize(("mode", "scheme", "least"), [("standard", "light", 44), ("elder", "dark", 60)])
async def test_every_page_of_one_filing(chromium: Browser, town: Town, mode: str, scheme: str, least: int):
    her = await somebody(chromium, town, "daughter", mode, scheme)
    wrong: dict[str, object] = {}
    for path in PUBLIC:
        wrong |= await faults(her, path, least)
    await shop_for_father(her)
    for path in HERS:
        wrong |= await faults(her, path, least)
    await fill_the_sheet(her)
    await hand_in_photos(her)
    await file_it(her)
    for path in [her.page.url.removeprefix(town.base), *await her.page.evaluate(LINKS), "/cases", "/inbox"]:
        wrong |= await faults(her, path, least)
    for path in await her.page.evaluate(LINKS):
        wrong |= await faults(her, path, least)
    officer = await somebody(chromium, town, "officer-civil", mode, scheme)
    for path in ("/desk/absence", "/desk/texts", "/desk?colour=yellow", "/desk"):
        wrong |= await faults(officer, path, DENSE)
    for path in await officer.page.evaluate("[...document.querySelectorAll('td a')].map(a => a.getAttribute('href'))"):
        wrong |= await faults(officer, path, DENSE)
    assert not wrong


async def somebody(chromium: Browser, town: Town, handle: str, mode: str, scheme: str) -> Person:
    context = await chromium.new_context(
        viewport={"width": 320, "height": 720},
        locale="zh-CN",
        color_scheme=scheme,
        reduced_motion="reduce",
        service_workers="block",
    )
    await context.add_cookies([{"name": "mode", "value": mode, "url": town.base}])
    person = Person(await context.new_page(), town)
    await person.signs_in(handle)
    return person


async def shop_for_father(her: Person) -> None:
    await her.opens("/acting")
    await her.taps("林长福")
    await walk_the_guide(her)
    await her.taps("放进购物车")
    await her.page.wait_for_url("**/cart*")


async def file_it(her: Person) -> None:
    await her.opens("/cart/review")
    await says_yes(her.page)
    await her.page.locator("form[action='/orders'] button").last.click()
    await her.page.wait_for_url("**/orders/*")


async def faults(person: Person, path: str, least: int) -> dict[str, object]:
    """What is wrong with one page, by its path; nothing at best."""
    page = person.page
    await person.opens(path)
    found = [
        *[(v["id"], v["nodes"][0]["html"][:160]) for v in (await Axe().run(page)).response["violations"]],
        *await too_wide(page),
        *await page.evaluate(SMALL_TARGETS, least),
    ]
    return {path: found} if found else {}


async def too_wide(page: Page) -> list[str]:
    wide = await page.evaluate("document.documentElement.scrollWidth")
    return [f"{wide} px wide"] if wide > 320 else []
