"""The starter city with its cast; the daughter has filled in three things for her father. Made once, then copied."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest
import pytest_asyncio

from backend.core.embedded import EmbeddedPostgres
from backend.settings import Settings, load
from tests.demo import load_demo
from tests.orders.shopping import act_for_father, fill_in, put_in
from tests.postgres import cloned, environ_of
from tests.web import Site, running


@pytest_asyncio.fixture(scope="session")
async def filled(
    postgres: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    async with cloned(postgres) as name:
        settings = settings_of(postgres, name, tmp_path_factory.mktemp("filled"))
        await load_demo(settings)
        async with running(settings) as site:
            daughter = await acting_daughter(site)
            await put_in(site, daughter)
            await fill_in(site, daughter)
        yield name


def settings_of(postgres: EmbeddedPostgres, name: str, data: Path) -> Settings:
    environ = {"DATA": str(data), "MASTER_KEY": "5a" * 32, "SUISHOUBAN_DEMO": "on", **environ_of(postgres, name)}
    return load(environ)


async def acting_daughter(site: Site) -> httpx.AsyncClient:
    client = await site.person("daughter")
    await act_for_father(site, client)
    return client


@pytest_asyncio.fixture
async def database(postgres: EmbeddedPostgres, filled: str) -> AsyncIterator[str]:
    async with cloned(postgres, filled) as name:
        yield name


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


@pytest_asyncio.fixture
async def daughter(site: Site) -> httpx.AsyncClient:
    """She acts for her father, with three things for him in the cart, all filled in."""
    return await acting_daughter(site)
