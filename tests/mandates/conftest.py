"""The starter city with its cast, running."""

import msgspec
import pytest_asyncio

from tests.demo import load_demo
from tests.web import running


@pytest_asyncio.fixture
async def site(settings):
    await load_demo(settings)
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site
