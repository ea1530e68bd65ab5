"""A running site with the starter city and its cast."""

from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from tests.demo import load_demo
from tests.web import Site, running


@pytest_asyncio.fixture
async def site(settings) -> AsyncIterator[Site]:
    await load_demo(settings)
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site
