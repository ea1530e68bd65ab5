"""A running site with the starter city and its cast. Loaded once, then copied."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio

from backend.catalogue.actions import load_pack
from backend.catalogue.pack_read import build, read_folder
from backend.core.db import connect
from backend.core.embedded import EmbeddedPostgres
from backend.settings import Settings
from tests.cart.lines import city
from tests.demo import HAIKOU
from tests.postgres import cloned
from tests.web import Site, StoppedClock, running


@pytest_asyncio.fixture
async def database(postgres: EmbeddedPostgres, demo_city: str) -> AsyncIterator[str]:
    async with cloned(postgres, demo_city) as name:
        yield name


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


@pytest_asyncio.fixture
async def owner(settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner's own connection, for what only the loader does."""
    connection = await connect(settings.login("owner"))
    yield connection
    await connection.close()


@pytest.fixture
def lift() -> str:
    """The code of an item that makes sense twice."""
    return city().items["特种设备使用登记"].code


@pytest.fixture
def acting() -> Callable[[Site, str], Awaitable[httpx.AsyncClient]]:
    """A second phone of the agent, with her principal's affairs on the screen."""

    async def begin(site: Site, handle: str) -> httpx.AsyncClient:
        agent = await site.person(handle)
        page = (await agent.get("/acting")).text
        found = re.search(r'name="mandate" value="([^"]+)"><input type="hidden" name="principal" value="([^"]+)"', page)
        assert found, page
        await agent.post("/acting", data={"mandate": found[1], "principal": found[2]})
        return agent

    return begin


@pytest.fixture
def republish(settings: Settings) -> Callable[..., Awaitable[None]]:
    """Publishes the city again with one item written otherwise, and `words` of the vocabulary with it."""

    async def change(code: str, how: Callable[[dict], object], words: Callable[[dict], object] = id) -> None:
        raw = read_folder(HAIKOU)
        how(next(item for item in raw["items"].values() if item["code"] == code))
        words(raw)
        hashes = build(raw).hashes
        raw["reviews"] = {name: {"sha256": sha, "by": "演示法核", "day": "2026-09-25"} for name, sha in hashes.items()}
        connection = await connect(settings.login("owner"))
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.now', $1, true)", StoppedClock()().isoformat())
            await load_pack(connection, raw)
        await connection.close()

    return change


@pytest.fixture
def shop_and_food() -> tuple[str, str]:
    """The codes of opening a shop and of its food licence, which needs the first one's result."""
    return city().items["个体工商户设立"].code, city().items["食品经营许可"].code


@pytest.fixture
def statements(site) -> Callable[[Awaitable[httpx.Response]], Awaitable[int]]:
    """How many statements one request sends: the pool's connections report each query."""

    async def count(request: Awaitable[httpx.Response]) -> int:
        seen: list[str] = []
        log = seen.append
        holders = site.app.state.pool._holders
        connections = [holder._con for holder in holders if holder._con]
        for connection in connections:
            connection.add_query_logger(log)
        answer = await request
        for connection in connections:
            connection.remove_query_logger(log)
        assert answer.status_code == 200
        return len([record for record in seen if not _bracket(record.query) and not _of_the_index(record.query)])

    return count


def _bracket(query: str) -> bool:
    """BEGIN, COMMIT and the pool's own reset."""
    return query.lstrip().upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "SELECT PG_ADVISORY_UNLOCK"))


def _of_the_index(query: str) -> bool:
    """The process reads the catalogue for its search a second after it came up, on whichever connection is free."""
    return any(
        table in query for table in ("catalogue_revision", "stamp >", "FROM search_", "FROM items WHERE version IS")
    )
