"""The starter city and its cast; the registers have been gone through once, as at night."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from backend.core.embedded import EmbeddedPostgres
from backend.settings import Settings, load
from tests.demo import load_demo
from tests.offers.night import give_card, night
from tests.postgres import cloned, environ_of
from tests.web import Site, running


@pytest_asyncio.fixture(scope="session")
async def looked(
    postgres: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    async with cloned(postgres) as name:
        settings = settings_of(postgres, name, tmp_path_factory.mktemp("looked"))
        await load_demo(settings)
        async with running(settings) as site:
            await give_card(site, "father")
            await night(site)
        yield name


def settings_of(postgres: EmbeddedPostgres, name: str, data: Path) -> Settings:
    environ = {"DATA": str(data), "MASTER_KEY": "5a" * 32, "SUISHOUBAN_DEMO": "on", **environ_of(postgres, name)}
    return load(environ)


@pytest_asyncio.fixture
async def database(postgres: EmbeddedPostgres, looked: str) -> AsyncIterator[str]:
    async with cloned(postgres, looked) as name:
        yield name


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site
