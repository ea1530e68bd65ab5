"""What every test may ask for. A fixture that only one feature needs lives beside that feature's tests."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from backend.core.embedded import EmbeddedPostgres
from backend.settings import ROLES, Settings, load
from tests.demo import load_demo
from tests.postgres import TEMPLATE, cloned, environ_of, make_template, quick_folder, started

pytest_plugins = ("tests.phones",)

# No stopwatch: how fast an example runs is the machine's affair. In CI the same examples each time.
hypothesis_settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
hypothesis_settings.load_profile("house")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The server of this pytest process, started when the first test needs it."""
    with quick_folder(tmp_path_factory) as folder:
        server = started(folder)
        yield server
        server.stop()


@pytest_asyncio.fixture(scope="session")
async def template(postgres: EmbeddedPostgres) -> str:
    await make_template(postgres)
    return TEMPLATE


@pytest_asyncio.fixture(scope="session")
async def steady(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[str]:
    """A migrated database whose tests all roll back."""
    async with cloned(postgres) as name:
        yield name


@pytest_asyncio.fixture(scope="session")
async def demo_city(
    postgres: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """The starter city and its cast, loaded once: a database to be cloned and never entered."""
    async with cloned(postgres) as name:
        environ = {"DATA": str(tmp_path_factory.mktemp("demo")), "MASTER_KEY": "5a" * 32}
        await load_demo(load(environ | environ_of(postgres, name)))
        yield name


@pytest_asyncio.fixture
async def database(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[str]:
    """The name of a fresh migrated database of this test's own; costs about 70 ms."""
    async with cloned(postgres) as name:
        yield name


@pytest.fixture
def settings(postgres: EmbeddedPostgres, database: str, tmp_path: Path) -> Settings:
    """Settings with the fresh database behind them, one login a role."""
    return load({"DATA": str(tmp_path), "MASTER_KEY": "5a" * 32, **environ_of(postgres, database)})


@pytest_asyncio.fixture
async def db(postgres: EmbeddedPostgres, steady: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection inside a transaction that is rolled back."""
    connection = await asyncpg.connect(postgres.url(ROLES["owner"], steady))
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()
