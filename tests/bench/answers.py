"""How many everyday questions are answered, and which are not: `CATALOGUE_DATA=… python -m tests.bench.answers [SET …]`.

SET is a file of tests/catalogue/questions. Of those unseen only the numbers are printed: they are not to be tuned to.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from backend.catalogue.actions import load_pack
from backend.catalogue.intake import read
from backend.catalogue.pack_read import STARTER, read_folder
from backend.core.db import connect
from backend.core.embedded import EmbeddedPostgres
from backend.settings import load
from tests.bench.search import bring_in
from tests.catalogue.packs import reviewed
from tests.catalogue.test_everyday_questions import NAMES, TUNED, UNSEEN, Asked, ask, questions, share
from tests.catalogue.test_import_guides import REAL
from tests.postgres import cloned, environ_of, make_template


async def main(server: EmbeddedPostgres, halves: list[str]) -> None:
    await make_template(server)
    async with cloned(server) as database:
        settings = load({"DATA": str(server.home), "MASTER_KEY": "5a" * 32, **environ_of(server, database)})
        db = await connect(settings.login("owner"))
        await db.execute("SET idle_in_transaction_session_timeout = 0")
        raw = reviewed(read_folder(STARTER))
        async with db.transaction():
            await load_pack(db, raw)
        await bring_in(db, [guide for name in NAMES for guide in read(REAL / name).guides])
        for half in halves:
            tell(half, await ask(db, questions(half)))
        await db.close()


def tell(half: str, asked: list[Asked]) -> None:
    answerable = [one for one in asked if one.question.find or one.question.dept]
    others = [one for one in asked if one not in answerable]
    quiet = sum(not one.hits for one in others)
    if half not in UNSEEN:
        for one in (one for one in answerable if one.place):
            print("missed" if one.place > 4 else "later ", one.question.q, [hit.name for hit in one.hits])
    numbers = f"first {share(answerable, 1):.0%}, among five {share(answerable, 5):.0%} of {len(answerable)}"
    print(f"{half}: {numbers}; nothing shown where nothing fits: {quiet} of {len(others)}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        throwaway = EmbeddedPostgres(Path(folder), ["-c", "fsync=off"])
        throwaway.start()
        try:
            asyncio.run(main(throwaway, sys.argv[1:] or [*TUNED, *UNSEEN]))
        finally:
            throwaway.stop()
