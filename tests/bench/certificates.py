"""What held certificates cost: `python -m tests.bench.certificates`.

The father's cart is loaded with none, with five and with twenty certificates held (each opened, its hash and signature checked);
then a certificate is written down on a grant, and its PDF made.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from backend.cart.queries import open_draft
from backend.catalogue.queries import city
from backend.certificates import making
from backend.certificates.actions import take_from_register
from backend.certificates.queries import held_by
from backend.core.db import open_pool
from backend.core.embedded import EmbeddedPostgres
from backend.core.jobs import Work
from backend.core.keys import signing_key
from backend.settings import load
from tests.demo import load_demo
from tests.orders.shopping import THREE, put_in, transaction
from tests.postgres import cloned, environ_of, make_template
from tests.web import Site, running

TIMES = 60


async def main(server: EmbeddedPostgres) -> None:
    await make_template(server)
    async with cloned(server) as database:
        environ = {
            "DATA": str(server.home),
            "MASTER_KEY": "5a" * 32,
            "SUISHOUBAN_DEMO": "on",
            **environ_of(server, database),
        }
        settings = msgspec.structs.replace(
            load(environ), signing_key=signing_key(datetime(2026, 1, 1, tzinfo=UTC)).decode()
        )
        await load_demo(settings)
        async with running(settings) as site:
            father = await site.person("father")
            await put_in(site, father, THREE)
            pool = await open_pool(settings.login("worker"), 2)
            work, held = Work(pool, site.app.state.vault, settings, site.clock), list[object]()
            for wanted in (0, 5, 20):
                held += [await hold(site, work, serial) for serial in range(len(held), wanted)]

                async def load_cart() -> None:
                    async with transaction(site, father) as tx:
                        await open_draft(tx)

                async def load_held() -> None:
                    async with transaction(site, father) as tx:
                        await held_by(tx)

                print(
                    f"{wanted:3} held: cart {await taken(load_cart)}, the certificates alone {await taken(load_held)}"
                )
            begun = time.perf_counter()
            await making.make(work, held[0])
            print(f"PDF set, signed and kept: {time.perf_counter() - begun:.2f} s")
            await pool.close()


async def hold(site: Site, work: Work, serial: int) -> object:
    async with work.transaction() as tx:
        pack = (await city(tx.db)).pack
        holder = await tx.db.fetchval("SELECT id FROM accounts WHERE handle = 'father'")
        begun = time.perf_counter()
        made = await take_from_register(
            tx, pack, "tax_record", holder=holder, party=holder, serial=f"T{serial}", fields={"person.name": "林长福"},
            valid_from=date(2020, 1, 1), valid_until=None,
        )  # fmt: skip
        if serial == 19:
            print(f"written down, numbered and signed: {(time.perf_counter() - begun) * 1000:.1f} ms")
        return made


async def taken(do: Callable[[], Awaitable[None]]) -> str:
    """Milliseconds: the median on the wall, and in brackets the least of the processor, which other work does not touch."""
    wall, processor = list[float](), list[float]()
    for number in range(TIMES + 3):
        begun, cpu = time.perf_counter(), time.process_time()
        await do()
        if number >= 3:
            wall.append((time.perf_counter() - begun) * 1000)
            processor.append((time.process_time() - cpu) * 1000)
    return f"{statistics.median(wall):.1f} ms ({min(processor):.1f})"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            asyncio.run(main(server))
        finally:
            server.stop()
