"""What the bounds of a mandate cost: the sheet and the cart with thirty lines, for the principal himself and under a mandate.

python -m tests.bench.sight [TIMES]
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx
import msgspec

from backend.core.db import connect
from backend.core.embedded import EmbeddedPostgres
from backend.settings import load
from tests.demo import load_demo
from tests.orders.shopping import act_for_father, put_in
from tests.postgres import cloned, environ_of, make_template
from tests.web import Site, running

LINES = 30


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
        async with running(msgspec.structs.replace(settings, demo=True)) as site:
            daughter, father = await site.person("daughter"), await site.person("father")
            await act_for_father(site, daughter)
            for who, person in (("himself", father), ("under a mandate", daughter)):
                await thirty(site, person)
                for path in ("/cart/sheet", "/cart"):
                    spans = [await once(person, path) for _ in range(times)]
                    print(
                        f"{path} with {LINES} lines, {who}: p50 {statistics.median(spans) * 1000:.0f} ms, max {max(spans) * 1000:.0f} ms"
                    )


async def thirty(site: Site, person: httpx.AsyncClient) -> None:
    """Things an agent may do, as many as one cart takes."""
    owner = await connect(site.app.state.settings.login("owner"))
    names = [row["name"] for row in await owner.fetch(
        """SELECT i.name FROM items i JOIN item_versions v ON (v.code, v.version) = (i.code, i.version)
           WHERE i.kind = 'item' AND (v.data->'item'->>'agent')::boolean ORDER BY i.code LIMIT $1""", LINES)]  # fmt: skip
    await owner.close()
    await put_in(site, person, names)


async def once(person: httpx.AsyncClient, path: str) -> float:
    begun = time.perf_counter()
    assert (await person.get(path)).status_code == 200
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
