"""The real application in the test's own event loop, and people who use it over HTTP with cookies of their own.

async with running(settings) as site:
    daughter = await site.person("daughter")
    answer = await daughter.get("/cart")
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from litestar import Litestar

from backend.accounts.consents import PURPOSES, shown
from backend.app import build, furnish
from backend.settings import Settings

ORIGIN = "https://test"
# Applications nobody uses just now: building one from all the routes takes a third of a second.
idle: list[Litestar] = []


class StoppedClock:
    """The time requests see; tests move it by assigning `now`."""

    def __init__(self, now: datetime = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Site:
    """A running application. `person(handle)` signs in one of the cast, `stranger()` is nobody."""

    def __init__(self, app: Litestar, clock: StoppedClock) -> None:
        self.app, self.clock, self._clients = app, clock, []

    def stranger(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        client = httpx.AsyncClient(
            transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN, "Accept-Language": "zh-CN"}
        )
        self._clients.append(client)
        return client

    async def person(self, handle: str) -> httpx.AsyncClient:
        client = self.stranger()
        answer = await client.post("/sign-in", data={"handle": handle})
        assert answer.status_code == 303, answer.text[:400]
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


async def agree(client: httpx.AsyncClient, *purposes: str) -> httpx.AsyncClient:
    """What everybody does on her first page; with purposes named, what she agrees to on the page of her consents."""
    said = [(f"/me/consents/{name}", {"shown": shown(PURPOSES[name], "zh-Hans")}) for name in purposes]
    for path, form in said or [("/agree", {"platform": shown(PURPOSES["platform"], "zh-Hans")})]:
        answer = await client.post(path, data=form)
        assert answer.status_code == 303, answer.text[:400]
    return client


@asynccontextmanager
async def running(settings: Settings, clock: StoppedClock | None = None, *, own: bool = False) -> AsyncIterator[Site]:
    """`own`: an application nobody else will use, for a test that changes it."""
    clock = clock or StoppedClock()
    app = furnish(idle.pop() if idle and not own else build(), settings, clock)
    ready, stop = asyncio.Event(), asyncio.Event()
    # A task of its own: a fixture is entered and left in different tasks, which the lifespan's task group forbids.
    living = asyncio.create_task(_live(app, ready, stop))
    await asyncio.wait({living, asyncio.create_task(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
    site = Site(app, clock)
    try:
        yield site
    finally:
        await site.close()
        stop.set()
        await living
    if not own:
        idle.append(app)


async def _live(app: Litestar, ready: asyncio.Event, stop: asyncio.Event) -> None:
    async with app.lifespan():
        ready.set()
        await stop.wait()
