"""What the queue page costs with ten thousand, a hundred thousand and a million stored cases, and the ratio of the ends.

python -m tests.bench.queue [TIMES]

One PostgreSQL, the real application in this process; server time from the request to the whole page, signed in as an
officer of one department and as one of every department. Seven of ten cases are decided, the others spread over states,
items, dates and officers. Prints the median and the slowest of each, and the work: what the two
processes computed for one page, which a busy machine does not change. Targets: 30 ms at a million, a ratio of 1.3.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec

from backend.core.db import connect
from backend.core.embedded import EmbeddedPostgres
from backend.settings import Login, load
from tests.demo import load_demo
from tests.postgres import cloned, environ_of, make_template
from tests.web import StoppedClock, running

SIZES = tuple(int(size) for size in os.environ.get("SIZES", "10000 100000 1000000").split())
BATCH = 50_000
PAGES = {
    "the queue": "/desk", "received": "/desk?state=submitted", "overdue": "/desk?colour=red", "nobody's": "/desk?holder=nobody",
    "mine": "/desk?holder=me", "one item": "/desk?item={item}", "one item, waiting, nobody's": "/desk?item={item}&state=correcting&holder=nobody",
    "to hand out": "/desk?hand_out=yes", "a page far down": "/desk?after={far}",
}  # fmt: skip
COLUMNS = (
    "id", "number", "order_id", "principal_id", "actor_id", "item_code", "item_version", "department_id", "state", "bound", "facts_sealed",
    "officer_id", "received_at", "decided_at", "due", "due_clock",
)  # fmt: skip


def main(times: int) -> None:
    with tempfile.TemporaryDirectory(prefix="suishouban-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start()
        try:
            asyncio.run(measured(server, Path(folder), times))
        finally:
            server.stop()


async def measured(server: EmbeddedPostgres, folder: Path, times: int) -> None:
    await make_template(server)
    async with cloned(server) as name:
        settings = load({"DATA": str(folder), "MASTER_KEY": "5a" * 32, **environ_of(server, name)})
        await load_demo(settings)
        owner = await connect(settings.login("owner"))
        await everywhere(owner)
        found: dict[str, list[float]] = {}
        async with running(msgspec.structs.replace(settings, demo=True)) as site:
            people = {
                "one department": await site.person("officer-civil"),
                "every department": await site.person("officer-second"),
            }
            seeded = 0
            for size in SIZES:
                await seed(owner, settings.login("owner"), seeded, size)
                seeded = size
                await told(owner, people, size, times, found)
        await owner.close()
        for what, medians in found.items():
            print(f"{what}: {medians[-1] / medians[0]:.2f} times as long with {SIZES[-1]:,} cases as with {SIZES[0]:,}")


async def everywhere(owner: asyncpg.Connection) -> None:
    """The second officer sits at the integrated window of every department."""
    await owner.execute(
        """INSERT INTO officer_roles (account_id, department_id, role, valid_from)
           SELECT a.id, d.id, 'window', DATE '2026-01-01' FROM accounts a, departments d WHERE a.handle = 'officer-second' ON CONFLICT DO NOTHING"""
    )


async def told(
    owner: asyncpg.Connection,
    people: dict[str, httpx.AsyncClient],
    size: int,
    times: int,
    found: dict[str, list[float]],
) -> None:
    item = await owner.fetchval("SELECT code FROM items WHERE name = '护理补贴'")
    far = await owner.fetchrow(
        "SELECT due, id FROM cases WHERE department_id = '民政局' AND decided_at IS NULL ORDER BY due, id OFFSET $1 LIMIT 1", size // 100
    )  # fmt: skip
    print(f"\n{size:,} cases")
    for who, person in people.items():
        for what, path in PAGES.items():
            address = path.format(item=item, far=f"{far['due']}_{far['id']}")
            took = await measure(owner, person, address, times)
            print(
                f"  {who:17} {what:28} p50 {took.median:5.1f} ms   max {took.slowest:5.1f} ms   work {took.work:5.1f} ms",
                flush=True,
            )
            found.setdefault(f"{who}, {what}", []).append(took.work)


class Measured(msgspec.Struct, frozen=True):
    """Milliseconds. `work`: what both processes computed for one page, on however busy a machine."""

    median: float
    slowest: float
    work: float


async def measure(owner: asyncpg.Connection, person: httpx.AsyncClient, path: str, times: int) -> Measured:
    for _ in range(3):
        await once(person, path)
    backends = [
        row["pid"]
        for row in await owner.fetch(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
    ]
    before, own = sum(map(ticks, backends)), time.process_time()
    spans = [await once(person, path) for _ in range(times)]
    work = time.process_time() - own + (sum(map(ticks, backends)) - before) / os.sysconf("SC_CLK_TCK")
    return Measured(statistics.median(spans) * 1000, max(spans) * 1000, work / times * 1000)


def ticks(pid: int) -> int:
    """Computed so far, in ticks of a hundredth of a second; 0 of a process that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


