"""Every component in every mode: no rule of accessibility broken, nothing sideways, every target large enough."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.measures import SMALL_TARGETS
from tests.pwa.serving import Desk

GALLERY = '{% include "pages/components/show.html" %}'
HOME = '{% include "pages/home/show.html" %}'
CROWDED = {
    "needs": [{"href": "/c", "title": "房屋租赁备案" * 4, "text": "请补一张租赁合同的照片"}],
    "scenarios": [{"id": str(n), "title": "家里老人满八十", "glyph": "heart"} for n in range(9)],
    "items": [
        {
            "href": "/i",
            "title": "经济困难的高龄失能老年人护理补贴" * 2,
            "org": "民政局",
            "errands": 1,
            "days": 20,
            "fee": 8000,
        }
    ],
    "offers": [],
    "windows": [{"name": "Xiuying-District-Government-Service-Hall", "address": "秀华路 9 号", "hours": "8:30–17:30"}],
}


async def opened(chromium: Browser, site: str, path: str, width: int, scheme: str) -> Page:
    context = await chromium.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        locale="zh-CN",
        reduced_motion="reduce",
        service_workers="block",
    )
    page = await context.new_page()
    await page.goto(f"{site}{path}")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mode", ["standard", "elder"])
async def test_axe_finds_nothing(desk: Desk, site: str, chromium: Browser, mode: str, scheme: str):
    desk.sources |= {"/gallery": GALLERY, "/home": HOME}
    desk.pages._env.globals |= CROWDED
    for path in ("/gallery", "/home"):
        page = await opened(chromium, site, f"{path}?mode={mode}", 390, scheme)
        found = (await Axe().run(page)).response["violations"]
        assert not [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found]
        await page.context.close()


@pytest.mark.parametrize(("mode", "least"), [("standard", 44), ("elder", 60)])
@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_nothing_is_sideways_and_every_target_can_be_hit(
    desk: Desk, site: str, chromium: Browser, mode: str, least: int, width: int
):
    desk.sources |= {"/gallery": GALLERY, "/home": HOME}
    desk.pages._env.globals |= CROWDED
    for path in ("/gallery", "/home"):
        page = await opened(chromium, site, f"{path}?mode={mode}", width, "light")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await page.evaluate(SMALL_TARGETS, least) == []
        await page.context.close()


async def test_elder_text_is_never_under_18_px(desk: Desk, site: str, chromium: Browser):
    desk.sources["/gallery"] = GALLERY
    page = await opened(chromium, site, "/gallery?mode=elder", 390, "light")
    # Letters of a drawing grow with it: what counts is their size on the screen.
    small = """[...document.querySelectorAll('body *')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
      && !e.matches('.sr') && e.getClientRects().length
      && parseFloat(getComputedStyle(e).fontSize) * (e.getScreenCTM ? e.getScreenCTM().a : 1) < 18)
      .map(e => e.getAttribute('class') + e.textContent.slice(0, 20))"""
    assert await page.evaluate(small) == []
    await page.context.close()


@pytest.mark.parametrize("mode", ["standard", "elder"])
async def test_at_400_percent_zoom_nothing_stands_over_the_text(desk: Desk, site: str, chromium: Browser, mode: str):
    desk.sources["/gallery"] = GALLERY
    page = await opened(chromium, site, f"/gallery?mode={mode}", 320, "light")
    await page.set_viewport_size({"width": 320, "height": 256})
    over = """[...document.querySelectorAll('body *')].filter(e => ['fixed', 'sticky'].includes(getComputedStyle(e).position)
      && e.getClientRects().length).map(e => e.className)"""
    assert await page.evaluate(over) == []
    await page.context.close()


async def test_in_forced_colours_every_thing_has_its_line_and_the_focus_is_seen(
    desk: Desk, site: str, chromium: Browser
):
    desk.sources["/gallery"] = GALLERY
    page = await opened(chromium, site, "/gallery?mode=elder", 390, "light")
    await page.emulate_media(forced_colors="active")
    bare = """[...document.querySelectorAll('.button:not(.button-quiet), .input, .option, .card, .notice, .chip')].filter(e => e.getClientRects().length
      && getComputedStyle(e).borderTopStyle === 'none').map(e => e.outerHTML.slice(0, 90))"""
    assert await page.evaluate(bare) == []
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    await page.context.close()
