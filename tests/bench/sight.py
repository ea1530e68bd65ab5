"""What the bounds of a mandate cost: the sheet and the cart with thirty lines, for the principal himself and under a mandate;
and in the database alone, where loading 180 facts, 180 answers and the scope is asked of the policies.

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
            await in_the_database(site)


# Each as the web role asks it, with the father's account as $1.
ASKED = {
    "facts": "SELECT f.element FROM parties p JOIN facts f ON f.party_id = p.id WHERE p.principal_id = $1",
    "answers": "SELECT a.element FROM answers a JOIN carts c ON c.id = a.cart_id WHERE c.principal_id = $1",
    "scope": """WITH asked AS MATERIALIZED (SELECT s.elements FROM my_items() i JOIN item_scopes s USING (code) WHERE i.principal_id = $1)
                SELECT DISTINCT unnest(elements) FROM asked""",
}


async def in_the_database(site: Site) -> None:
    """The least of many times: what the processor needs, however busy the machine is."""
    settings = site.app.state.settings
    owner = await connect(settings.login("owner"))
    people = dict(await owner.fetch("SELECT handle, id FROM accounts WHERE handle IN ('father', 'daughter')"))
    await owner.execute(
        """INSERT INTO facts (party_id, element, source, sealed, trust, at) SELECT $1, e, 'bench.' || n, '', 'D', now()
           FROM (SELECT DISTINCT unnest(elements) AS e FROM item_scopes WHERE agent) x, generate_series(1, 3) n WHERE e LIKE 'person.%'""",
        people["father"],
    )
    await owner.execute(
        """INSERT INTO answers (cart_id, subject, element, sealed) SELECT c.id, gen_random_uuid(), e, '' FROM carts c,
               (SELECT DISTINCT unnest(elements) AS e FROM item_scopes WHERE agent) x WHERE c.principal_id = $1 AND c.state = 'open' AND e LIKE 'person.%'""",
        people["father"],
    )
    await owner.close()
    for who, handle in (("himself", "father"), ("under a mandate", "daughter")):
        web = await connect(settings.login("web"))
        async with web.transaction():
            await web.execute("SELECT set_config('app.viewer', $1, true)", str(people[handle]))
            for what, statement in ASKED.items():
                spans, rows = [], 0
                for _ in range(300):
                    begun = time.perf_counter()
                    rows = len(await web.fetch(statement, people["father"]))
                    spans.append(time.perf_counter() - begun)
                print(
                    f"{what}, {who}: {rows} rows, least {min(spans) * 1000:.2f} ms, p50 {statistics.median(spans) * 1000:.2f} ms"
                )
        await web.close()


async def thirty(site: Site, person: httpx.AsyncClient) -> None:
    """Things an agent may do and that exclude nothing, as many as one cart takes."""
    owner = await connect(site.app.state.settings.login("owner"))
    names = [row["name"] for row in await owner.fetch(
        """SELECT i.name FROM items i JOIN item_versions v ON (v.code, v.version) = (i.code, i.version)
           WHERE i.kind = 'item' AND (v.data->'item'->>'agent')::boolean
             AND coalesce(v.data->'item'->>'excludes', '[]') = '[]' ORDER BY i.code LIMIT $1""", LINES)]  # fmt: skip
    await owner.close()
    await put_in(site, person, names)


async def once(person: httpx.AsyncClient, path: str) -> float:
    begun = time.perf_counter()
    assert (await person.get(path)).status_code == 200
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
