"""How long one document takes and how many a second one worker makes; what sealing and walking the event log costs, and whether
filing feels it. Real PostgreSQL, fsync on.

python -m tests.bench.documents [CASES] [EVENTS]
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

from backend.core import keys
from backend.core.db import connect
from backend.core.embedded import EmbeddedPostgres, at, prepare_with
from backend.core.jobs import Work
from backend.core.migrate import migrate_for
from backend.core.seals import faults, seal
from backend.documents.making import make
from backend.settings import Settings, load
from tests.cases.town import DEPARTMENT, Town, founded, new_case

FILINGS = 300


async def measured(settings: Settings, cases: int, events: int) -> None:
    async with founded(settings) as town:
        work = Work(town.worker, town.vault, settings, lambda: town.now)
        owner = await connect(settings.login("owner"))
        try:
            await _documents(town, work, cases)
            await _log(town, work, owner, events)
        finally:
            await owner.close()


async def _documents(town: Town, work: Work, cases: int) -> None:
    filed = [await town.filed() for _ in range(cases)]
    async with town.machine() as tx:
        rows = await tx.db.fetch(
            "SELECT id FROM events WHERE case_id = ANY($1) ORDER BY id", [case.id for case in filed]
        )
    events = [row["id"] for row in rows]
    await make(work, events[:1])  # the first pays for imports and fonts
    one_by_one = [await _timed(lambda event=event: make(work, [event])) for event in events[1:11]]  # type: ignore[misc]
    print(
        f"one document, numbered, printed, signed, kept: median {statistics.median(one_by_one):.0f} ms, worst {max(one_by_one):.0f} ms"
    )
    rest = events[11:]
    begun = sum(os.times()[:4])
    together = await _timed(lambda: make(work, rest))
    spent = 1000 * (sum(os.times()[:4]) - begun) / len(rest)
    print(
        f"{len(rest)} in one job: {together / len(rest):.0f} ms each, {1000 * len(rest) / together:.1f} a second; {spent:.0f} ms of processor each"
    )


async def _log(town: Town, work: Work, owner: asyncpg.Connection, events: int) -> None:
    await seal(work)
    calm = await _filing(town)
    await _many_events(town, owner, events)
    sealing = asyncio.create_task(_timed(lambda: seal(work)))
    busy = await _filing(town)
    spent = await sealing
    await seal(work)
    for said, times in (("with nothing to seal", calm), (f"while {events} events are sealed", busy)):
        print(f"one filing {said}: median {statistics.median(times):.1f} ms, p99 {_p99(times):.1f} ms")
    print(f"sealing: {1000 * events / spent:.0f} events a second")
    walked = time.perf_counter()
    found = await faults(owner)
    count = await owner.fetchval("SELECT count(*) FROM event_seals")
    print(f"audit verify: {count} events walked in {time.perf_counter() - walked:.1f} s, {len(found)} chains wrong")


async def _filing(town: Town) -> list[float]:
    return [await _timed(lambda: town.filed_together(new_case(town.ids["father"], town.now))) for _ in range(FILINGS)]


async def _many_events(town: Town, owner: asyncpg.Connection, events: int) -> None:
    await owner.execute(
        """INSERT INTO events (principal_id, department_id, kind, actor_kind, at, data)
           SELECT $1, CASE WHEN n % 3 = 0 THEN $2 END, 'looked', 'machine', now(), jsonb_build_object('reason', n)
           FROM generate_series(1, $3) n""",
        town.ids["father"],
        DEPARTMENT,
        events,
    )


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    await work()
    return (time.perf_counter() - begun) * 1000


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def main(cases: int, events: int) -> None:
    with tempfile.TemporaryDirectory(prefix="suishouban-bench-") as folder:
        keys.create_missing(Path(folder))
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            asyncio.run(prepare_with(server))
            settings = at(load({"DATA": folder}), server.sockets)
            asyncio.run(migrate_for(settings))
            asyncio.run(measured(settings, cases, events))
        finally:
            server.stop()


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(*(numbers + [111, 100_000][len(numbers) :]))
