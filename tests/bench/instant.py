"""Grants by machine under load: `python -m tests.bench.instant [A SECOND] [SECONDS]`.

Real processes: two web workers and one worker over a real PostgreSQL as durable as a city's. Old people's allowances, each
of somebody else, all filled in beforehand, are filed at a steady pace, whether the one before was answered or not; beside
them ordinary filings that a person decides, and people who look at pages. Time from the moment the request was due, so that
what waits because the machine is late counts as waiting, to the receipt that says granted. Then what it cost the processors,
which a busy machine changes little, and how long the signed papers took. Targets: 50 a second, 99 of 100 within 300 ms; each
within 2 s of the tap; papers within 60 s. Prints and never fails.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec

from backend.core import keys
from backend.core.crypto import Vault
from backend.core.db import Tx, connect, wall_clock
from backend.core.embedded import EmbeddedPostgres, at, prepare_with
from backend.core.migrate import migrate_for
from backend.demo.actions import load_cast
from backend.demo.model import Cast, Person
from backend.settings import Settings, load
from tests.bench.notices import processor
from tests.bench.published import another_web
from tests.browser.town import Town, started
from tests.demo import load_demo
from tests.orders.shopping import fill_in, put_in, reviewed
from tests.web import Site, running

QUICK, ORDINARY = "高龄老人长寿补贴", "护理补贴"
SLOWER = 10  # one ordinary filing for so many quick ones
PAGES = ("/", "/items", "/search?q=老人")
WARM = 20  # filings before the clock runs
TARGET, TAP, PAPER = 0.3, 2.0, 60
PATIENCE = 600  # seconds until the last paper
WEIGHTS, CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"


def main(pace: int, seconds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="suishouban-bench-") as folder:
        keys.create_missing(Path(folder))
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            asyncio.run(prepare_with(server))
            settings = at(load({"DATA": folder, "SUISHOUBAN_DEMO": "on"}), server.sockets)
            quick, ordinary = asyncio.run(_prepared(settings, pace * seconds + WARM))
            with started(settings) as town:
                asyncio.run(_measure(server, settings, town, quick, ordinary, pace))
        finally:
            server.stop()


def id_number(place: int) -> str:
    """Of somebody born in 1944 who does not exist; its check character is right."""
    digits = f"4601991944{1 + place // 700 % 9:02d}{10 + place // 50 % 14:02d}{place % 50 * 2 + 1:03d}"
    return digits + CHECKS[sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11]


def somebody(place: int) -> Person:
    number, name = id_number(place), f"演示老人{place}"
    born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    facts = {
        "person.name": name, "person.id_number": number, "person.household": "460105", "person.residence": "460105",
        "person.phone": f"1370{place:07d}", "person.capacity": "full",
    }  # fmt: skip
    registers = {
        "population": {"person.name": name, "person.birth_date": born, "person.household": "460105", "person.alive": True},
        "civil_affairs": {"person.name": name, "person.elder_allowance": False, "person.nursing_allowance": False, "person.low_income": False},
    }  # fmt: skip
    return Person(handle=f"old-{place}", name=name, phone=f"1370{place:07d}", facts=facts, registers=registers)


Ready = tuple[str, dict[str, Any]]  # the cookie and what is sent


async def _prepared(settings: Settings, wanted: int) -> tuple[list[Ready], list[Ready]]:
    await migrate_for(settings)
    await load_demo(settings)
    people = [somebody(place) for place in range(wanted + wanted // SLOWER)]
    owner = await connect(settings.login("owner"))
    async with owner.transaction():
        await owner.execute("SELECT set_config('app.now', $1, true)", wall_clock().isoformat())
        await load_cast(
            Tx(owner, Vault(settings.master_key or ""), wall_clock()), Cast(people=tuple(people), officers=())
        )
    await owner.close()
    began = time.monotonic()
    async with running(settings, wall_clock) as site:  # type: ignore[arg-type]
        ready = [await _filled(site, one, QUICK if n < wanted else ORDINARY) for n, one in enumerate(people)]
    print(f"{len(ready)} carts filled in {time.monotonic() - began:.0f} s", flush=True)
    return ready[:wanted], ready[wanted:]


async def _filled(site: Site, one: Person, item: str) -> Ready:
    site.clock.now = wall_clock()  # type: ignore[attr-defined]
    person = await site.person(one.handle)
    said = {element.replace(".", "__"): str(value) for element, value in one.facts.items()}
    await put_in(site, person, [item])
    await fill_in(
        site, person, bank_account__holder=one.name, **{k: v for k, v in said.items() if k != "person__birth_date"}
    )
    body = await reviewed(site, person)
    cookie = person.cookies["__Host-session"]
    await person.aclose()
    return cookie, msgspec.to_builtins(body)


async def _measure(
    server: EmbeddedPostgres, settings: Settings, town: Town, quick: list[Ready], ordinary: list[Ready], pace: int
) -> None:
    with another_web(settings) as second:
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
        async with httpx.AsyncClient(limits=limits, timeout=60) as client:
            await _alone(client, [town.base, second], quick[:WARM])
            await _papers(settings)
            before = spent(server)
            await _paced(client, [town.base, second], quick[WARM:], ordinary, pace)
            after = spent(server)
            _cost("until the last receipt", before, after, len(quick) - WARM)
            await _papers(settings)
            _cost("until the last paper", before, spent(server), len(quick) - WARM)


async def _alone(client: httpx.AsyncClient, bases: list[str], quick: list[Ready]) -> None:
    """One after another: what a filing takes by itself, once both web processes know the city."""
    found = [await _file(client, bases[n % 2], ready, time.monotonic()) for n, ready in enumerate(quick)]
    _told("one after another", found[WARM // 2 :])


async def _papers(settings: Settings) -> None:
    """Waits until every certificate and document is printed and signed, and says how long the last one took."""
    owner, began = await connect(settings.login("owner")), time.monotonic()
    unmade = """SELECT (SELECT count(*) FROM certificates WHERE made_at IS NULL) + (SELECT count(*) FROM documents WHERE made_at IS NULL)
                     + (SELECT count(*) FROM pgqueuer WHERE entrypoint IN ('make_documents', 'make_certificate', 'make_result'))"""
    while await owner.fetchval(unmade) and time.monotonic() - began < PATIENCE:  # noqa: ASYNC110 – nobody tells us
        await asyncio.sleep(0.5)
    count, last = await owner.fetchrow(
        "SELECT count(made_at), max(extract(epoch FROM made_at - issued_at))::float8 FROM certificates WHERE source = 'issued'"
    )
    await owner.close()
    print(
        f"{count} certificates printed and signed, the last {last or 0:.0f} s after its grant (target {PAPER} s)",
        flush=True,
    )


def spent(server: EmbeddedPostgres) -> dict[str, float]:
    """Processor seconds so far of the web processes, the worker with its presses, and their sessions in the database."""
    assert server.process is not None
    found = dict.fromkeys(("web", "worker", "database for web", "database for the worker"), 0.0)
    for process, parent, command in _processes():
        if parent == server.process.pid and command.startswith("postgres: suishouban_"):
            found["database for web" if "suishouban_web" in command else "database for the worker"] += processor(
                process
            )
        elif parent == os.getpid() and "-m backend" in command:
            found["worker" if command.endswith("worker") else "web"] += processor(process) + of_children(process)
    return found


def _processes() -> Iterator[tuple[int, int, str]]:
    """(id, parent, command line) of everything that runs."""
    for one in Path("/proc").iterdir():
        try:
            command = one.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            yield int(one.name), int(one.joinpath("stat").read_text().rpartition(")")[2].split()[1]), command
        except (OSError, ValueError):
            continue


def of_children(process: int) -> float:
    """Seconds of processor time of its children that have ended."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _cost(what: str, before: dict[str, float], after: dict[str, float], grants: int) -> None:
    each = {name: (after[name] - before[name]) / grants * 1000 for name in after}
    said = ", ".join(f"{name} {ms:.0f}" for name, ms in each.items())
    print(
        f"of the processors {what}, ms a grant with all that went on beside it: {said}; in all {sum(each.values()):.0f}",
        flush=True,
    )


