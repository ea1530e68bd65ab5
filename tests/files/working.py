"""The worker's side of files, step by step in the test's own loop."""

from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from backend.core.crypto import Vault
from backend.core.db import open_pool
from backend.core.jobs import Work
from backend.files.jobs import JOBS
from tests.web import StoppedClock


@pytest_asyncio.fixture
async def work(settings) -> AsyncIterator[Work]:
    pool = await open_pool(settings.login("worker"), 2)
    yield Work(pool, Vault(settings.master_key or ""), settings, StoppedClock())
    await pool.close()


async def do_all(work: Work, name: str) -> int:
    """Runs every job of this name that was asked for, and says how many those were."""
    async with work.transaction() as tx:
        rows = await tx.db.fetch("DELETE FROM pgqueuer WHERE entrypoint = $1 RETURNING payload", name)
    for row in rows:
        await JOBS[name](work, msgspec.json.decode(row["payload"]))
    return len(rows)
