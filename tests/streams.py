"""Reading an event stream of the running application piece by piece."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.web import Site

SOON = 5.0  # seconds


@asynccontextmanager
async def stream(site: Site, person: httpx.AsyncClient, path: str) -> AsyncIterator[asyncio.Queue[str]]:
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

    plain, _, query = path.partition("?")
    cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": plain, "raw_path": plain.encode(), "query_string": query.encode(), "root_path": "", "client": ("test", 1),
        "server": ("test", 443), "headers": [(b"host", b"test"), (b"cookie", cookie.encode())],
    }  # fmt: skip
    task = asyncio.create_task(site.app(scope, receive, send))
    try:
        yield pieces
    finally:
        gone.set()
        task.cancel()
        await asyncio.wait({task})


async def heard(pieces: asyncio.Queue[str]) -> str:
    """The next piece, soon."""
    return await asyncio.wait_for(pieces.get(), SOON)
