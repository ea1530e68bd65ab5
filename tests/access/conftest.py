"""The prepared city, made once a process, and one site over a copy of it whose every request is undone."""

import logging
from collections.abc import AsyncIterator

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio

from backend.core.db import connect
from backend.core.embedded import EmbeddedPostgres
from backend.core.keys import create_missing
from backend.settings import Settings, load
from tests.access.city import City, build
from tests.access.table import TABLE
from tests.access.walk import OneConnection, walk
from tests.postgres import cloned, environ_of
from tests.web import Site, running


class Walked:
    """Every answer, by route and actor, and all that was logged meanwhile."""

    def __init__(self, answers: dict[tuple[str, str], httpx.Response], logged: list[str]) -> None:
        self.answers, self.logged = answers, logged


class Prepared:
    """`settings` of the database that the city stands in; files lie beside it."""

    def __init__(self, settings: Settings, database: str, city: City) -> None:
        self.settings, self.database, self.city = settings, database, city


@pytest_asyncio.fixture(scope="session")
async def prepared(
    postgres: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Prepared]:
    async with cloned(postgres) as name:
        data = tmp_path_factory.mktemp("city")
        create_missing(data)
        settings = load({"DATA": str(data), "MASTER_KEY": "5a" * 32, **environ_of(postgres, name)})
        settings = msgspec.structs.replace(settings, vapid_key=(data / "secrets" / "vapid.pem").read_text())
        yield Prepared(settings, name, await build(settings))


@pytest.fixture(scope="session")
def city(prepared: Prepared) -> City:
    return prepared.city


@pytest_asyncio.fixture(scope="session")
async def site(prepared: Prepared) -> AsyncIterator[Site]:
    """Over the prepared city itself, on one connection: whoever writes undoes it (`walk.undone`)."""
    async with running(prepared.settings) as site:
        pool = site.app.state.pool
        site.app.state.pool = OneConnection(await connect(prepared.settings.login("web")))
        yield site
        await pool.close()


class Kept(logging.Handler):
    """Every line of every logger, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest_asyncio.fixture(scope="session")
async def walked(site: Site, city: City) -> Walked:
    root, kept = logging.getLogger(), Kept()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    try:
        return Walked(await walk(site, city, sorted(TABLE)), kept.lines)
    finally:
        root.setLevel(level)
        root.removeHandler(kept)


@pytest_asyncio.fixture
async def owner(prepared: Prepared) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(prepared.settings.login("owner"))
    yield connection
    await connection.close()
