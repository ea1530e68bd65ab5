"""Workers are killed, connections cut, jobs take their worker down: nothing is lost, and work goes on within seconds."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from backend.core import jobs
from backend.core.db import connect
from backend.settings import Login
from tests.core.working import JOURNAL, a_worker, until


@pytest_asyncio.fixture
async def owner(settings):
    connection = await connect(settings.login("owner"))
    await connection.execute(JOURNAL)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def cut(postgres, database):
    """Ends every session of the worker, as a restart of the server or a firewall would."""
    admin = await connect(Login(postgres.url("postgres", database)))

    async def cut():
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'suishouban_worker'"
        )

    yield cut
    await admin.close()


@asynccontextmanager
async def a_worker_process(settings):
    program = [sys.executable, "-m", "tests.core.working", settings.database_url_worker]
    process = await asyncio.create_subprocess_exec(*program)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_job_whose_worker_was_killed_is_done_by_the_next(settings, owner):
    await jobs.enqueue(owner, "linger", {})
    async with a_worker_process(settings) as process:
        await until(owner, "SELECT count(*) = 1 FROM journal WHERE said = 'begun'")
        os.kill(process.pid, signal.SIGKILL)
    async with a_worker_process(settings):
        await until(owner, "SELECT count(*) = 1 FROM journal WHERE said = 'ended'")
        await until(owner, "SELECT count(*) = 0 FROM pgqueuer")
    assert await owner.fetchval("SELECT count(DISTINCT pid) FROM journal") == 2


async def test_a_job_that_takes_workers_down_is_held_and_the_others_go_on(settings, owner):
    await jobs.enqueue(owner, "fall", {})
    for fallen in range(1, jobs.DEATHS + 1):
        async with a_worker_process(settings) as process:
            await asyncio.wait_for(process.wait(), 20)
        assert await owner.fetchval("SELECT count(*) FROM journal WHERE said = 'fell'") == fallen
    await jobs.enqueue(owner, "say", {"say": "alive"})
    async with a_worker_process(settings):
        await until(owner, "SELECT count(*) = 1 FROM journal WHERE said = 'alive'")
        await until(owner, "SELECT count(*) = 1 FROM pgqueuer WHERE status = 'failed'")
    (held,) = await jobs.held_jobs(owner)
    assert held.problem == "took 3 workers down with it"


@pytest.mark.parametrize("cuts", [1, 3])
async def test_after_the_connection_is_cut_the_worker_listens_again(settings, owner, cut, cuts):
    async with a_worker(settings) as work:
        await jobs.enqueue(owner, "say", {"say": "before"})
        await until(owner, "SELECT count(*) = 1 FROM journal")
        for _ in range(cuts):
            await cut()
            await asyncio.sleep(0.2)
        await jobs.enqueue(owner, "say", {"say": "after"})
        recovered = await until(owner, "SELECT count(*) = 2 FROM journal")
        assert recovered < 4
        await work.pool.fetchval("SELECT 1")
        # Faster than the worker looks by itself (5 s): it was told.
        await asyncio.sleep(0.5)
        await jobs.enqueue(owner, "say", {"say": "told"})
        assert await until(owner, "SELECT count(*) = 3 FROM journal") < 2


async def test_a_job_running_when_the_connection_is_cut_is_not_lost(settings, owner, cut, monkeypatch):
    monkeypatch.setattr(jobs, "DEAD", jobs.timedelta(seconds=1))
    monkeypatch.setattr(jobs, "SILENT", jobs.timedelta(seconds=0.3))
    begun = asyncio.Event()

    async def works(work, payload):
        begun.set()
        await asyncio.sleep(0.5)
        await work.pool.execute("INSERT INTO journal VALUES ('done', 0)")

    await jobs.enqueue(owner, "works", {})
    async with a_worker(settings, {"works": works}):
        await begun.wait()
        await cut()
        await until(owner, "SELECT count(*) >= 1 FROM journal")
        await until(owner, "SELECT count(*) = 0 FROM pgqueuer")
