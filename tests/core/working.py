"""A worker for the tests of jobs: in this process, or as a program of its own that can be killed.

python -m tests.core.working <DATABASE_URL_WORKER>
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg

from backend.core import jobs
from backend.core.crypto import Vault
from backend.core.db import connect, open_pool, wall_clock
from backend.settings import Settings, load

JOURNAL = "CREATE TABLE journal (said text, pid integer, at timestamptz DEFAULT clock_timestamp()); GRANT ALL ON journal TO public"


async def say(work: jobs.Work, payload: dict) -> None:
    await work.pool.execute("INSERT INTO journal VALUES ($1, $2)", payload.get("say", ""), os.getpid())


async def linger(work: jobs.Work, payload: dict) -> None:
    """Long enough to be killed in the middle, the first time it is begun."""
    again = await work.pool.fetchval("SELECT count(*) FROM journal WHERE said = 'begun'")
    await say(work, {"say": "begun"})
    await asyncio.sleep(0 if again else 60)
    await say(work, {"say": "ended"})


async def fall(work: jobs.Work, payload: dict) -> None:
    await say(work, {"say": "fell"})
    os._exit(9)


HANDLERS: dict[str, jobs.Handler] = {"say": say, "linger": linger, "fall": fall}


@asynccontextmanager
async def a_worker(
    settings: Settings,
    handlers: Mapping[str, jobs.Handler] = HANDLERS,
    schedules: Mapping[str, str] | None = None,
    loops: Iterable[jobs.Loop] = (),
) -> AsyncIterator[jobs.Work]:
    login, stop = settings.login("worker"), asyncio.Event()
    pool = await open_pool(login)
    work = jobs.Work(pool, Vault(settings.master_key or ""), settings, wall_clock)
    running = asyncio.create_task(jobs.work(work, handlers, schedules or {}, lambda: connect(login), stop, loops))
    try:
        yield work
    finally:
        stop.set()
        await running
        await pool.close()


async def until(db: asyncpg.Connection, question: str, *args: object, patience: float = 20) -> float:
    """Seconds until the question's answer is true; AssertionError when patience ends."""
    begun = asyncio.get_running_loop().time()
    while not await db.fetchval(question, *args):
        waited = asyncio.get_running_loop().time() - begun
        assert waited < patience, question
        await asyncio.sleep(0.02)
    return asyncio.get_running_loop().time() - begun


async def _for_ever(settings: Settings) -> None:
    jobs.DEAD, jobs.SILENT = timedelta(seconds=1), timedelta(seconds=0.3)
    async with a_worker(settings):
        await asyncio.Event().wait()


if __name__ == "__main__":
    url = sys.argv[1]
    asyncio.run(
        _for_ever(
            load({"DATABASE_URL": url, "DATABASE_URL_WORKER": url, "MASTER_KEY": "5a" * 32, "DATA": str(Path.cwd())})
        )
    )
