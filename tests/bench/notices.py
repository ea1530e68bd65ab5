"""How many pushes one worker sends a second while filing goes on, how long one takes from its event, and whether one office's
many keep another's waiting. Real PostgreSQL, fsync on, the worker a process of its own, a push service that answers at once.

python -m tests.bench.notices [--backlog 100000] [--filing] [--minutes 5]

`--filing`: five orders a second are filed beside it, and another office tells people, too. Ends when the backlog is sent, or after
`--minutes` of sending (what was sent until then counts), and half a minute more of ordinary load.

Targets: 300 a second by one worker; of the others' pushes, and of all under ordinary load, 99 of 100 within 2 s of their event.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import msgspec

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.core.db import Tx, connect, wall_clock
from backend.core.embedded import EmbeddedPostgres
from backend.core.events import NewEvent, record
from backend.core.keys import create_missing
from backend.settings import ROLES, Settings, environ_of, load
from tests.cases.town import DEPARTMENT, Town, founded
from tests.fakes.push_service import free_port
from tests.notifications.knocks import browser_keys
from tests.postgres import cloned, make_template

PEOPLE = 500
OTHERS, FILINGS = 0.1, 0.2  # seconds between two events of another office; between two filings
ORDINARY, PACE = 400, 0.05  # pushes under ordinary load, and the seconds between two of them
SINK = """
import asyncio, sys
ANSWER = b"HTTP/1.1 201 Created\\r\\nContent-Length: 0\\r\\n\\r\\n"
class Sink(asyncio.Protocol):
    def connection_made(self, transport): self.transport, self.data = transport, b""
    def data_received(self, data):
        self.data += data
        while (end := self.data.find(b"\\r\\n\\r\\n")) >= 0:
            length = int(self.data[:end].lower().split(b"content-length:")[1].split(b"\\r\\n")[0])
            if len(self.data) < end + 4 + length: return
            self.data = self.data[end + 4 + length:]
            self.transport.write(ANSWER)
async def main():
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()
asyncio.run(main())
"""


class Asked(msgspec.Struct, frozen=True):
    backlog: int
    filing: bool
    minutes: float


def main(asked: Asked) -> None:
    with tempfile.TemporaryDirectory(prefix="suishouban-bench-") as folder:
        create_missing(Path(folder))
        server, port = EmbeddedPostgres(Path(folder)), free_port()
        server.start()
        sink = subprocess.Popen([sys.executable, "-c", SINK, str(port)])
        try:
            asyncio.run(prepared(server, Path(folder), port, asked))
        finally:
            sink.kill()
            server.stop()


async def prepared(server: EmbeddedPostgres, data: Path, port: int, asked: Asked) -> None:
    await make_template(server)
    async with cloned(server) as name, founded(settings_for(server, name, data, port)) as town:
        town.now = wall_clock()
        owner = await connect(town.settings.login("owner"))
        try:
            await measure(town, owner, asked)
        finally:
            await owner.close()


def settings_for(server: EmbeddedPostgres, database: str, data: Path, port: int) -> Settings:
    urls = {
        f"DATABASE_URL{end}": server.url(ROLES[role], database)
        for role, end in (("owner", ""), ("web", "_WEB"), ("worker", "_WORKER"))
    }
    return load({"DATA": str(data), "PUSH_ALLOWED": f"http://127.0.0.1:{port}", "QUIET_HOURS": "none", **urls})


async def measure(town: Town, owner: asyncpg.Connection, asked: Asked) -> None:
    people = await settle(town, owner)
    await queue(town, owner, people, asked.backlog)
    worker = await asyncio.to_thread(start_worker, town.settings)
    filed: list[float] = []
    load = (
        [asyncio.create_task(others(town, people)), asyncio.create_task(filings(town, filed))] if asked.filing else []
    )
    try:
        await drained(owner, 1, 1)
        begun, worked, filed[:] = time.monotonic(), processor(worker.pid), []
        sent = await drained(owner, asked.backlog, asked.minutes)
        took, worked = time.monotonic() - begun, processor(worker.pid) - worked
        await stopped(load)
        print(
            f"{sent} of a backlog of {asked.backlog}: {sent / took:.0f} a second by one worker, load {os.getloadavg()[0]:.0f}"
        )
        print(
            f"the worker's processor time, all it did: {worked / sent * 1000:.2f} ms a push; memory {memory(worker.pid):.0f} MB"
        )
        if asked.filing:
            said = spread(filed)
            print(f"filing meanwhile, {len(filed) / took:.1f} orders a second: {said}")
            await report(owner, "meanwhile, of another office", "住房局", 0)
        if sent >= asked.backlog:  # else the rest of it would be measured, too
            last = await owner.fetchval("SELECT max(id) FROM events")
            await ordinary(town, people)
            await report(owner, f"ordinary load, {1 / PACE:.0f} a second", "住房局", last)
    finally:
        worker.terminate()
        worker.wait(15)


def spread(seconds: list[float]) -> str:
    cut = statistics.quantiles(seconds, n=100)
    return f"p50 {cut[49] * 1000:.0f} ms, p95 {cut[94] * 1000:.0f} ms, p99 {cut[98] * 1000:.0f} ms"


async def settle(town: Town, owner: asyncpg.Connection) -> list[UUID]:
    """People with one browser each at the sink."""
    people = []
    async with owner.transaction():
        for _ in range(PEOPLE):
            people.append(await open_account(Tx(owner, town.vault, town.now), NewAccount(kind="person", name="某人")))
            await owner.execute(
                "INSERT INTO push_subscriptions (id, account_id, endpoint, p256dh, auth, created_at) VALUES ($1, $2, $3, $4, $5, now())",
                uuid4(), people[-1], f"{town.settings.push_allowed[0]}/{people[-1]}", *browser_keys(),
            )  # fmt: skip
    return people


async def queue(town: Town, owner: asyncpg.Connection, people: list[UUID], backlog: int) -> None:
    """Told already and waiting, all of one office: written as `tell` writes it, quicker."""
    async with owner.transaction():
        await owner.execute(
            """WITH new AS (INSERT INTO events (principal_id, department_id, kind, actor_kind, at, public, data)
                   SELECT ($1::uuid[])[1 + n % cardinality($1)], $2, 'refused', 'officer', now(), true, '{}' FROM generate_series(1, $3) n
                   RETURNING id, principal_id)
               INSERT INTO notices (id, event_id, person_id, channel, state, words, lane, created_at)
               SELECT gen_random_uuid(), id, principal_id, 'push', 'queued', '{"kind": "refused"}', $2, now() FROM new""",
            people,
            DEPARTMENT,
            backlog,
        )
    await owner.execute("ANALYZE notices")


async def others(town: Town, people: list[UUID]) -> None:
    """Something happens at another office, again and again."""
    while True:
        for person in people:
            await happen(town, person)
            await asyncio.sleep(OTHERS)


async def happen(town: Town, person: UUID) -> None:
    town.now = wall_clock()
    async with town.machine() as tx:
        await record(
            tx, [NewEvent(kind="refused", principal_id=person, actor_kind="officer", department_id="住房局", data={})]
        )


async def filings(town: Town, took: list[float]) -> None:
    """One after the other, five a second where each is quick enough; how long each took."""
    while True:
        begun = time.monotonic()
        await town.filed("father")
        took.append(time.monotonic() - begun)
        await asyncio.sleep(max(0.0, FILINGS - took[-1]))


async def stopped(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for end in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(end, Exception):
            raise end
    await asyncio.sleep(2)


async def drained(owner: asyncpg.Connection, wanted: int, minutes: float) -> int:
    """How many were sent, by the day's counts: to count the notices themselves would cost more than to send them."""
    over = time.monotonic() + minutes * 60
    while True:
        sent = int(await owner.fetchval("SELECT sum(sent) FROM sending_days WHERE channel = 'push'") or 0)
        if sent >= wanted or time.monotonic() > over:
            return sent
        await asyncio.sleep(0.1)


