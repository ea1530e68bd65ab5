"""From "take it back" to the agent's denial, everywhere she had something of his: the page she has open, its stream, a file's
link, the cart she fills for him, his fact in the JSON, a push that waits. Real PostgreSQL, fsync on.

python -m tests.bench.revoke [TIMES]
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec

from backend.core.embedded import EmbeddedPostgres
from backend.core.jobs import Work
from backend.core.keys import create_missing
from backend.notifications.model import Channel
from backend.settings import load
from tests.access.city import City, build, client
from tests.access.table import CIVIL, DAUGHTER, FATHER
from tests.notifications.knocks import sent_out
from tests.postgres import cloned, environ_of, make_template
from tests.streams import heard, stream
from tests.web import Site, running

TARGET = 1.0  # seconds


def main(times: int) -> None:
    with tempfile.TemporaryDirectory(prefix="suishouban-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start()
        try:
            spans = asyncio.run(measured(server, Path(folder), times))
        finally:
            server.stop()
    late = 0
    for what, seconds in spans.items():
        late += sum(span > TARGET for span in seconds)
        middle, longest = statistics.median(seconds) * 1000, max(seconds) * 1000
        print(f"{what}: p50 {middle:.0f} ms, max {longest:.0f} ms, {len(seconds)} times")
    sys.exit(1 if late else 0)


async def measured(server: EmbeddedPostgres, folder: Path, times: int) -> dict[str, list[float]]:
    await make_template(server)
    async with cloned(server) as name:
        create_missing(folder)
        settings = load({"DATA": str(folder), "MASTER_KEY": "5a" * 32, **environ_of(server, name)})
        settings = msgspec.structs.replace(settings, vapid_key=(folder / "secrets" / "vapid.pem").read_text())
        city = await build(settings)
        owner = await asyncpg.connect(settings.login("owner").dsn)
        spans: dict[str, list[float]] = {}
        async with running(settings) as site:
            for way, who, before in (
                ("his own tap", FATHER, ""),
                ("an officer's", CIVIL, f"/desk/people/{city.targets['sight']}"),
            ):
                for _ in range(times):
                    for what, span in (await once(site, city, owner, client(site, city, who), before)).items():
                        spans.setdefault(f"{way}: {what}", []).append(span)
        await owner.close()
        return spans


async def once(
    site: Site, city: City, owner: asyncpg.Connection, who_ends: httpx.AsyncClient, before: str
) -> dict[str, float]:
    """Seconds from the tap to each denial; a fresh mandate and a waiting push before it."""
    mandate = await given(city, owner)
    daughter = client(site, city, DAUGHTER)
    await daughter.post("/acting", data={"mandate": str(mandate), "principal": str(city.ids[FATHER])})
    case, file = f"/cases/{city.targets['case']}", f"/files/{city.targets['held file']}"
    pages: dict[str, Callable[[], Awaitable[bool]]] = {
        "next click on a page": lambda: denied(daughter, case),
        "a file's link": lambda: denied(daughter, file),
        "the cart filled for him": lambda: gone(daughter, "/cart/sheet", "for-him"),
        "his case in the JSON": lambda: denied(daughter, f"/api/v1{case}"),
        "the live number of her inbox": lambda: gone(daughter, "/inbox", city.targets["case"]),
    }
    for path in (case, file):
        assert (await daughter.get(path)).status_code == 200, path
    push = await waiting_push(city, owner)
    spans: dict[str, float] = {}
    async with stream(site, daughter, f"{case}/events") as pieces:
        assert await heard(pieces) == "200"
        await heard(pieces)
        begun = time.monotonic()
        assert (await who_ends.post(f"{before}/mandates/{mandate}/revocation")).status_code == 303
        for what, look in pages.items():
            assert await look(), what
            spans[what] = time.monotonic() - begun
        while "event: end" not in await heard(pieces):
            pass
        spans["the stream is closed"] = time.monotonic() - begun
    spans["a waiting push is dropped"] = await dropped(site, owner, push)
    return spans


async def denied(person: httpx.AsyncClient, path: str) -> bool:
    return (await person.get(path)).status_code == 404


async def gone(person: httpx.AsyncClient, path: str, word: str) -> bool:
    """Nothing of his stands there any more; her own page may."""
    answer = await person.get(path)
    return answer.status_code in (200, 303) and "acting-who" not in answer.text and word not in answer.text


async def waiting_push(city: City, owner: asyncpg.Connection) -> UUID:
    """What an officer did a moment ago, on its way to her telephone."""
    notice = uuid4()
    await owner.execute(
        """INSERT INTO notices (id, event_id, person_id, channel, case_id, state, words, created_at)
           SELECT $1, max(e.id), $2, 'push', c.id, 'queued', '{"kind": "granted"}', now() FROM cases c JOIN events e ON e.case_id = c.id
           WHERE c.number = $3 GROUP BY c.id ON CONFLICT (event_id, person_id, channel) DO UPDATE SET state = 'queued', problem = NULL""",
        notice, city.ids[DAUGHTER], city.targets["case"],
    )  # fmt: skip
    return await owner.fetchval(
        "SELECT id FROM notices WHERE person_id = $1 AND channel = 'push' AND state = 'queued'", city.ids[DAUGHTER]
    )


async def dropped(site: Site, owner: asyncpg.Connection, push: UUID) -> float:
    """How long its job takes to find that it may not go any more."""
    pool = await asyncpg.create_pool(site.app.state.settings.login("worker").dsn, min_size=1, max_size=1)
    work = Work(pool, site.app.state.vault, site.app.state.settings, lambda: datetime.now(UTC))
    begun = time.monotonic()
    await sent_out(work, Channel.PUSH)
    span = time.monotonic() - begun
    state = await owner.fetchrow("SELECT state, problem FROM notices WHERE id = $1", push)
    assert tuple(state.values()) == ("merged", "the mandate ended first"), state
    await work.close()
    await pool.close()
    return span


async def given(city: City, owner: asyncpg.Connection) -> UUID:
    """The mandate that is to be taken back; those from before are over."""
    father, daughter = city.ids[FATHER], city.ids[DAUGHTER]
    await owner.execute(
        "UPDATE mandates SET ended_at = now(), end_reason = 'replaced' WHERE agent_id = $1 AND ended_at IS NULL",
        daughter,
    )
    mandate = uuid4()
    await owner.execute(
        """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent_hash, valid_from, valid_to, granted_at)
           VALUES ($1, $2, $3, 'entrusted', 'self', '{see,fill,submit,correct}', '', '2026-09-01', '2026-12-31', now())""",
        mandate, father, daughter,
    )  # fmt: skip
    return mandate


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
