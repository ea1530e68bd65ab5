"""Web, worker and PostgreSQL are killed at random while officers decide and people are told: what was lost, what came twice.

python -m tests.faults.kills [--seed S] [--kills 200] [--minutes M]

Officers say no to applications over HTTP, one after the other; each no is to reach its applicant in the inbox, and by push and
mail, or by text message where she has nothing else. The sinks stay alive and know what arrived. Prints JSON.
"""

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from random import Random
from uuid import uuid4

import asyncpg
import httpx
import msgspec

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.core.db import LOST, Tx, connect, wall_clock
from backend.core.embedded import EmbeddedPostgres
from backend.core.keys import create_missing
from backend.notifications.vapid import public_key
from backend.settings import load
from tests.browser.town import environ_for, free_port
from tests.cases.town import Town, founded, new_case
from tests.fakes.sms_gateway import KEY
from tests.faults.sinks import Sinks, sinks
from tests.faults.verdict import Verdict, judged
from tests.postgres import MEMORY, TEMPLATE, environ_of, make_template

PEOPLE = 12
VICTIMS = {"worker": 5, "web": 2, "postgres": 3}  # how likely each is
BREAKS = (0.1, 2.0)  # seconds between kills, at random


class City:
    """What is killed and what stays."""

    def __init__(self, server: EmbeddedPostgres, town: Town, to: Sinks, chance: Random) -> None:
        self.server, self.town, self.sinks, self.chance = server, town, to, chance
        self.port = free_port()
        self.cases: list[str] = []
        self.kills = dict.fromkeys(VICTIMS, 0)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self, name: str) -> None:
        settings, sms = self.town.settings, self.sinks.sms
        told = environ_for(settings, self.port) | {
            "PUSH_ALLOWED": self.sinks.push.origin, "SMTP_URL": self.sinks.mail.url, "SMS_URL": sms.url, "SMS_KEY": KEY,
            "QUIET_HOURS": "none", "PUBLIC_URL": self.base,
        }  # fmt: skip
        with (settings.data / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "backend", name], env=told, stdout=log, stderr=log
            )

    def at_work(self, name: str) -> bool:
        """Whether it has come up: a worker that sends has a journal of its own."""
        if name == "worker":
            own = f"push-{self._running[name].pid}-*"
            return any((self.town.settings.data / "outgoing").glob(own))
        with suppress(OSError), socket.create_connection(("localhost", self.port), timeout=1):
            return True
        return False

    def kill(self) -> None:
        """One of them, once all are at work, without a warning; it is started again at once."""
        if not all(map(self.at_work, self._running)):
            return
        (name,) = self.chance.choices(list(VICTIMS), list(VICTIMS.values()))
        self.kills[name] += 1
        if name == "postgres":
            assert self.server.process
            os.kill(self.server.process.pid, signal.SIGKILL)
            self.server.process.wait()
            self.server.relaunch()
        else:
            self._running[name].kill()
            self._running[name].wait()
            self.start(name)

    async def keep(self) -> None:
        """As their supervisor does: one that ended by itself, for its database was away, is started again."""
        while True:
            for name, process in list(self._running.items()):
                if process.poll() is not None:
                    self.start(name)
            await asyncio.sleep(0.5)

    def stop(self) -> None:
        for process in self._running.values():
            process.kill()
            process.wait()


async def settle(city: City, cases: int) -> None:
    """People with a browser and an address, and every third with nothing but a phone; one application each, again and again."""
    town = city.town
    owner = await connect(town.settings.login("owner"))
    for n in range(PEOPLE):
        handle = f"citizen{n}"
        new = NewAccount(kind="person", handle=handle, name="某人", level="counter")
        town.ids[handle] = await open_account(Tx(owner, town.vault, town.now), new)
        await (phone_of if n % 3 == 0 else browser_and_mail_of)(city, owner, handle, n)
    for n in range(cases):
        who = f"citizen{n % PEOPLE}"
        (case,) = await town.filed_together(new_case(town.ids[who], town.now), who=who)
        city.cases.append(case.number)
    await owner.close()


async def browser_and_mail_of(city: City, owner: asyncpg.Connection, handle: str, n: int) -> None:
    made = await city.sinks.push.subscribe(public_key(city.town.settings.vapid_key or ""))
    city.sinks.browsers.append(made["clientHash"])
    await owner.execute(
        "INSERT INTO push_subscriptions (id, account_id, endpoint, p256dh, auth, created_at) VALUES ($1, $2, $3, $4, $5, now())",
        uuid4(), city.town.ids[handle], made["endpoint"], made["keys"]["p256dh"], made["keys"]["auth"],
    )  # fmt: skip
    await _contact(city.town, owner, handle, "email", f"{handle}@example.org")


async def phone_of(city: City, owner: asyncpg.Connection, handle: str, n: int) -> None:
    await _contact(city.town, owner, handle, "phone", f"139000{n:05}")


async def _contact(town: Town, owner: asyncpg.Connection, handle: str, kind: str, value: str) -> None:
    person = town.ids[handle]
    key = await owner.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", person)
    await owner.execute(
        """INSERT INTO contacts (account_id, kind, value_sealed, value_blind, verified_at, changed_at)
           SELECT id, $2, $3, $4, created_at, created_at FROM accounts WHERE id = $1""",
        person, kind, town.vault.key(key).seal(value.encode(), f"contact:{person}:{kind}"), town.vault.blind(value, kind),
    )  # fmt: skip


