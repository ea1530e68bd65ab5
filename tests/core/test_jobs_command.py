"""What an operator sees of jobs that failed, and how she puts one back."""

import asyncio

import pytest
import pytest_asyncio

from backend.__main__ import main
from backend.core import jobs
from backend.core.db import connect
from backend.settings import environ_of
from tests.core.working import a_worker, until


@pytest_asyncio.fixture
async def held_job(settings, monkeypatch):
    """One job that failed for good, in the database that the commands are told of."""
    monkeypatch.setattr(jobs, "TRIES", 1)
    for name, value in environ_of(settings).items():
        monkeypatch.setenv(name, value)

    async def fails(work, payload):
        raise ValueError("460100194410050017")

    owner = await connect(settings.login("owner"))
    await jobs.enqueue(owner, "fails", {"case": "7"})
    async with a_worker(settings, {"fails": fails}):
        await until(owner, "SELECT count(*) = 1 FROM pgqueuer WHERE status = 'failed'")
    yield await owner.fetchval("SELECT id FROM pgqueuer")
    await owner.close()


async def said(*words: str) -> int:
    """The command's exit code; it has a loop of its own, so it runs in a thread."""
    return await asyncio.to_thread(main, words)


async def test_a_held_job_is_listed_and_put_back(held_job, settings, capsys):
    assert await said("jobs", "held") == 1
    listed = capsys.readouterr().out
    assert listed.startswith(f'{held_job}\tfails\t{{"case":"7"}}\t1×')
    assert "ValueError at " in listed
    assert "460100194410050017" not in listed
    assert await said("jobs", "release", str(held_job)) == 0
    assert await said("jobs", "held") == 0
    assert capsys.readouterr().out == ""


async def test_a_word_that_is_no_number_is_refused(held_job):
    with pytest.raises(SystemExit):
        await said("jobs", "release", "x")
