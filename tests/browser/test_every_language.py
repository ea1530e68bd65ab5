"""Every page in every language: in one nobody speaks, 40 % longer than English, nothing scrolls sideways or is cut off on small
phones; in English and in traditional characters nothing is left of the Chinese that does not say so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from backend.settings import Settings
from tests.browser.town import Town, started
from tests.pseudo import TAG, written
from tests.tongues import left_over
from tests.walk import enter, walk

WALKERS = ("daughter for father", "shopkeeper", "nobody", "officer-civil", "supervisor", "officer-editor")
WIDTHS = (320, 390)
# Buttons and links that look like them whose words do not fit in.
CUT_OFF = """() => [...document.querySelectorAll("button, .button, .tab, .chip, summary")]
    .filter(one => one.offsetParent && one.clientWidth && one.scrollWidth > one.clientWidth + 1
        && !["auto", "scroll"].includes(getComputedStyle(one).overflowX))
    .map(one => "cut off: " + one.textContent.trim().slice(0, 60))"""
WIDE = "() => document.documentElement.scrollWidth"


@pytest.fixture
def town(settings: Settings, tmp_path: Path) -> Iterator[Town]:
    with started(settings, LANGUAGES_FOLDER=str(written(tmp_path))) as town:
        yield town


async def test_every_page_fits_in_a_longer_language_and_leaves_no_chinese(chromium: Browser, town: Town):
    wrong: list[str] = []
    seen = set[str]()
    for walker in WALKERS:
        context = await chromium.new_context(
            viewport={"width": 320, "height": 720}, locale="zh-CN", service_workers="block"
        )
        await enter(context, town.base, walker)
        addresses = await walked(context, town, wrong, seen)
        for language in ("en", "zh-Hant"):
            await choose(context, town, language)
            for address in addresses:
                source = await (await context.request.get(town.base + address)).text()
                wrong += [f"{language} {address}: {text}" for text in left_over(source, language)]
        await context.close()
    assert len(seen) > 80, "fewer pages than there are: the walk has lost its way"
    assert not wrong, "\n".join(wrong)


async def walked(context: BrowserContext, town: Town, wrong: list[str], seen: set[str]) -> list[str]:
    """The addresses of the kinds of pages nobody walked before, each looked at in the long language."""
    await choose(context, town, TAG)
    page, addresses = await context.new_page(), []
    async for kind, address, source in walk(page, town.base):
        if kind in seen:
            continue
        seen.add(kind)
        addresses.append(address)
        assert f'<html lang="{TAG}"' in source, address
        wrong += [f"{address}: {fault}" for fault in await too_long(page)]
    return addresses


async def choose(context: BrowserContext, town: Town, language: str) -> None:
    headers = {"Origin": town.base}
    await context.request.post(f"{town.base}/language", form={"lang": language, "back": "/"}, headers=headers)


async def too_long(page: Page) -> list[str]:
    """Pages of people only: a desk stands on a table."""
    found: list[str] = []
    if await page.locator("body.desk-page").count():
        return found
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 720})
        if (wide := await page.evaluate(WIDE)) > width:
            found.append(f"{wide} px wide at {width}")
        found += [f"{fault} at {width}" for fault in await page.evaluate(CUT_OFF)]
    return found
