"""Journeys: one person, one phone, the whole product behind it."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Page

from backend.core.embedded import EmbeddedPostgres
from backend.settings import Settings
from tests.browser.town import Town, started
from tests.postgres import cloned


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest_asyncio.fixture
async def database(postgres: EmbeddedPostgres, demo_city: str) -> AsyncIterator[str]:
    async with cloned(postgres, demo_city) as name:
        yield name


@pytest.fixture
def town(settings: Settings) -> Iterator[Town]:
    with started(settings) as town:
        yield town


class Person:
    """A member of the cast with a phone of her own."""

    def __init__(self, page: Page, town: Town) -> None:
        self.page, self.town = page, town

    async def signs_in(self, handle: str) -> None:
        await self.page.goto(f"{self.town.base}/sign-in")
        await self.page.click(f'button[value="{handle}"]')
        await self.page.wait_for_url(f"{self.town.base}/")

    async def opens(self, path: str) -> None:
        await self.page.goto(self.town.base + path)

    async def taps(self, words: str) -> None:
        """The button or link with these words."""
        await self.page.locator("main, .actions").locator("button, a, summary").filter(has_text=words).first.click()

    async def reads(self, *sentences: str) -> None:
        for sentence in sentences:
            await self.page.get_by_text(sentence).first.wait_for(timeout=5000)


async def says_yes(page: Page) -> None:
    """On the review page: to what is used of hers, where anything is, and to what she filled in."""
    use = page.locator("#use")
    if await use.count():
        await use.check()
    await page.locator("#agree").check()


@pytest.fixture
def person(page: Page, town: Town) -> Person:
    return Person(page, town)
