"""How long until what was published at the desk is what everybody reads: `python -m tests.bench.published`.

Real processes: two web workers, one worker, a real PostgreSQL. An item is changed, checked, reviewed and published over
HTTP a number of times; after each publication the item's page is asked for from both web workers, and the search for a
word that only the new text has, until both show it. Prints one row each; the target is 5 s on every worker.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx

from backend.core import keys
from backend.core.embedded import EmbeddedPostgres, at, prepare_with
from backend.core.migrate import migrate_for
from backend.settings import Settings, load
from tests.browser.town import environ_for, free_port, started, wait_for
from tests.demo import load_demo
from tests.editing.desk import OLD, Trio, all_the_way, begin, write

TIMES, TARGET = 10, 5.0


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="suishouban-bench-") as folder:
        keys.create_missing(Path(folder))
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            asyncio.run(prepare_with(server))
            settings = at(load({"DATA": folder, "SUISHOUBAN_DEMO": "on"}), server.sockets)
            asyncio.run(_prepared(settings))
            with started(settings) as town:
                asyncio.run(_measure(settings, town.base))
        finally:
            server.stop()
    return 0


async def _prepared(settings: Settings) -> None:
    await migrate_for(settings)
    await load_demo(settings)


async def _measure(settings: Settings, first: str) -> None:
    with another_web(settings) as second:
        await _rounds([first, second])


@contextmanager
def another_web(settings: Settings) -> Iterator[str]:
    port, log = free_port(), settings.data / "second.log"
    with log.open("wb") as out:
        web = subprocess.Popen(
            [sys.executable, "-m", "backend", "web"], env=environ_for(settings, port), stdout=out, stderr=out
        )
        try:
            wait_for(f"http://localhost:{port}", log)
            yield f"http://localhost:{port}"
        finally:
            web.terminate()
            web.wait(15)


async def _rounds(bases: list[str]) -> None:
    found: dict[str, list[float]] = {}
    async with _signed_in(bases[0]) as trio, httpx.AsyncClient() as reader:
        for number in range(TIMES):
            word = f"演示{'零一二三四五六七八九'[number]}号说法"
            await begin(trio.editor)
            await write(trio.editor, "basics", summary=f"{word}。", keywords=f"老人\n{word}")
            await all_the_way(trio)
            began = time.monotonic()
            asked = {f"item page, web {n}": (f"{base}/items/{OLD}", word) for n, base in enumerate(bases, 1)}
            asked |= {
                f"search, web {n}": (f"{base}/api/v1/items?q={word}&limit=1", OLD) for n, base in enumerate(bases, 1)
            }
            took = await asyncio.gather(*(_until(reader, address, sign, began) for address, sign in asked.values()))
            for what, seconds in zip(asked, took, strict=True):
                found.setdefault(what, []).append(seconds)
    for what, seconds in found.items():
        print(
            f"{what:18} median {sorted(seconds)[len(seconds) // 2]:5.2f} s   worst {max(seconds):5.2f} s   target {TARGET} s"
        )


async def _until(reader: httpx.AsyncClient, address: str, word: str, began: float) -> float:
    while time.monotonic() - began < 30:
        if word in (await reader.get(address)).text:
            return time.monotonic() - began
        await asyncio.sleep(0.05)
    raise TimeoutError(address)


@asynccontextmanager
async def _signed_in(base: str) -> AsyncIterator[Trio]:
    people = [httpx.AsyncClient(base_url=base, headers={"Origin": base, "Accept-Language": "zh-CN"}) for _ in range(3)]
    for person, role in zip(people, ("editor", "checker", "legal"), strict=True):
        answer = await person.post("/sign-in", data={"handle": f"officer-{role}"})
        token = answer.headers["set-cookie"].split(";")[0]
        person.headers["Cookie"] = (
            token  # a __Host- cookie is for https alone; localhost is trusted by browsers, not by httpx
        )
    try:
        yield Trio(*people)
    finally:
        for person in people:
            await person.aclose()


if __name__ == "__main__":
    sys.exit(main())
