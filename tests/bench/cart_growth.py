"""How the cart's pages and its filing grow with its lines: `python -m tests.bench.cart_growth`.

A whole request inside one process (no network in between), on a real PostgreSQL as durable as a city's: the median, and in
brackets the least processor time of the process, which other work on the machine does not touch. Every line is a device of
its own, so questions and materials grow with the lines too. Prints and never fails.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from backend.core import keys
from backend.core.embedded import EmbeddedPostgres, at, prepare_with
from backend.core.migrate import migrate_for
from backend.settings import Settings, load
from tests.demo import load_demo
from tests.orders.shopping import fill_in, form, put_in, reviewed
from tests.web import running

ITEM = "特种设备使用登记"  # makes sense as often as there are devices
LINES = (1, 10, 30)
PAGES = {"cart": "/cart", "sheet": "/cart/sheet?all=1", "materials": "/cart/materials", "review": "/cart/review"}
TIMES, FILINGS = 9, 3
TARGETS = "targets at 30 lines: the sheet under 50 ms, filing under 150 ms"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="suishouban-growth-") as folder:
        keys.create_missing(Path(folder))
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            asyncio.run(prepare_with(server))
            asyncio.run(_measure(at(load({"DATA": folder, "SUISHOUBAN_DEMO": "on"}), server.sockets)))
        finally:
            server.stop()


async def _measure(settings: Settings) -> None:
    await migrate_for(settings)
    await load_demo(settings)
    print(f"| lines | {' | '.join(PAGES)} | filing |\n|---|{'---|' * len(PAGES)}---|")
    async with running(settings) as site:
        for lines in LINES:
            person, pages, filings = await site.person("shopkeeper"), [], []
            for number in range(FILINGS):
                await _fill(site, person, lines)
                pages = pages or [
                    await _times(lambda person=person, path=path: person.get(path), TIMES) for path in PAGES.values()
                ]
                sent = form(await reviewed(site, person), f"growth-{lines}-{number}")
                filings += await _times(lambda person=person, sent=sent: person.post("/orders", data=sent), 1)
            print(f"| {lines} | {' | '.join(_said(taken) for taken in (*pages, filings))} |", flush=True)
    print(f"\n{TARGETS}")


async def _fill(site, person, lines: int) -> None:  # type: ignore[no-untyped-def]
    await put_in(site, person, [ITEM] * lines)
    await fill_in(site, person)


async def _times(ask, times: int) -> list[tuple[float, float]]:  # type: ignore[no-untyped-def]
    """Milliseconds on the wall and of the processor, for each time."""
    taken = []
    for _time in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = await ask()
        taken.append(((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))
        assert answer.status_code in (200, 303), answer.text[:500]
    return taken


def _said(taken: list[tuple[float, float]]) -> str:
    return f"{statistics.median(wall for wall, _cpu in taken):.0f} ms ({min(cpu for _wall, cpu in taken):.0f})"


if __name__ == "__main__":
    main()
