"""The starter city, where the father has filed two things and his daughter fills in more for him; a worker to run jobs with."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from backend.core.db import open_pool
from backend.core.embedded import EmbeddedPostgres
from backend.core.jobs import Work
from tests.orders.conftest import settings_of, site  # noqa: F401
from tests.orders.shopping import fill_in, form, put_in, reviewed
from tests.postgres import cloned
from tests.web import Site

TWO = ("高龄老人长寿补贴", "护理补贴")


@pytest_asyncio.fixture
async def database(postgres: EmbeddedPostgres, demo_city: str) -> AsyncIterator[str]:
    async with cloned(postgres, demo_city) as name:
        yield name


@pytest_asyncio.fixture
async def work(site: Site) -> AsyncIterator[Work]:  # noqa: F811
    state = site.app.state
    pool = await open_pool(state.settings.login("worker"), 2)
    yield Work(pool, state.vault, state.settings, site.clock)
    await pool.close()


@pytest_asyncio.fixture
async def father(site: Site) -> httpx.AsyncClient:  # noqa: F811
    """Signed in a moment ago; what he filed has just been received."""
    client = await site.person("father")
    await put_in(site, client, TWO)
    await fill_in(site, client)
    answer = await client.post("/orders", data=form(await reviewed(site, client), "prepared-order"))
    assert answer.status_code == 303, answer.text[:400]
    return client
