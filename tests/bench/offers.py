"""What a night of looking for who is entitled costs: `python -m tests.bench.offers [PERSONS]`.

So many people (100,000 unless said otherwise) are put into the population and civil affairs registers, sealed as they are in a city; one in a hundred is
entitled and has no account, so that a list for the community office comes of it. Then one worker goes through them for every offer of the starter city, batch
by batch, as it does at night, and once more the night after, when nothing has changed. Prints and never fails.
"""

import asyncio
import random
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg

from backend.core import keys
from backend.core.crypto import Vault
from backend.core.db import connect, open_pool
from backend.core.embedded import EmbeddedPostgres, at, prepare_with
from backend.core.jobs import Work
from backend.core.migrate import migrate_for
from backend.offers.looking import begin, look_batch, recheck
from backend.registers.queries import about
from backend.settings import Settings, load
from tests.demo import load_demo
from tests.web import StoppedClock

PERSONS, EVERY = 100_000, 100  # one in so many is entitled
TARGET = "target: 1,000 persons a second and offer on one core, memory that does not grow with the register"


def main() -> None:
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else PERSONS
    with tempfile.TemporaryDirectory(prefix="suishouban-offers-") as folder:
        keys.create_missing(Path(folder))
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            asyncio.run(prepare_with(server))
            asyncio.run(_measure(at(load({"DATA": folder, "SUISHOUBAN_DEMO": "on"}), server.sockets), persons))
        finally:
            server.stop()


async def _measure(settings: Settings, persons: int) -> None:
    await migrate_for(settings)
    await load_demo(settings)
    clock = StoppedClock()
    vault = Vault(settings.master_key or "", settings.certificate_keys)
    await _populate(settings, vault, clock, persons)
    pool = await open_pool(settings.login("worker"), 2)
    work = Work(pool, vault, settings, clock)
    print(TARGET)
    for night in ("first night", "the night after"):
        await _night(work, night)
        clock.now += timedelta(days=31)
    await work.close()
    await pool.close()


async def _populate(settings: Settings, vault: Vault, clock: StoppedClock, persons: int) -> None:
    """People old enough or not, living in the city or not; drawn the same every time."""
    owner, draw, begun = await connect(settings.login("owner")), random.Random(8), time.perf_counter()
    for first in range(0, persons, 5000):
        rows: list[tuple[Any, ...]] = []
        for number in range(first, min(first + 5000, persons)):
            identity, entitled = f"{number:018}", number % EVERY == 0
            born = "1938-04-17" if entitled else f"{draw.randint(1950, 2020)}-05-06"
            population = {"person.name": f"居民{number}", "person.birth_date": born, "person.household": "460105", "person.alive": True,
                          "person.address": f"海口市秀英区演示街道演示社区 {number} 号"}  # fmt: skip
            civil = {"person.name": f"居民{number}", "person.elder_allowance": False}
            subject = vault.blind(identity, "identity")
            for register, facts in (("population", population), ("civil_affairs", civil)):
                rows.append((register, subject, vault.registers.seal_value(facts, about(register, subject)), clock.now))
        await owner.copy_records_to_table(
            "register_records", records=rows, columns=["register", "subject", "sealed", "at"]
        )
    await owner.execute("ANALYZE register_records")
    await owner.close()
    print(f"{persons:,} persons in two registers, sealed and stored in {time.perf_counter() - begun:.0f} s")


async def _night(work: Work, said: str) -> None:
    async with work.transaction() as tx:
        begun = await begin(tx)
        looks = await tx.db.fetch(
            """SELECT l.id, v.name FROM offer_looks l JOIN item_versions v ON (v.code, v.version) = (l.item_code, l.item_version)
               WHERE l.ended_at IS NULL ORDER BY l.item_code"""
        )
    print(f"\n{said}: {begun} offers, {_memory():.0f} MB at the beginning")
    for look in looks:
        started, spent, statements, after = time.perf_counter(), time.process_time(), 0, b""
        batches = 0
        while True:
            async with work.transaction() as tx:
                count = _counted(tx.db)
                last = await look_batch(tx, look["id"], after)
                statements += count()
            batches += 1
            if last is None:
                break
            after = last
        more = True
        while more:
            async with work.transaction() as tx:
                more = await recheck(tx, look["id"])
        took, processor = time.perf_counter() - started, time.process_time() - spent
        row = await work.pool.fetchrow("SELECT looked, entitled, offered FROM offer_looks WHERE id = $1", look["id"])
        print(
            f"{look['name']}: looked at {row['looked']:,}, entitled {row['entitled']:,}, offered {row['offered']:,}; {took:.1f} s, "
            f"{row['looked'] / took:,.0f} persons/s, processor {processor * 1e6 / max(row['looked'], 1):.0f} µs a person, "
            f"{statements / batches:.1f} statements a batch, {_memory():.0f} MB"
        )


def _counted(db: asyncpg.Connection) -> Any:
    """How many statements are sent over this connection from now on."""
    sent: list[int] = []
    db.add_query_logger(lambda _record: sent.append(1))
    return lambda: len(sent)


def _memory() -> float:
    """MB at most so far, of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
