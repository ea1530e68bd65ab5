"""One town for all tests of a file, since cases do not disturb each other; `own_town` for those that need it empty."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from backend.core.embedded import EmbeddedPostgres
from backend.settings import Settings, load
from tests.cases.town import START, Town, founded
from tests.postgres import cloned, environ_of
from tests.web import Site, StoppedClock, running


@pytest_asyncio.fixture(scope="module")
async def shared_settings(
    postgres: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Settings]:
    folder: Path = tmp_path_factory.mktemp("town")
    async with cloned(postgres) as name:
        yield load({"DATA": str(folder), "MASTER_KEY": "5a" * 32, **environ_of(postgres, name)})


@pytest_asyncio.fixture(scope="module")
async def shared_town(shared_settings: Settings) -> AsyncIterator[Town]:
    async with founded(shared_settings) as town:
        yield town


@pytest.fixture
def town(shared_town: Town) -> Town:
    """The file's town, at its own hour again. Other tests' cases are in it."""
    shared_town.now = START
    return shared_town


@pytest_asyncio.fixture
async def own_town(settings: Settings) -> AsyncIterator[Town]:
    """A town of this test's own, without cases, to be changed at will."""
    async with founded(settings) as town:
        yield town


@pytest_asyncio.fixture(scope="module")
async def shared_site(shared_town: Town) -> AsyncIterator[Site]:
    async with running(msgspec.structs.replace(shared_town.settings, demo=True), StoppedClock(START)) as site:
        yield site


@pytest.fixture
def site(shared_site: Site, town: Town) -> Site:
    """The application over the file's town."""
    shared_site.clock.now = town.now
    return shared_site
