"""From "take it back" to the agent's denial: her next request, and the stream she has open. Real PostgreSQL, fsync on.
On the principal's own phone, and by an officer who has him before her.

python -m tests.bench.revoke [TIMES]
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import msgspec

from backend.core.embedded import EmbeddedPostgres
from backend.settings import load
from tests.cases.town import Town, founded
from tests.postgres import cloned, environ_of, make_template
from tests.streams import heard, stream
from tests.web import Site, StoppedClock, running


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
        async with founded(settings) as town:
            case = await town.filed()
            demo = msgspec.structs.replace(settings, demo=True)
            async with running(demo, StoppedClock(town.now)) as site:
                await both_ways(site, town, f"/cases/{case.number}", times)


async def both_ways(site: Site, town: Town, path: str, times: int) -> None:
    daughter, father, officer = [await site.person(who) for who in ("daughter", "father", "window")]
    before_her = f"/desk/people/{await in_sight(town)}"
    for way, person, at in (("his own tap", father, ""), ("an officer's", officer, before_her)):
        spans = [await once(site, town, daughter, person, at, path) for _ in range(times)]
        for what, seconds in zip(("next request refused", "stream closed"), zip(*spans, strict=True), strict=True):
            median, longest = statistics.median(seconds) * 1000, max(seconds) * 1000
            print(f"{way}: {what}: median {median:.0f} ms, longest {longest:.0f} ms, {times} times")


async def once(
    site: Site, town: Town, daughter: httpx.AsyncClient, who_ends: httpx.AsyncClient, at: str, path: str
) -> tuple[float, float]:
    """Seconds from the tap to the refusal of the daughter's next request, and to the end of her stream."""
    mandate = await given(town)
    await daughter.post("/acting", data={"mandate": mandate, "principal": str(town.ids["father"])})
    assert (await daughter.get(path)).status_code == 200
    async with stream(site, daughter, f"{path}/events") as pieces:
        assert await heard(pieces) == "200"
        await heard(pieces)
        begun = time.monotonic()
        assert (await who_ends.post(f"{at}/mandates/{mandate}/revocation")).status_code == 303
        assert (await daughter.get(path)).status_code == 404
        refused = time.monotonic() - begun
        assert "event: end" in await heard(pieces)
        return refused, time.monotonic() - begun


async def in_sight(town: Town) -> str:
    """The officer at the window has the father before her."""
    sight = uuid4()
    owner = await asyncpg.connect(town.settings.database_url)
    await owner.execute(
        """INSERT INTO desk_sights (id, officer_id, person_id, way, at, expires_at)
           VALUES ($1, $2, $3, 'counter', $4::timestamptz, $4::timestamptz + interval '15 minutes')""",
        sight,
        town.ids["window"],
        town.ids["father"],
        town.now,
    )
    await owner.close()
    return str(sight)


async def given(town: Town) -> str:
    mandate = uuid4()
    owner = await asyncpg.connect(town.settings.database_url)
    await owner.execute(
        """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent, consent_hash, valid_from, valid_to, granted_at)
           VALUES ($1, $2, $3, 'entrusted', 'self', '{see,fill}', '', '', '2026-09-01', '2026-12-31', now())""",
        mandate,
        town.ids["father"],
        town.ids["daughter"],
    )
    await owner.close()
    return str(mandate)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