async def once(person: httpx.AsyncClient, path: str) -> float:
    begun = time.perf_counter()
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return time.perf_counter() - begun


async def seed(owner: asyncpg.Connection, login: Login, have: int, want: int) -> None:
    """Brings the table from `have` to `want` rows; the triggers sleep meanwhile, the indexes do not."""
    base = await _base(owner)
    await owner.execute("ALTER TABLE cases DISABLE TRIGGER USER")
    # A connection as it comes: ours speaks JSON as text, COPY wants it as it is stored.
    copying = await asyncpg.connect(login.dsn, server_settings={"role": login.role} if login.role else {})
    for start in range(have, want, BATCH):
        rows = list(cases(base, start, min(start + BATCH, want)))
        await copying.copy_records_to_table("cases", records=rows, columns=COLUMNS)
        print(f"\r{start + len(rows):,} of {want:,} seeded", end="", file=sys.stderr, flush=True)
    await copying.close()
    print(file=sys.stderr)
    await owner.execute("ALTER TABLE cases ENABLE TRIGGER USER")
    await owner.execute("VACUUM ANALYZE cases")


async def _base(owner: asyncpg.Connection) -> dict[str, Any]:
    """An order of the father's that all the cases belong to, the items, the officers."""
    father = await owner.fetchval("SELECT id FROM accounts WHERE handle = 'father'")
    order = await owner.fetchval("SELECT id FROM orders LIMIT 1")
    if order is None:
        order, cart = uuid4(), uuid4()
        await owner.execute(
            "INSERT INTO carts (id, principal_id, actor_id, state) VALUES ($1, $2, $2, 'filed')", cart, father
        )
        await owner.execute(
            """INSERT INTO orders (id, number, principal_id, actor_id, cart_id, channel, filed_at)
               VALUES ($1, 'seeded', $2, $2, $3, 'online', $4)""",
            order, father, cart, StoppedClock()(),
        )  # fmt: skip
    items = await owner.fetch(
        "SELECT code, version, department_id FROM items WHERE kind = 'item' AND department_id IS NOT NULL ORDER BY code"
    )
    officers = await owner.fetch(
        "SELECT account_id FROM officer_roles WHERE department_id = '民政局' AND role = 'reviewer'"
    )
    return {"father": father, "order": order, "items": items, "officers": [row["account_id"] for row in officers]}


def cases(base: dict[str, Any], start: int, end: int) -> Iterator[tuple[Any, ...]]:
    chance, now = Random(start), StoppedClock()()
    ours = [item for item in base["items"] if item["department_id"] == "民政局"]
    for n in range(start, end):
        # Half of all at one department, so that its queue alone grows to more than a hundred thousand.
        item = chance.choice(ours if n % 2 else base["items"])
        open_ = chance.random() < 0.3
        state = chance.choice(("submitted", "submitted", "accepted", "accepted", "accepted", "correcting", "suspended")) if open_ else chance.choice(("delivered", "delivered", "refused", "granted"))  # fmt: skip
        received = now - timedelta(days=chance.randrange(0, 30 if open_ else 900), minutes=chance.randrange(1440))
        officer = chance.choice(base["officers"]) if base["officers"] and chance.random() < 0.6 else None
        due = (now + timedelta(days=chance.randrange(-6, 40))).date() if open_ or state == "granted" else None
        yield (
            UUID(int=chance.getrandbits(128)), f"46010020260925{n:06d}X", base["order"], base["father"], base["father"],
            item["code"], item["version"], item["department_id"], state, "{}", b"seeded", officer, received, None if open_ else received, due,
            "decision" if due else None,
        )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
