from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest_asyncio

from backend.settings import Settings
from tests.demo import load_demo
from tests.orders.shopping import act_for_father, fill_in, put_in
from tests.web import Site, running


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    """The starter city with its cast."""
    await load_demo(settings)
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


@pytest_asyncio.fixture
async def daughter(site: Site) -> httpx.AsyncClient:
    """She acts for her father, with three things for him in the cart, all filled in."""
    client = await site.person("daughter")
    await act_for_father(site, client)
    await put_in(site, client)
    await fill_in(site, client)
    return client
