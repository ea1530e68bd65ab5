"""A running site with the starter city, its cast, and the three of the catalogue desk. Loaded once, then copied."""

from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest_asyncio

from backend.core.embedded import EmbeddedPostgres
from backend.settings import Settings, load
from tests.demo import load_demo
from tests.editing.desk import Trio
from tests.postgres import cloned, environ_of
from tests.web import Site, running


@pytest_asyncio.fixture(scope="session")
async def loaded_for_editing(postgres: EmbeddedPostgres, template: str, tmp_path_factory) -> AsyncIterator[str]:
    async with cloned(postgres) as name:
        environ = {"DATA": str(tmp_path_factory.mktemp("editing")), "MASTER_KEY": "5a" * 32}
        await load_demo(load(environ | environ_of(postgres, name)))
        yield name


@pytest_asyncio.fixture
async def database(postgres: EmbeddedPostgres, loaded_for_editing: str) -> AsyncIterator[str]:
    async with cloned(postgres, loaded_for_editing) as name:
        yield name


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


@pytest_asyncio.fixture
async def trio(site: Site) -> Trio:
    """Who writes, who checks, who reviews: three people of one department."""
    editor, checker, legal = [await site.person(f"officer-{role}") for role in ("editor", "checker", "legal")]
    return Trio(editor, checker, legal)


@pytest_asyncio.fixture
async def daughter(site: Site) -> httpx.AsyncClient:
    return await site.person("daughter")
