"""Ten thousand guesses at once on one code: how many are compared. Two hundred in flight at a time, real PostgreSQL, the
right code among them. Target: five, and nobody is in.

python -m tests.bench.guesses [GUESSES]
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import httpx
import msgspec

from backend.core.db import connect
from backend.core.embedded import EmbeddedPostgres
from backend.settings import Settings, load
from tests.postgres import cloned, environ_of, make_template
from tests.web import Site, running

MOST_COMPARED = 5
AT_ONCE = 200


def main(guesses: int) -> None:
    with tempfile.TemporaryDirectory(prefix="suishouban-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start()
        try:
            compared, inside, busy, seconds = asyncio.run(measured(server, Path(folder), guesses))
        finally:
            server.stop()
    print(f"{guesses} guesses: {compared} compared, {inside} got in, {busy} told to wait, {seconds:.1f} s")
    sys.exit(0 if compared <= MOST_COMPARED and not inside else 1)


async def measured(server: EmbeddedPostgres, folder: Path, guesses: int) -> tuple[int, int, int, float]:
    await make_template(server)
    async with cloned(server) as name:
        settings = load({"DATA": str(folder), "MASTER_KEY": "5a" * 32, **environ_of(server, name)})
        settings = msgspec.structs.replace(settings, demo=True)  # texts may be sent; nobody sends them
        async with running(settings) as site:
            return await guessed(site, settings, guesses)


async def guessed(site: Site, settings: Settings, guesses: int) -> tuple[int, int, int, float]:
    person = site.stranger()
    await person.post("/sign-in/codes", data={"contact": "13811112222"})
    room, began = asyncio.Semaphore(AT_ONCE), time.monotonic()

    async def guess(number: int) -> httpx.Response:
        async with room:
            return await person.post("/sign-in/code", data={"code": f"{number % 10**6:06}"})

    answers = await asyncio.gather(*(guess(number) for number in range(guesses)))
    seconds = time.monotonic() - began
    owner = await connect(settings.login("owner"))
    compared = await owner.fetchval("SELECT tries FROM sign_in_codes")
    inside = await owner.fetchval("SELECT count(*) FROM sign_in_codes WHERE right_at IS NOT NULL")
    await owner.close()
    return compared, inside, sum(answer.status_code == 503 for answer in answers), seconds


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
