"""The father's allowance, granted at once: the certificate of it, a worker that prints it, and officers who issued it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import httpx
import msgspec
import pytest_asyncio

from backend.core.db import connect, open_pool
from backend.core.jobs import Work
from backend.core.keys import signing_key
from tests.orders.conftest import database, daughter, filled, site  # noqa: F401
from tests.orders.shopping import reviewed
from tests.web import Site

KEY = signing_key(datetime(2026, 1, 1, tzinfo=UTC)).decode()


class Granted(msgspec.Struct, frozen=True):
    """One certificate, of the father's, and whose."""

    id: UUID
    number: str
    holder: UUID
    father: httpx.AsyncClient
    site: Site

    async def row(self, columns: str = "*") -> dict:
        owner = await connect(self.site.app.state.settings.login("owner"))
        try:
            return dict(await owner.fetchrow(f"SELECT {columns} FROM certificates WHERE id = $1", self.id))
        finally:
            await owner.close()

    async def owner_says(self, statement: str, *values: object) -> str:
        """What somebody could do who owns the database."""
        owner = await connect(self.site.app.state.settings.login("owner"))
        try:
            return await owner.execute(statement, *values)
        finally:
            await owner.close()


async def granted_one(site: Site, daughter: httpx.AsyncClient) -> Granted:  # noqa: F811
    body = await reviewed(site, daughter)
    answer = await daughter.post("/api/v1/orders", json=body, headers={"Idempotency-Key": "certificates-test"})
    assert answer.status_code == 201, answer.text
    owner = await connect(site.app.state.settings.login("owner"))
    row = await owner.fetchrow("SELECT id, number, holder_id FROM certificates")
    await owner.close()
    return Granted(row["id"], row["number"], row["holder_id"], await site.person("father"), site)


@pytest_asyncio.fixture
async def granted(site: Site, daughter: httpx.AsyncClient) -> Granted:  # noqa: F811
    return await granted_one(site, daughter)


@pytest_asyncio.fixture
async def work(site: Site) -> AsyncIterator[Work]:  # noqa: F811
    settings = msgspec.structs.replace(site.app.state.settings, signing_key=KEY)
    pool = await open_pool(settings.login("worker"), 2)
    yield Work(pool, site.app.state.vault, settings, site.clock)
    await pool.close()
