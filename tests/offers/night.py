"""What the worker does at night, done by hand: every job of ours that was asked for, one after the other."""

from datetime import date
from typing import Any

import asyncpg
import msgspec

from backend.catalogue.queries import city
from backend.certificates.actions import take_from_register
from backend.core.crypto import Vault
from backend.core.db import connect, job_transaction, open_pool
from backend.core.jobs import Work
from backend.notifications.jobs import JOBS as TELLING
from backend.notifications.letters import Letter, take_letters
from backend.offers.jobs import JOBS
from backend.registers.actions import keep_record
from backend.registers.queries import facts_about
from tests.web import Site

OURS = [*JOBS, "notify"]


async def night(site: Site, *, tell: bool = True) -> None:
    settings = site.app.state.settings
    pool = await open_pool(settings.login("worker"), 2)
    work = Work(pool, Vault(settings.master_key or ""), settings, site.clock)
    try:
        await JOBS["begin_looking"](work, {})
        while jobs := await _taken(pool):
            for job in jobs:
                handlers = JOBS | (TELLING if tell else {})
                if job["entrypoint"] in handlers:
                    await handlers[job["entrypoint"]](work, _payload(job["payload"]))
    finally:
        await work.close()
        await pool.close()


def _payload(raw: bytes) -> dict[str, Any]:
    return msgspec.json.decode(raw)


async def _taken(pool: asyncpg.Pool) -> list[asyncpg.Record]:
    return await pool.fetch("DELETE FROM pgqueuer WHERE entrypoint = ANY($1) RETURNING entrypoint, payload", OURS)


async def rows(site: Site, statement: str, *values: object) -> list[asyncpg.Record]:
    """As owner: what is really there."""
    owner = await connect(site.app.state.settings.login("owner"))
    try:
        return await owner.fetch(statement, *values)
    finally:
        await owner.close()


async def give_card(site: Site, handle: str) -> None:
    """The police register says that she holds an identity card: so she need not send a photograph of it."""
    settings = site.app.state.settings
    pool = await open_pool(settings.login("worker"), 1)
    try:
        (person,) = await rows(site, "SELECT id FROM accounts WHERE handle = $1", handle)
        vault = Vault(settings.master_key or "", settings.certificate_keys)
        async with job_transaction(pool, vault, site.clock()) as tx:
            await take_from_register(
                tx,
                (await city(tx.db)).pack,
                "resident_id",
                holder=person["id"],
                party=person["id"],
                serial=f"ID{handle.upper()}",
                fields={"person.name": "林长福"},
                valid_from=date(2020, 1, 1),
                valid_until=None,
            )
    finally:
        await pool.close()


async def keep(site: Site, register: str, number: str, **changed: Any) -> None:
    """The register says something else of her from now on."""
    settings = site.app.state.settings
    pool = await open_pool(settings.login("worker"), 1)
    try:
        async with job_transaction(pool, Vault(settings.master_key or ""), site.clock()) as tx:
            known = {
                f.element: f.value
                for f in (await facts_about(tx, [number]))[number]
                if f.source == f"register.{register}"
            }
            await keep_record(tx, register, number, {**known, **changed})
    finally:
        await pool.close()


async def give_letters(site: Site) -> list[Letter]:
    """What lies in the queue of letters once the worker has written them."""
    settings = site.app.state.settings
    pool = await open_pool(settings.login("worker"), 2)
    work = Work(pool, Vault(settings.master_key or ""), settings, site.clock)
    try:
        for job in await pool.fetch("DELETE FROM pgqueuer WHERE entrypoint = 'write_offer_letter' RETURNING payload"):
            await TELLING["write_offer_letter"](work, _payload(job["payload"]))
        async with work.transaction() as tx:
            return await take_letters(tx)
    finally:
        await work.close()
        await pool.close()
