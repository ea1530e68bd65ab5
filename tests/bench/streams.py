"""Two thousand open event streams on one web process: its memory, its database connections, and how soon all hear of a change.

python -m tests.bench.streams [STREAMS]

Real sockets to the real server (uvicorn, one process). Targets: 2,000 streams within 200 MB, no database connection held by any.
"""

import asyncio
import os
import resource
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import asyncpg
import httpx

from backend.core.db import connect
from backend.core.embedded import EmbeddedPostgres
from backend.core.keys import create_missing
from backend.settings import Login, load
from tests.bench.notices import memory, share
from tests.browser.town import started
from tests.cases.town import founded
from tests.postgres import cloned, environ_of, make_template

AT_ONCE = 10  # being opened; a busy machine refuses some for a moment, as it tells browsers to come back
ROUNDS = 10
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def main(streams: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 3 * streams)), hard))
    with tempfile.TemporaryDirectory(prefix="suishouban-bench-") as folder:
        create_missing(Path(folder))
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            asyncio.run(measured(server, Path(folder), streams))
        finally:
            server.stop()


async def measured(server: EmbeddedPostgres, folder: Path, streams: int) -> None:
    await make_template(server)
    async with cloned(server) as name:
        settings = load({"DATA": str(folder), "MASTER_KEY": "5a" * 32, **environ_of(server, name)})
        async with founded(settings) as town:
            with started(settings) as web:
                await measure(web.base, web.web, settings.login("owner"), str(town.ids["father"]), streams)


async def measure(base: str, process: int, login: Login, father: str, streams: int) -> None:
    cookie = await signed_in(base)
    owner = await connect(login)
    for _ in range(3):
        await answered(base, cookie)
    empty = memory(process)
    begun = time.monotonic()
    gate = asyncio.Semaphore(AT_ONCE)
    opened = await asyncio.gather(*(opened_one(base, cookie, gate) for _ in range(streams)))
    took, full = time.monotonic() - begun, memory(process)
    print(f"{streams} streams opened in {took:.1f} s; load {os.getloadavg()[0]:.0f}")
    print(
        f"memory: {empty:.0f} MB before, {full:.0f} MB with all (its share {share(process):.0f} MB): {(full - empty) / streams * 1000:.0f} kB a stream"
    )
    await asyncio.sleep(1)
    print(f"database connections of the web role in use with all streams open: {await held(owner)}")
    spans = [await round_of(owner, father, opened) for _ in range(ROUNDS)]
    print(
        f"from the commit until all {streams} have heard: p50 {statistics.median(spans):.0f} ms, slowest {max(spans):.0f} ms"
    )
    print(f"a page meanwhile: {await answered(base, cookie):.0f} ms; memory at the end {memory(process):.0f} MB")
    for _, writer in opened:
        writer.close()
    await owner.close()


async def signed_in(base: str) -> str:
    async with httpx.AsyncClient(base_url=base, headers={"Origin": base}, timeout=30) as father:
        answer = await father.post("/sign-in", data={"handle": "father"})
        return answer.headers["set-cookie"].partition(";")[0]


async def answered(base: str, cookie: str) -> float:
    """Milliseconds of one page of hers."""
    async with httpx.AsyncClient(base_url=base, headers={"Cookie": cookie}, timeout=30) as father:
        begun = time.monotonic()
        assert (await father.get("/inbox")).status_code == 200
        return (time.monotonic() - begun) * 1000


async def held(owner: asyncpg.Connection) -> int:
    """Sessions of the web role that do something or are in a transaction; the others lie in the pool, or listen."""
    found = await owner.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'suishouban_web' AND datname = current_database() AND state <> 'idle'"
    )
    return int(found)


async def opened_one(base: str, cookie: str, gate: asyncio.Semaphore) -> Stream:
    """Past the head and the first `changed`."""
    async with gate:
        host, _, port = base.removeprefix("http://").partition(":")
        while True:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(f"GET /inbox/events HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " in head.splitlines()[0]:
                await reader.readuntil(b"event: changed")
                return reader, writer
            writer.close()
            await asyncio.sleep(0.5)


async def round_of(owner: asyncpg.Connection, father: str, opened: list[Stream]) -> float:
    """Milliseconds until the last of them has heard. What came before is read first."""
    await asyncio.sleep(0.5)
    for reader, _ in opened:
        with suppress(TimeoutError):
            while reader._buffer:  # type: ignore[attr-defined]
                await asyncio.wait_for(reader.read(65536), 0.01)
    begun = time.monotonic()
    await owner.execute("SELECT pg_notify('inbox', $1)", father)
    await asyncio.gather(*(reader.readuntil(b"event: changed") for reader, _ in opened))
    return (time.monotonic() - begun) * 1000


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