async def _paced(
    client: httpx.AsyncClient, bases: list[str], quick: list[Ready], ordinary: list[Ready], pace: int
) -> None:
    before, wall = os.getloadavg()[0], time.monotonic()
    looking = asyncio.create_task(_look(client, bases))
    tasks = [asyncio.create_task(_file(client, bases[n % 2], one, wall + n / pace)) for n, one in enumerate(quick)]
    slow = [
        asyncio.create_task(_file(client, bases[n % 2], one, wall + n * SLOWER / pace))
        for n, one in enumerate(ordinary)
    ]
    granted, filed = await asyncio.gather(*tasks), await asyncio.gather(*slow)
    took = time.monotonic() - wall
    looking.cancel()
    _told(f"granted at once, {len(granted) / took:.0f} a second", granted)
    _told(f"filed to a person, {len(filed) / took:.0f} a second", filed)
    print(
        f"load before {before:.1f}, after {os.getloadavg()[0]:.1f}; targets: p99 {TARGET * 1000:.0f} ms, each within {TAP:.0f} s"
    )


async def _file(client: httpx.AsyncClient, base: str, ready: Ready, due: float) -> tuple[float, str]:
    """Seconds from when it was due to the receipt, and the state that says."""
    cookie, body = ready
    await asyncio.sleep(due - time.monotonic())
    answer = await client.post(
        f"{base}/api/v1/orders", json=body,
        headers={"Cookie": f"__Host-session={cookie}", "Origin": base, "Idempotency-Key": f"bench-{body['cart']}"},
    )  # fmt: skip
    took = time.monotonic() - due
    return took, answer.json()["cases"][0][
        "state"
    ] if answer.status_code == 201 else f"{answer.status_code}: {answer.text[:200]}"


async def _look(client: httpx.AsyncClient, bases: list[str]) -> None:
    while True:
        for n, path in enumerate(PAGES):
            await client.get(bases[n % 2] + path)
            await asyncio.sleep(0.1)


def _told(what: str, found: list[tuple[float, str]]) -> None:
    took = sorted(seconds * 1000 for seconds, _state in found)
    at_ = {share: took[min(len(took) - 1, int(len(took) * share / 100))] for share in (50, 95, 99)}
    said = "  ".join(f"p{share} {ms:6.0f} ms" for share, ms in at_.items())
    print(f"{what:38} {said}  worst {took[-1]:6.0f} ms  {dict(Counter(state for _took, state in found))}")


if __name__ == "__main__":
    main(*(int(n) for n in (sys.argv[1:] + ["50", "10"][len(sys.argv) - 1 :])))