async def ordinary(town: Town, people: list[UUID]) -> None:
    for person in people[:ORDINARY]:
        await happen(town, person)
        await asyncio.sleep(PACE)
    await asyncio.sleep(3)


class Spans(msgspec.Struct, frozen=True):
    told: int
    sent: int
    spans: list[float]


async def report(owner: asyncpg.Connection, what: str, lane: str, after: int) -> None:
    row = await owner.fetchrow(
        """SELECT count(*) AS told, count(n.sent_at) AS sent,
                  array_agg(extract(epoch FROM n.sent_at - e.at)::float8) FILTER (WHERE n.sent_at IS NOT NULL) AS spans
           FROM notices n JOIN events e ON e.id = n.event_id WHERE n.channel = 'push' AND n.lane = $1 AND e.id > $2""",
        lane,
        after,
    )
    found = msgspec.convert(row, Spans)
    soon = sum(span <= 2 for span in found.spans) / found.told
    print(
        f"{what}: {found.sent} of {found.told} sent, event to sent {spread(found.spans)};"
        f" within 2 s {soon:.1%}; load {os.getloadavg()[0]:.0f}"
    )


def start_worker(settings: Settings) -> subprocess.Popen[bytes]:
    told = {**os.environ, **environ_of(settings), "PUSH_ALLOWED": " ".join(settings.push_allowed)}
    return subprocess.Popen([sys.executable, "-m", "backend", "worker"], env=told)


def processor(process: int) -> float:
    """Seconds of processor time it has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """All it holds, in MB, with what it shares with others."""
    return _rollup(process, "Rss")


def share(process: int) -> float:
    """The same, of what is shared its share only."""
    return _rollup(process, "Pss")


def _rollup(process: int, what: str) -> float:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{what}:"))


def asked_for() -> Asked:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backlog", type=int, default=100_000)
    parser.add_argument("--filing", action="store_true")
    parser.add_argument("--minutes", type=float, default=5)
    return Asked(**vars(parser.parse_args()))


if __name__ == "__main__":
    main(asked_for())
