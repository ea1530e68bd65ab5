"""How long a search takes and what the index costs, as the catalogue grows: `python -m tests.bench.search [ITEMS …]`.

The starter city, then the two real catalogues (CATALOGUE_DATA names their folder; without it invented ones alone) are
imported; then the database multiplies them under other codes, names and departments, up to the number. Questions are those of tests/catalogue/questions. Each search is the
whole of what a page asks for: a look whether anything was published, the engine, the order, the reasons, the guides.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
import yaml

from backend.catalogue import imports, search_index
from backend.catalogue.actions import load_pack
from backend.catalogue.intake import read
from backend.catalogue.intake_model import Intake
from backend.catalogue.model import Guide
from backend.catalogue.pack_read import STARTER, read_folder
from backend.catalogue.search import find
from backend.core.db import connect
from backend.core.embedded import EmbeddedPostgres
from backend.settings import ROLES, Settings, load
from tests.catalogue.packs import reviewed
from tests.catalogue.test_everyday_questions import TUNED, UNSEEN
from tests.postgres import cloned, environ_of, make_template

SIZES = (3_400, 12_000, 50_000, 200_000)
QUESTIONS = Path(__file__).parents[1] / "catalogue" / "questions"
REAL = Path(os.environ.get("CATALOGUE_DATA", "/nowhere"))
ROUNDS = 3
SETS = [f"{name}.yaml" for name in (*TUNED, *UNSEEN)]
PLACES = (
    "东",
    "南",
    "西",
    "北",
    "中",
    "新",
    "旧",
    "上",
    "下",
    "内",
    "外",
    "大",
    "小",
    "长",
    "平",
    "安",
    "和",
    "乐",
    "福",
    "宁",
)


def questions() -> list[str]:
    files = [yaml.safe_load((QUESTIONS / name).read_text("utf-8")) for name in SETS]
    return [row["q"] for rows in files for row in rows]


def originals() -> list[Guide]:
    files = ("guangdong-items.jsonl", "qianfeng-items.tsv") if REAL.is_dir() else ()
    real = [guide for name in files for guide in read(REAL / name).guides]
    return real or [_invented(number) for number in range(3_400)]


def _invented(number: int) -> Guide:
    name = f"{PLACES[number % 20]}{PLACES[number // 20 % 20]}业务{('核发', '变更', '注销', '补办')[number % 4]}第{number}类"
    return Guide(code=f"X{number}", name=name, department="演示局", region="990000", source="invented")


async def bring_in(db: asyncpg.Connection, guides: list[Guide]) -> None:
    async with db.transaction():
        words = await imports.dictionary(db)
        await imports.begin(db)
        for start in range(0, len(guides), imports.BATCH):
            await imports.add(db, words, guides[start : start + imports.BATCH])
        await imports.finish(db, Intake("bench", guides, [], len(guides)))


async def grow(db: asyncpg.Connection, number: int) -> None:
    """Copies of what was imported, each turn with the name of another place before its own, until there are `number`."""
    for turn in range(1, 1_000):
        missing = number - await db.fetchval("SELECT count(*) FROM items")
        if missing <= 0:
            return
        place = f"{PLACES[turn % 20]}{PLACES[turn // 20 % 20]}区"
        async with db.transaction():
            await db.execute(
                """INSERT INTO item_versions (code, version, sha256, data)
                   SELECT $2 || i.code, 1, v.sha256, v.data
                     FROM items i JOIN item_versions v ON v.code = i.code AND v.version = i.version
                    WHERE i.kind = 'guide' AND i.source <> 'copy' ORDER BY i.code LIMIT $1
                   ON CONFLICT DO NOTHING""",
                missing,
                f"C{turn}-",
            )
            await db.execute(
                """INSERT INTO items (code, kind, name, department, region, version, source, subjects, themes, visits,
                                       promised, promised_unit, words)
                    SELECT $2 || i.code, 'guide', $3 || i.name, $3 || i.department, i.region, 1, 'copy', i.subjects, i.themes, i.visits, i.promised, i.promised_unit,
                           i.words || $4::text::tsvector
                      FROM items i WHERE i.kind = 'guide' AND i.source <> 'copy' ORDER BY i.code LIMIT $1
                    ON CONFLICT DO NOTHING""",
                missing,
                f"C{turn}-",
                place,
                f"'{place[:2]}':1A",
            )


async def measure(settings: Settings, number: int) -> None:
    db = await connect(settings.login("web"))
    before, begun, busy = resident(), time.perf_counter(), time.process_time()
    await search_index.index(db)
    built, worked = time.perf_counter() - begun, time.process_time() - busy
    times = [await _asked(db, q) for _round in range(ROUNDS) for q in questions()]
    waited, thought = (_percentiles(list(column)) for column in zip(*times, strict=True))
    memory = f"{resident() - before:.0f} MB"
    print(f"| {number:,} | {waited} | {thought} | {built:.1f} / {worked:.1f} s | {memory} |", flush=True)
    await db.close()


async def _asked(db: asyncpg.Connection, q: str) -> tuple[float, float]:
    """Seconds by the clock, and of this process's own processor time: the second is true on a busy machine too."""
    begun, worked = time.perf_counter(), time.process_time()
    async with db.transaction(readonly=True):
        await find(db, q, 20)
    return time.perf_counter() - begun, time.process_time() - worked


def _percentiles(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return " / ".join(f"{ordered[int(len(ordered) * part)] * 1000:.1f}" for part in (0.5, 0.95, 0.99))


def resident() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def one_size(server: EmbeddedPostgres, owner: asyncpg.Connection, database: str, number: int) -> None:
    begun = time.perf_counter()
    await grow(owner, number)
    await owner.execute("VACUUM ANALYZE items")
    print(f"grown in {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "tests.bench.search", "--measure", database, str(server.sockets), str(number)]
    await (await asyncio.create_subprocess_exec(*command)).wait()  # a process that published nothing


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        database, sockets, number = sys.argv[2:5]
        url = f"postgresql://{ROLES['web']}@/{database}?host={sockets}"
        urls = {f"DATABASE_URL{suffix}": url for suffix in ("", "_WEB", "_WORKER")}
        asyncio.run(measure(load({"DATA": "/nowhere", "MASTER_KEY": "5a" * 32, **urls}), int(number)))
        return
    sizes = [int(text) for text in sys.argv[1:]] or list(SIZES)
    print(
        "| items | p50 / p95 / p99 ms by the clock | of processor | index read in, by the clock / of processor | memory |\n|---|---|---|---|---|",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder), ["-c", "fsync=off", "-c", "max_wal_size=4GB"])
        server.start()
        try:
            asyncio.run(_sizes(server, sizes))
        finally:
            server.stop()


async def _sizes(server: EmbeddedPostgres, sizes: list[int]) -> None:
    await make_template(server)
    async with cloned(server) as database:
        settings = load({"DATA": str(server.home), "MASTER_KEY": "5a" * 32, **environ_of(server, database)})
        owner = await connect(settings.login("owner"), command_timeout=600)
        await owner.execute("SET idle_in_transaction_session_timeout = 0")  # a busy machine cuts a batch slowly
        raw = reviewed(read_folder(STARTER))
        async with owner.transaction():
            await load_pack(owner, raw)
        await bring_in(owner, originals())
        for number in sorted(sizes):
            await one_size(server, owner, database, number)
        await owner.close()


if __name__ == "__main__":
    main()
