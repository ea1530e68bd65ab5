"""What the rest of the product may rely on when it enqueues a job, shown with a real PostgreSQL."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import asyncpg
import pytest
import pytest_asyncio

from backend.core import jobs
from backend.core.db import connect
from tests.core.working import HANDLERS, JOURNAL, a_worker, until


@pytest_asyncio.fixture
async def owner(settings):
    connection = await connect(settings.login("owner"))
    await connection.execute(JOURNAL)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def web(settings):
    connection = await connect(settings.login("web"))
    yield connection
    await connection.close()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(jobs, "FIRST_DELAY", 0.1)
    monkeypatch.setattr(jobs, "TRIES", 4)


async def said(owner: asyncpg.Connection) -> list[str]:
    return [row["said"] for row in await owner.fetch("SELECT said FROM journal ORDER BY at")]


async def test_a_job_is_seen_once_its_transaction_commits(settings, owner, web):
    async with a_worker(settings):
        transaction = web.transaction()
        await transaction.start()
        await jobs.enqueue(web, "say", {"say": "kept"})
        await asyncio.sleep(0.3)
        assert await said(owner) == []
        await transaction.commit()
        await until(owner, "SELECT count(*) = 1 FROM journal")


async def test_a_rolled_back_transaction_leaves_no_job(settings, owner, web):
    transaction = web.transaction()
    await transaction.start()
    await jobs.enqueue(web, "say", {"say": "never"})
    await transaction.rollback()
    await jobs.enqueue(web, "say", {"say": "kept"})
    async with a_worker(settings):
        await until(owner, "SELECT count(*) = 1 FROM journal")
        await until(owner, "SELECT count(*) = 0 FROM pgqueuer")
    assert await said(owner) == ["kept"]


async def test_a_job_for_later_waits(settings, owner, web):
    await jobs.enqueue(web, "say", {"say": "later"}, after=timedelta(seconds=1))
    await jobs.enqueue(web, "say", {"say": "now"})
    async with a_worker(settings):
        await until(owner, "SELECT count(*) = 2 FROM journal")
    assert await said(owner) == ["now", "later"]


async def test_the_web_role_may_add_jobs_and_nothing_else(web):
    await jobs.enqueue(web, "say", {})
    for forbidden in ("DELETE FROM pgqueuer", "UPDATE pgqueuer SET payload = NULL", "TRUNCATE pgqueuer"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await web.execute(forbidden)


async def test_a_failing_job_is_tried_again_after_growing_pauses_and_then_held(settings, owner, web, impatient):
    async def fails(work, payload):
        await HANDLERS["say"](work, {"say": "tried"})
        raise ValueError("no")

    await jobs.enqueue(web, "fails", {"case": "7"})
    async with a_worker(settings, {"fails": fails}):
        await until(owner, "SELECT count(*) = 1 FROM pgqueuer WHERE status = 'failed'")
    times = [row["at"] for row in await owner.fetch("SELECT at FROM journal ORDER BY at")]
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    assert len(times) == 4
    assert all(usual * 0.75 <= pause for usual, pause in zip((0.1, 0.2, 0.4), pauses, strict=True))
    (held,) = await jobs.held_jobs(owner)
    assert (held.name, held.payload, held.tries) == ("fails", b'{"case":"7"}', 4)
    assert held.problem.startswith("ValueError at test_jobs.py:")


async def test_a_held_job_can_be_put_back(settings, owner, web, impatient, monkeypatch):
    monkeypatch.setattr(jobs, "TRIES", 1)
    broken = True

    async def mended(work, payload):
        assert not broken
        await HANDLERS["say"](work, payload)

    await jobs.enqueue(web, "mended", {"say": "at last"})
    async with a_worker(settings, {"mended": mended}):
        await until(owner, "SELECT count(*) = 1 FROM pgqueuer WHERE status = 'failed'")
        broken = False
        await jobs.release_jobs(owner, [held.id for held in await jobs.held_jobs(owner)])
        await until(owner, "SELECT count(*) = 1 FROM journal WHERE said = 'at last'")


async def test_what_a_failure_says_is_neither_stored_nor_logged(settings, owner, web, impatient, caplog):
    async def quotes(work, payload):
        try:
            raise LookupError("林国栋")
        except LookupError as error:
            raise ValueError("460100194410050017") from error

    await jobs.enqueue(web, "quotes", {})
    async with a_worker(settings, {"quotes": quotes}):
        await until(owner, "SELECT count(*) = 1 FROM pgqueuer WHERE status = 'failed'")
    stored = str([tuple(row) for row in await owner.fetch("SELECT * FROM pgqueuer_log")])
    for text in (stored, caplog.text):
        assert "ValueError" in text
        assert "460100194410050017" not in text
        assert "林国栋" not in text


async def test_later_is_no_failure(settings, owner, web, caplog):
    asked = []

    async def waits(work, payload):
        asked.append(payload)
        if len(asked) == 1:
            raise jobs.Later(0.2)
        await HANDLERS["say"](work, {"say": "done"})

    await jobs.enqueue(web, "waits", {})
    async with a_worker(settings, {"waits": waits}):
        assert await until(owner, "SELECT count(*) = 1 FROM journal") >= 0.2
    assert "waits" not in caplog.text


async def test_two_workers_never_run_one_job_twice(settings, owner, web):
    await jobs.enqueue_all(web, [("say", {"say": str(n)}) for n in range(400)])
    async with a_worker(settings), a_worker(settings):
        await until(owner, "SELECT count(*) >= 400 FROM journal")
        await until(owner, "SELECT count(*) = 0 FROM pgqueuer")
    assert sorted(map(int, await said(owner))) == list(range(400))


async def test_a_schedule_is_kept_by_one_of_two_workers(settings, owner):
    every_second = {"say": "* * * * * *"}
    async with a_worker(settings, schedules=every_second), a_worker(settings, schedules=every_second):
        await until(owner, "SELECT count(*) >= 3 FROM journal")
    times = [row["at"].replace(microsecond=0) for row in await owner.fetch("SELECT at FROM journal ORDER BY at")]
    assert times[-1] - times[0] >= timedelta(seconds=len(times) - 2)


async def test_what_jobs_share_is_opened_once_and_closed_with_the_worker(settings, owner, web):
    from contextlib import asynccontextmanager

    seen = []

    @asynccontextmanager
    async def opened(settings):
        seen.append("opened")
        yield seen
        seen.append("closed")

    async def uses(work, payload):
        (await work.shared(opened)).append("used")
        await HANDLERS["say"](work, payload)

    await jobs.enqueue_all(web, [("uses", {}), ("uses", {})])
    async with a_worker(settings, {"uses": uses}):
        await until(owner, "SELECT count(*) = 2 FROM journal")
    assert seen == ["opened", "used", "used", "closed"]


async def test_the_journal_of_old_jobs_is_forgotten(settings, owner, web):
    await jobs.enqueue(web, "say", {})
    await owner.execute("UPDATE pgqueuer_log SET created = now() - interval '15 days'")
    await jobs.enqueue(web, "say", {})
    async with a_worker(settings, {}) as work:
        await jobs.forget_jobs(work, {})
    assert await owner.fetchval("SELECT count(*) FROM pgqueuer_log") == 1


async def test_no_more_than_so_many_at_a_time_over_all_workers(settings, owner, web):
    running, most = 0, 0

    @jobs.at_once(2)
    async def waits(work, payload):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.1)
        running -= 1
        await HANDLERS["say"](work, payload)

    await jobs.enqueue_all(web, [("waits", {})] * 12)
    async with a_worker(settings, {"waits": waits}), a_worker(settings, {"waits": waits}):
        await until(owner, "SELECT count(*) = 12 FROM journal")
    assert most == 2
