"""Whoever watches a case is told of each move at once, over real connections, also after they were lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest_asyncio

from backend.cases import routes
from backend.cases.live import Hub
from backend.core.db import connect
from backend.settings import Settings
from tests.cases.town import Town
from tests.web import Site, StoppedClock, running

SOON = 5.0


@pytest_asyncio.fixture
async def hub(settings: Settings, town: Town) -> AsyncIterator[Hub]:
    hub = Hub(settings.login("web"))
    task = asyncio.create_task(hub.listen())
    await asyncio.wait_for(hub.listening.wait(), SOON)
    yield hub
    task.cancel()


async def test_a_committed_move_wakes_who_watches_that_case_and_nobody_else(hub: Hub, town: Town) -> None:
    case, other = await town.filed(), await town.filed()
    async with hub.watching(case.id) as changes, hub.watching(case.id) as second, hub.watching(other.id) as elsewhere:
        await town.moved(case, "officer", "accepted")
        await asyncio.wait_for(changes.wait(), SOON)
        await asyncio.wait_for(second.wait(), SOON)
        assert not elsewhere.is_set()


async def test_nobody_watching_leaves_nothing_behind(hub: Hub, town: Town) -> None:
    case = await town.filed()
    async with hub.watching(case.id):
        assert len(hub._watched) == 1
    assert hub._watched == {}


async def test_a_lost_connection_is_made_again_and_watchers_look_again(hub: Hub, town: Town) -> None:
    case = await town.filed()
    other = await connect(town.settings.login("web"))
    async with hub.watching(case.id) as changes:
        killed = await other.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query ILIKE 'listen%' AND datname = current_database()"
        )
        assert killed == 1
        await asyncio.wait_for(changes.wait(), SOON)  # told to look again, without any move
        changes.clear()
        await town.moved(case, "officer", "accepted")
        await asyncio.wait_for(changes.wait(), SOON)
    await other.close()


@asynccontextmanager
async def stream(site: Site, cookie: str, number: str) -> AsyncIterator[asyncio.Queue[str]]:
    """An ASGI client that reads a stream piece by piece (httpx's transport waits for the end, which never comes)."""
    pieces: asyncio.Queue[str] = asyncio.Queue()
    gone = asyncio.Event()

    async def receive() -> dict:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        if message["type"] == "http.response.body" and message.get("body"):
            pieces.put_nowait(message["body"].decode())
        elif message["type"] == "http.response.start":
            pieces.put_nowait(str(message["status"]))

    path = f"/cases/{number}/events"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": ("test", 1),
        "server": ("test", 443), "headers": [(b"host", b"test"), (b"cookie", f"__Host-session={cookie}".encode())],
    }  # fmt: skip
    task = asyncio.create_task(site.app(scope, receive, send))
    try:
        yield pieces
    finally:
        gone.set()
        task.cancel()
        await asyncio.wait({task})


async def heard(pieces: asyncio.Queue[str]) -> str:
    return await asyncio.wait_for(pieces.get(), SOON)


async def test_the_stream_says_changed_and_ends_when_the_mandate_does(settings: Settings, town: Town) -> None:
    case = await town.filed()
    async with running(msgspec.structs.replace(settings, demo=True), StoppedClock(town.now)) as site:
        daughter = await site.person("daughter")
        await daughter.post("/acting", data={"mandate": str(town.mandate), "principal": str(town.ids["father"])})
        async with stream(site, daughter.cookies["__Host-session"], case.number) as pieces:
            assert await heard(pieces) == "200"
            assert "event: open" in await heard(pieces)
            case = await town.moved(case, "officer", "accepted")
            assert "event: changed\r\ndata: 2" in await heard(pieces)
            async with town.tx("father") as tx:
                await tx.db.execute(
                    "UPDATE mandates SET ended_at = now(), end_reason = 'revoked' WHERE id = $1", town.mandate
                )
            await town.moved(case, "officer", "granted")
            assert "event: end" in await heard(pieces)


async def test_a_watched_case_holds_no_connection_and_silence_is_pinged(
    settings: Settings, town: Town, monkeypatch
) -> None:
    monkeypatch.setattr(routes, "PING", 0.05)
    case = await town.filed()
    async with running(msgspec.structs.replace(settings, demo=True), StoppedClock(town.now)) as site:
        father = await site.person("father")
        async with stream(site, father.cookies["__Host-session"], case.number) as pieces:
            assert await heard(pieces) == "200"
            await heard(pieces)
            assert await heard(pieces) == ": ping\r\n\r\n"
            pool = site.app.state.pool
            assert pool.get_size() == pool.get_idle_size()


async def test_a_stranger_cannot_listen(settings: Settings, town: Town) -> None:
    case = await town.filed()
    async with running(msgspec.structs.replace(settings, demo=True), StoppedClock(town.now)) as site:
        assert (await (await site.person("stranger")).get(f"/cases/{case.number}/events")).status_code == 404
        assert (await site.stranger().get(f"/cases/{case.number}/events")).status_code == 404
