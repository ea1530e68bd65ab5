from collections.abc import AsyncIterator

import pytest_asyncio

from backend.settings import Settings
from tests.cases.town import Town, founded


@pytest_asyncio.fixture
async def town(settings: Settings) -> AsyncIterator[Town]:
    """A town of this test's own."""
    async with founded(settings) as town:
        yield town
