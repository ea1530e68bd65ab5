"""How many pushes one worker process sends a second, and how long one takes from its event. Real PostgreSQL, fsync on.

python -m tests.bench.notices [NOTICES]
"""

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

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.core.crypto import Vault
from backend.core.db import Tx, connect, wall_clock
from backend.core.embedded import EmbeddedPostgres
from backend.core.events import NewEvent, record
from backend.core.keys import create_missing
from backend.settings import ROLES, Settings, environ_of, load
from tests.core.working import until
from tests.fakes.push_service import free_port
from tests.notifications.knocks import browser_keys
from tests.postgres import cloned, make_template

PEOPLE, PACE = 500, 0.05  # seconds between two events when latency is measured
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


def main(notices: int) -> None:
    with tempfile.TemporaryDirectory(prefix="suishouban-bench-") as folder:
        create_missing(Path(folder))
        server, port = EmbeddedPostgres(Path(folder)), free_port()
        server.start()
        sink = subprocess.Popen([sys.executable, "-c", SINK, str(port)])
        try:
            asyncio.run(prepared(server, Path(folder), port, notices))
        finally:
            sink.kill()
            server.stop()


async def prepared(server: EmbeddedPostgres, data: Path, port: int, notices: int) -> None:
    await make_template(server)
    async with cloned(server) as name:
        await measure(settings_for(server, name, data, port), notices)


def settings_for(server: EmbeddedPostgres, database: str, data: Path, port: int) -> Settings:
    urls = {
        f"DATABASE_URL{end}": server.url(ROLES[role], database)
        for role, end in (("owner", ""), ("web", "_WEB"), ("worker", "_WORKER"))
    }
    return load({"DATA": str(data), "PUSH_ALLOWED": f"http://127.0.0.1:{port}", "QUIET_HOURS": "none", **urls})


async def measure(settings: Settings, notices: int) -> None:
    owner = await connect(settings.login("owner"))
    people = await settle(owner, settings)
    for start in range(0, notices, 100):
        await happen(owner, settings, [people[n % PEOPLE] for n in range(start, min(start + 100, notices))])
    worker = await asyncio.to_thread(start_worker, settings)
    try:
        await drained(owner, 1)
        begun, worked = time.monotonic(), processor(worker.pid)
        await drained(owner, notices)
        took, worked = time.monotonic() - begun, processor(worker.pid) - worked
        print(f"drained {notices} pushes: {notices / took:.0f} a second by one worker")
        print(
            f"the worker's own processor time: {worked / notices * 1000:.1f} ms a push ({os.getloadavg()[0]:.0f} others wait for the cores)"
        )
        await latency(owner, settings, people)
        print(f"worker's memory: {memory(worker.pid):.0f} MB")
    finally:
        worker.terminate()
        worker.wait(15)
        await owner.close()


async def settle(owner: asyncpg.Connection, settings: Settings) -> list[UUID]:
    """People with one browser each at the sink."""
    people, vault = [], Vault(settings.master_key or "")
    async with owner.transaction():
        for _ in range(PEOPLE):
            people.append(await open_account(Tx(owner, vault, wall_clock()), NewAccount(kind="person", name="某人")))
            await owner.execute(
                "INSERT INTO push_subscriptions (id, account_id, endpoint, p256dh, auth, created_at) VALUES ($1, $2, $3, $4, $5, now())",
                uuid4(), people[-1], f"{settings.push_allowed[0]}/{people[-1]}", *browser_keys(),
            )  # fmt: skip
    return people


async def happen(owner: asyncpg.Connection, settings: Settings, people: list[UUID]) -> None:
    """One transaction in which something happens to each of them."""
    async with owner.transaction():
        tx = Tx(owner, Vault(settings.master_key or ""), wall_clock())
        await record(tx, [NewEvent(kind="granted", principal_id=person, actor_kind="machine") for person in people])


async def drained(owner: asyncpg.Connection, wanted: int) -> None:
    await until(
        owner, "SELECT count(*) >= $1 FROM notices WHERE channel = 'push' AND state = 'sent'", wanted, patience=600
    )


async def latency(owner: asyncpg.Connection, settings: Settings, people: list[UUID]) -> None:
    first = await owner.fetchval("SELECT max(id) FROM events")
    for person in people[:200]:
        await happen(owner, settings, [person])
        await asyncio.sleep(PACE)
    await asyncio.sleep(2)
    rows = await owner.fetch(
        """SELECT extract(epoch FROM n.sent_at - e.at)::float8 AS took FROM notices n JOIN events e ON e.id = n.event_id
           WHERE n.channel = 'push' AND n.state = 'sent' AND e.id > $1""",
        first,
    )
    took = statistics.quantiles([row["took"] * 1000 for row in rows], n=100)
    print(
        f"event to sent, {len(rows)} at {1 / PACE:.0f} a second: p50 {took[49]:.0f}, p95 {took[94]:.0f}, p99 {took[98]:.0f} ms"
    )


def start_worker(settings: Settings) -> subprocess.Popen[bytes]:
    told = {**os.environ, **environ_of(settings), "PUSH_ALLOWED": " ".join(settings.push_allowed)}
    return subprocess.Popen([sys.executable, "-m", "backend", "worker"], env=told)


def processor(process: int) -> float:
    """Seconds of processor time it has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
