"""Every page in every language: in one nobody speaks, 40 % longer than English, nothing scrolls sideways or is cut off on small
phones; in English and in traditional characters nothing is left of the Chinese that does not say so."""

import re
from collections.abc import AsyncIterator, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from backend.settings import Settings
from tests.browser.town import Town, started
from tests.pseudo import TAG, written
from tests.tongues import left_over
from tests.walk import NO_PAGES, PAPERS, enter, kind_of, walk

PEOPLE, OFFICERS = ("daughter for father", "shopkeeper"), ("officer-civil", "supervisor", "officer-editor")
LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')
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
    for walker in (*PEOPLE, *OFFICERS):
        context = await chromium.new_context(
            viewport={"width": 320, "height": 720}, locale="zh-CN", service_workers="block"
        )
        await enter(context, town.base, walker)
        if walker in PEOPLE:
            await walked(context, town, wrong)
        for language in ("en", "zh-Hant"):
            await choose(context, town, language)
            async for kind, address, source in read_through(context, town.base):
                if (language, kind) not in seen:
                    seen.add((language, kind))
                    wrong += [f"{language} {address}: {text}" for text in left_over(source, language)]
        await context.close()
    assert len(seen) > 160, "fewer pages than there are: the walk has lost its way"
    assert not wrong, "\n".join(wrong)


async def read_through(context: BrowserContext, base: str) -> AsyncIterator[tuple[str, str, str]]:
    """(kind, address, source) of one page of each kind, as tests/walk.py finds them, without a browser's drawing of it."""
    ahead, seen = ["/"], set[str]()
    while ahead:
        address = ahead.pop(0)
        path = unquote(urlsplit(address).path)
        kind = kind_of(path)
        if kind is None or kind in seen or path.startswith(NO_PAGES) or path.endswith(PAPERS):
            continue
        seen.add(kind)
        answer = await context.request.get(base + address)
        if answer.status == 200 and "html" in answer.headers.get("content-type", ""):
            source = await answer.text()
            ahead += [unescape(link) for link in LINK.findall(source)]
            yield kind, address, source


async def walked(context: BrowserContext, town: Town, wrong: list[str]) -> None:
    """Every page of a person in the long language, on small phones."""
    await choose(context, town, TAG)
    page = await context.new_page()
    async for _kind, address, source in walk(page, town.base):
        assert f'<html lang="{TAG}"' in source, address
        wrong += [f"{address}: {fault}" for fault in await too_long(page)]


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
