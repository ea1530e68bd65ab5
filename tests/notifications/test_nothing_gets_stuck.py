"""Jobs are lost, workers are killed in the middle: every notice still goes out, and the inbox is exact."""

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta

import msgspec
import pytest_asyncio

from backend.core.db import connect
from backend.core.jobs import Work
from backend.notifications.jobs import JOBS, sweep_notices
from backend.settings import environ_of
from tests.core.working import until
from tests.notifications.knocks import as_owner, give_push, notices, told


@pytest_asyncio.fixture
async def owner(town):
    connection = await connect(town.settings.login("owner"))
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def slow_service(town):
    """Takes pushes after a while; `taken` are the topics, in order."""
    taken, begun = [], asyncio.Event()

    async def serve(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        begun.set()
        await asyncio.sleep(0.2)
        taken.append(next(line for line in head.splitlines() if line.lower().startswith("topic:")))
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    town.settings = msgspec.structs.replace(town.settings, push_allowed=(origin,), smtp_url=None)
    yield origin, taken, begun
    server.close()


async def test_the_sweep_tells_of_an_event_whose_job_was_lost(town):
    await town.filed("daughter")
    await as_owner(town, "DELETE FROM pgqueuer")
    lost = "SELECT payload FROM pgqueuer WHERE entrypoint = 'notify'"
    for minutes, jobs in ((9, 0), (11, 1)):
        now = town.now + timedelta(minutes=minutes)
        await sweep_notices(Work(town.worker, town.vault, town.settings, lambda now=now: now), {})
        assert len(await as_owner(town, lost)) == jobs
    (job,) = await as_owner(town, lost)
    await JOBS["notify"](Work(town.worker, town.vault, town.settings, lambda: town.now), json.loads(job["payload"]))
    assert ("filed", "inbox", "sent") in await notices(town, "father")


async def test_the_sweep_leaves_alone_what_was_told_and_says_when_nothing_leaves(town, caplog):
    await give_push(town, "father", "https://fcm.googleapis.com/fcm/send/abc")
    await town.filed("daughter")
    await told(town)
    await as_owner(town, "DELETE FROM pgqueuer")
    work = Work(town.worker, town.vault, town.settings, lambda: town.now + timedelta(minutes=11))
    await sweep_notices(work, {})
    assert "should have left" not in caplog.text
    await as_owner(town, "UPDATE notices SET next_at = now() - interval '11 minutes' WHERE channel = 'push'")
    await sweep_notices(work, {})
    assert "1 notices should have left" in caplog.text
    assert await as_owner(town, "SELECT 1 FROM pgqueuer WHERE entrypoint = 'notify'") == []


async def worker(town):
    told = {
        **os.environ,
        **environ_of(town.settings),
        "MASTER_KEY": town.settings.master_key,
        "PUSH_ALLOWED": " ".join(town.settings.push_allowed),
    }
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "backend", "worker", env=told)


async def test_workers_killed_while_they_send_lose_no_notice_and_double_none_in_the_inbox(town, owner, slow_service):
    origin, taken, begun = slow_service
    await give_push(town, "father", f"{origin}/abc")
    for _ in range(6):
        await town.filed("daughter")
    for _ in range(2):
        begun.clear()
        process = await worker(town)
        await asyncio.wait_for(begun.wait(), 20)
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        # What a killed worker held is free again when its lease ends; the test does not wait for that.
        await owner.execute("UPDATE notices SET lease_until = now() WHERE state = 'sending'")
        await owner.execute("UPDATE pgqueuer SET heartbeat = now() - interval '1 minute' WHERE status = 'picked'")
    process = await worker(town)
    try:
        await until(owner, "SELECT count(*) = 6 FROM notices WHERE channel = 'push' AND state = 'sent'", patience=40)
    finally:
        process.terminate()
        await process.wait()
    assert len(set(taken)) == 6
    inbox = [row for row in await notices(town) if row[1] == "inbox"]
    assert inbox == [("filed", "inbox", "sent")] * 12
