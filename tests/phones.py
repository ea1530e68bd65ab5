"""A phone's browser: fixtures for every test that drives one."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browsers import system_chromium

ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as player:
        try:
            browser = await player.chromium.launch(
                executable_path=system_chromium(), chromium_sandbox=False, args=ARGUMENTS
            )
        except Exception as error:
            pytest.skip(f"no browser can be started: {error}")
        yield browser
        await browser.close()


@pytest_asyncio.fixture
async def phone(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """390×844 in Chinese."""
    context = await chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True, is_mobile=True
    )
    yield context
    await context.close()


@pytest_asyncio.fixture
async def page(phone: BrowserContext) -> AsyncIterator[Page]:
    """A page whose errors in the console fail the test; a missing network and a form to be put right are no errors."""
    page, wrong = await phone.new_page(), []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    allowed = ("net::ERR", "Failed to fetch", "status of 422", "ViewTransition", "fetching the script")
    assert not [text for text in wrong if not any(said in text for said in allowed)]
