"""What registers cost a filing: `python -m tests.bench.registers`.

The old man's allowance is filed and granted, in one process on a real PostgreSQL as durable as a city's: with everything pushed here, and with every
register asked over the network and its answers kept. Median of the filing alone. Then questions a second of one worker against a register on this machine.
Prints and never fails.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import msgspec

from backend.core import keys
from backend.core.crypto import Vault
from backend.core.db import connect, open_pool
from backend.core.embedded import EmbeddedPostgres, at, prepare_with
from backend.core.jobs import Work
from backend.core.migrate import migrate_for
from backend.registers.asking import put, wish
from backend.registers.breaker import know
from backend.registers.model import Wish
from backend.settings import Settings, load
from tests.demo import load_demo
from tests.fakes.register_server import RegisterServer, register_server
from tests.orders.conftest import acting_daughter
from tests.orders.shopping import fill_in, form, put_in, reviewed
from tests.web import Site, running

ITEM, FATHER, OTHERS = "高龄老人长寿补贴", "460199194403051015", 400
TIMES = 25
TARGET = "target: a filing with registers asked takes no longer than one with registers pushed (within 10 %)"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="suishouban-registers-") as folder:
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
    async with running(settings) as site, register_server(await _pushed(settings)) as register:
        register.clock = site.clock
        doors = msgspec.json.encode(register.endpoints(patience=4.0)).decode()
        pool = await open_pool(settings.login("worker"), 8)
        asked = msgspec.structs.replace(settings, registers=doors)
        work = Work(pool, Vault(settings.master_key or ""), asked, site.clock)
        pushed = await _filings(site, "pushed")
        async with work.transaction() as tx:
            await know(tx, register.records)
            await tx.db.execute("DELETE FROM register_records WHERE register = ANY ($1)", list(register.records))
        await _ask(work, [FATHER])
        network = await _filings(site, "asked")
        print(f"filing, registers pushed: {pushed:.1f} ms\nfiling, registers asked:  {network:.1f} ms\n{TARGET}")
        await _questions(work, register)
        await work.close()
        await pool.close()


async def _pushed(settings: Settings) -> dict[str, dict[str, dict[str, object]]]:
    """What the cast's registers say of the father, as another authority would."""
    owner = await connect(settings.login("owner"))
    vault = Vault(settings.master_key or "")
    rows = await owner.fetch("SELECT register, subject, sealed FROM register_records WHERE subject = $1", vault.blind(FATHER, "identity"))  # fmt: skip
    await owner.close()
    about = "register:{}:{}".format
    return {r["register"]: {FATHER: vault.registers.open_value(r["sealed"], about(r["register"], r["subject"].hex()))} for r in rows}  # fmt: skip


async def _filings(site: Site, name: str) -> float:
    person, taken = await acting_daughter(site), []
    for number in range(TIMES):
        await put_in(site, person, [ITEM])
        await fill_in(site, person)
        sent = form(await reviewed(site, person), f"bench-{name}-{number}")
        begun = time.perf_counter()
        answer = await person.post("/orders", data=sent)
        taken.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 303, answer.text[:300]
    return statistics.median(taken)


async def _ask(work: Work, numbers: list[str]) -> None:
    async with work.transaction() as tx:
        known = [row["register"] for row in await tx.db.fetch("SELECT register FROM register_breakers")]
        father = await tx.db.fetchval("SELECT id FROM accounts WHERE handle = 'father'")
        wishes = [
            Wish(register=one, number=n, items=("460100-MZ-001",), basis="bench") for n in numbers for one in known
        ]
        await wish(tx, wishes, principal=father)
        requests = [row["id"] for row in await tx.db.fetch("SELECT id FROM register_requests WHERE state = 'waiting'")]
    limit = asyncio.Semaphore(24)

    async def one(request) -> None:  # type: ignore[no-untyped-def]
        async with limit:
            await put(work, request)

    await asyncio.gather(*map(one, requests))


async def _questions(work: Work, register: RegisterServer) -> None:
    numbers = [f"number-{n}" for n in range(OTHERS)]
    before, begun = len(register.asked), time.perf_counter()
    await _ask(work, numbers)
    taken = time.perf_counter() - begun
    print(
        f"questions: {(len(register.asked) - before) / taken:.0f} a second, signed both ways, kept or known to be nobody"
    )


if __name__ == "__main__":
    main()
