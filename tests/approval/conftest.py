"""One town for all tests of a file; each finds the machine going."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from backend.core.embedded import EmbeddedPostgres
from backend.settings import load
from tests.approval.town import quick_town
from tests.cases.town import START, Town
from tests.postgres import cloned, environ_of
from tests.web import Site, StoppedClock, running


@pytest_asyncio.fixture(scope="module")
async def shared_town(
    postgres: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    folder: Path = tmp_path_factory.mktemp("quick")
    async with cloned(postgres) as name:
        settings = load({"DATA": str(folder), "MASTER_KEY": "5a" * 32, **environ_of(postgres, name)})
        async with quick_town(settings) as town:
            yield town


@pytest.fixture
def town(shared_town: Town) -> Town:
    shared_town.now = START
    return shared_town


@pytest_asyncio.fixture(scope="module")
async def shared_site(shared_town: Town) -> AsyncIterator[Site]:
    async with running(msgspec.structs.replace(shared_town.settings, demo=True), StoppedClock(START)) as site:
        yield site


@pytest.fixture
def site(shared_site: Site, town: Town) -> Site:
    shared_site.clock.now = town.now
    return shared_site
