"""How long the pages take, and what a web worker weighs: `make bench`.

Real processes, a real PostgreSQL as durable as a city's: the starter city and its cast, the catalogues of
CATALOGUE_DATA where that is given, one order of three cases filed and the next cart filled. Times are whole round trips
over loopback, so the server's own share is smaller. Prints one row a page and never fails: a table is for reading.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from backend.core import keys
from backend.core.db import wall_clock
from backend.core.embedded import EmbeddedPostgres, at, prepare_with
from backend.core.migrate import migrate_for
from backend.settings import Settings, environ_of, load
from tests.browser.town import started
from tests.demo import load_demo
from tests.orders.shopping import act_for_father, fill_in, form, put_in, reviewed, transaction
from tests.web import StoppedClock, running

TIMES = 200
TARGET_MS, TARGET_MB = 30, 150


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="suishouban-bench-") as folder:
        keys.create_missing(Path(folder))
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            asyncio.run(prepare_with(server))
            settings = at(load({"DATA": folder, "SUISHOUBAN_DEMO": "on"}), server.sockets)
            _measure(settings)
        finally:
            server.stop()
    return 0


def _measure(settings: Settings) -> None:
    case, order = asyncio.run(prepared(settings))
    items = _with_catalogues(settings)
    with started(settings) as town, httpx.Client(base_url=town.base, headers={"Origin": town.base}) as daughter:
        _sign_in(daughter)
        pages = {
            "home": "/", "search": "/search?q=老人津贴怎么领", "shelves": "/items", "item": "/items/460100-MZ-001",
            "guide question": "/scenarios/家里老人满八十", "cart": "/cart", "sheet": "/cart/sheet", "review": "/cart/review",
            "order": order, "case": case, "progress": "/cases", "inbox": "/inbox",
        }  # fmt: skip
        _print(daughter, pages, items)
        print(f"web worker: {_rss(town.web):.0f} MB (target under {TARGET_MB} MB)")


async def prepared(settings: Settings) -> tuple[str, str]:
    """City and cast, lived in."""
    await migrate_for(settings)
    await load_demo(settings)
    return await moved_in(settings)


async def moved_in(settings: Settings) -> tuple[str, str]:
    """One order of three, and three more things in the cart: the addresses of a case and of the order."""
    async with running(settings, StoppedClock(wall_clock())) as site:
        daughter = await site.person("daughter")
        await act_for_father(site, daughter)
        await put_in(site, daughter)
        await fill_in(site, daughter)
        filed = await daughter.post("/orders", data=form(await reviewed(site, daughter), "bench-filing-1"))
        await put_in(site, daughter)
        await fill_in(site, daughter)
        async with transaction(site, daughter) as tx:
            number = await tx.db.fetchval("SELECT number FROM cases ORDER BY number LIMIT 1")
    return f"/cases/{number}", filed.headers["location"]


def _with_catalogues(settings: Settings) -> str:
    folder = os.environ.get("CATALOGUE_DATA")
    if not folder:
        return "the starter city only (CATALOGUE_DATA is not set)"
    files = [str(path) for path in sorted(Path(folder).glob("*-items.*"))]
    environ = os.environ | environ_of(settings)
    subprocess.run(
        [sys.executable, "-m", "backend", "catalogue", "import", *files],
        env=environ,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return f"the starter city and {', '.join(Path(f).stem for f in files)}"


def _sign_in(client: httpx.Client) -> None:
    """httpx keeps `__Host-` cookies for https alone, so it is carried by hand; she acts for her father."""
    answer = client.post("/sign-in", data={"handle": "daughter"})
    client.headers["Cookie"] = answer.headers["set-cookie"].split(";")[0]
    shown = client.get("/acting").text
    mandate, principal = (shown.split(f'name="{name}" value="')[-1][:36] for name in ("mandate", "principal"))
    client.post("/acting", data={"mandate": mandate, "principal": principal})


def _print(client: httpx.Client, pages: dict[str, str], items: str) -> None:
    print(f"{TIMES} requests a page, one after the other; catalogue: {items}; target: median under {TARGET_MS} ms")
    print(f"{'page':<16}{'status':>8}{'kB':>8}{'median ms':>12}{'p95 ms':>10}{'p99 ms':>10}")
    for name, path in pages.items():
        answer = client.get(path)
        times = sorted(_timed(client, path) for _ in range(TIMES))
        p95, p99 = times[int(TIMES * 0.95)], times[int(TIMES * 0.99)]
        size = len(answer.content) / 1000
        print(f"{name:<16}{answer.status_code:>8}{size:>8.1f}{statistics.median(times):>12.1f}{p95:>10.1f}{p99:>10.1f}")


def _timed(client: httpx.Client, path: str) -> float:
    begun = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - begun) * 1000


def _rss(pid: int) -> float:
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


if __name__ == "__main__":
    sys.exit(main())
