"""A phone's browser in front of the built assets."""

import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from backend.core.pwa import DIST
from tests.pwa.serving import Desk, serving

ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/pwa/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def desk() -> Desk:
    if not (DIST / "assets.json").exists():
        pytest.skip("pwa/dist is not built: npm run build in pwa/")
    return Desk()


@pytest.fixture
def site(desk: Desk) -> Iterator[str]:
    with serving(desk) as address:
        yield address


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as player:
        try:
            browser = await player.chromium.launch(executable_path=found, chromium_sandbox=False, args=ARGUMENTS)
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
    """A page whose errors in the console fail the test; a missing network is no error."""
    page, wrong = await phone.new_page(), []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    assert not [text for text in wrong if "net::ERR" not in text and "Failed to fetch" not in text]