async def decide(city: City, ended: asyncio.Event) -> int:
    """The officer says no, case by case, until all are done or the killing is over; how many answers said that it was done."""
    done = 0
    async with httpx.AsyncClient(base_url=city.base, headers={"Origin": city.base}, timeout=20) as officer:
        for number in city.cases:
            if ended.is_set():
                break
            done += await _decided(officer, number)
    return done


async def _decided(officer: httpx.AsyncClient, number: str) -> bool:
    """Asked again until there is an answer; a second time it is no longer possible, because it was done."""
    form = {"version": "1", "move": "not_accepted", "reason": "不是本人申请"}
    while True:
        with suppress(httpx.HTTPError):
            answer = await officer.post(f"/desk/cases/{number}/moves", data=form)
            if answer.status_code == 401:
                signed = await officer.post("/sign-in", data={"handle": "officer"})
                officer.headers["Cookie"] = signed.headers.get("set-cookie", "").partition(";")[
                    0
                ]  # httpx keeps it for TLS only
            elif answer.status_code == 303:
                return True
            elif answer.status_code < 500 and answer.status_code != 429:
                return False
        await asyncio.sleep(0.1)


async def kill_at_random(city: City, kills: int, minutes: float, ended: asyncio.Event) -> None:
    over = time.monotonic() + minutes * 60
    while sum(city.kills.values()) < kills and time.monotonic() < over:
        await asyncio.sleep(city.chance.uniform(*BREAKS))
        city.kill()
    ended.set()


async def drained(city: City, patience: float, *, hurry: bool) -> float:
    """Seconds until nothing waits any more. `hurry`: leases end and retries are due at once, for a test that cannot wait."""
    begun = time.monotonic()
    while time.monotonic() - begun < patience:
        with suppress(*LOST, asyncpg.PostgresError, OSError):
            owner = await connect(city.town.settings.login("owner"))
            try:
                # Held, for three workers died with it in hand: the hourly sweep would tell of it; here it is put back as an operator does.
                await owner.execute(
                    "UPDATE pgqueuer SET status = 'queued' WHERE status = 'failed' AND entrypoint = 'notify'"
                )
                if hurry:
                    await owner.execute(
                        "UPDATE notices SET lease_until = now() WHERE state = 'sending' AND lease_until < now() + interval '85 s'"
                    )
                    await owner.execute("UPDATE notices SET next_at = now() WHERE state = 'retry'")
                    await owner.execute(
                        "UPDATE pgqueuer SET execute_after = now() WHERE entrypoint = 'notify' AND execute_after > now()"
                    )
                if await owner.fetchval(
                    """SELECT NOT EXISTS (SELECT 1 FROM notices WHERE state IN ('queued', 'retry', 'sending'))
                              AND NOT EXISTS (SELECT 1 FROM pgqueuer WHERE entrypoint = 'notify')"""
                ):
                    return time.monotonic() - begun
            finally:
                await owner.close()
        await asyncio.sleep(0.5)
    raise TimeoutError("something is stuck")


@contextmanager
def somewhere() -> Iterator[Path]:
    """In memory where there is some: what is killed are processes, not the machine, and recovery reads its whole folder."""
    with tempfile.TemporaryDirectory(prefix="suishouban-kills-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@asynccontextmanager
async def a_city(folder: Path, chance: Random) -> AsyncIterator[City]:
    create_missing(folder)
    server = EmbeddedPostgres(folder)
    server.start()
    try:
        await make_template(server)
        async with sinks(chance) as to:
            settings = load({"DATA": str(folder), **environ_of(server, TEMPLATE)})
            async with founded(msgspec.structs.replace(settings, demo=True)) as town:
                town.now = wall_clock()
                yield City(server, town, to, chance)
    finally:
        server.stop()


async def run(
    folder: Path, seed: int, kills: int, *, minutes: float = 60, cases: int = 300, hurry: bool = False
) -> Verdict:
    chance = Random(seed)
    async with a_city(folder, chance) as city:
        await settle(city, cases)
        ended = asyncio.Event()
        for name in ("web", "worker"):
            city.start(name)
        keeping = asyncio.create_task(city.keep())
        try:
            deciding = asyncio.create_task(decide(city, ended))
            await kill_at_random(city, kills, minutes, ended)
            acknowledged = await deciding
            waited = await drained(city, 600, hurry=hurry)
        finally:
            keeping.cancel()
            city.stop()
        return await judged(city.town.settings, city.sinks, seed, city.kills, acknowledged, waited)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=60, help="the killing ends then, however many they were")
    asked = parser.parse_args(argv)
    with somewhere() as folder:
        verdict = asyncio.run(run(folder, asked.seed, asked.kills, minutes=asked.minutes, cases=asked.cases))
    print(msgspec.json.format(msgspec.json.encode(verdict)).decode())
    return 0 if verdict.held else 1


if __name__ == "__main__":
    sys.exit(main())
