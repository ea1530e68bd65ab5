"""Machines of other authorities push: with a token or signed, once each, never over something newer."""

import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from backend.core.crypto import Vault
from backend.core.db import Tx, connect, open_pool
from backend.core.jobs import Work
from backend.registers.clients import admit, shut_out
from backend.registers.pushing import keep_pushed
from backend.registers.queries import facts_about
from backend.registers.signatures import Key, Stamp, signed_request
from backend.settings import Settings
from tests.registers.town import FATHER
from tests.web import Site, running

PATH = "/api/v1/registers/population/records"


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


@pytest_asyncio.fixture
async def work(site: Site) -> AsyncIterator[Work]:
    settings = site.app.state.settings
    pool = await open_pool(settings.login("worker"), 2)
    yield Work(pool, Vault(settings.master_key or ""), settings, site.clock)
    await pool.close()


@pytest_asyncio.fixture
async def owner(site: Site) -> AsyncIterator[Tx]:
    connection = await connect(site.app.state.settings.login("owner"))
    await connection.execute("DELETE FROM register_records")
    yield Tx(connection, Vault(site.app.state.settings.master_key or ""), site.clock.now)
    await connection.close()


@pytest_asyncio.fixture
async def token(owner: Tx) -> str:
    return (await admit(owner, "population", "公安局数据中心"))[1]


def record(site: Site, *, days: float = 0, **facts: Any) -> dict[str, Any]:
    said = {"facts": {f"person.{name}": value for name, value in facts.items()}} if facts else {"deleted": True}
    return {"identity": FATHER, "as_of": (site.clock.now - timedelta(days=days)).isoformat(), **said}


async def push(
    site: Site, token: str, *records: dict[str, Any], key: str = "push-00001", path: str = PATH
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    return await site.stranger().post(path, json={"records": list(records)}, headers=headers)


async def kept(work: Work) -> dict[str, Any]:
    """What is known after the worker has done its part."""
    async with work.transaction() as tx:
        for row in await tx.db.fetch(
            "SELECT client_id, key FROM register_pushes WHERE done_at IS NULL ORDER BY received_at"
        ):
            await keep_pushed(tx, row["client_id"], row["key"])
        return {fact.element: fact.value for fact in (await facts_about(tx, [FATHER]))[FATHER]}


async def test_what_is_pushed_is_known_and_a_replay_does_nothing_again(site: Site, token: str, work: Work):
    answer = await push(site, token, record(site, alive=True, household="460105"))
    assert answer.status_code == 202, answer.text
    assert answer.json() == {"new": True, "done": False, "kept": 0, "older": 0}
    assert await kept(work) == {"person.alive": True, "person.household": "460105"}
    again = await push(site, token, record(site, alive=True, household="460105"))
    assert again.json() == {"new": False, "done": True, "kept": 1, "older": 0}
    other = await push(site, token, record(site, alive=False))
    assert other.status_code == 422
    assert (await kept(work))["person.alive"] is True


async def test_an_older_word_never_goes_over_a_newer_one_nor_brings_back_what_was_deleted(
    site: Site, token: str, work: Work
):
    await push(site, token, record(site, days=1, alive=True), key="push-of-now")
    await kept(work)
    await push(site, token, record(site, days=2, alive=False), key="push-of-old")
    assert await kept(work) == {"person.alive": True}
    await push(site, token, record(site), key="push-delete")
    assert await kept(work) == {}
    await push(site, token, record(site, days=1, alive=True), key="push-again1")
    assert await kept(work) == {}
    await push(site, token, record(site, alive=True, name="林长福"), key="push-newer1")
    assert await kept(work) == {"person.alive": True, "person.name": "林长福"}


async def test_everything_wrong_is_told_at_once_and_nothing_is_kept(site: Site, token: str, work: Work):
    wrong = record(site, alive="yes", household="四六", mortgaged=True) | {"as_of": "2030-01-01T00:00:00+08:00"}
    answer = await push(site, token, wrong, {**record(site, alive=True), "identity": "1"}, record(site, alive=True))
    assert answer.status_code == 422
    told = {problem["field"] for problem in answer.json()["problems"]}
    assert told >= {
        "records[0].as_of",
        "records[0].facts.person.alive",
        "records[0].facts.person.mortgaged",
        "records[1].identity",
    }
    assert await kept(work) == {}


@pytest.mark.parametrize("who", ["nobody", "another token", "another register", "shut out"])
async def test_whoever_is_not_the_client_of_this_register_finds_nothing(site: Site, owner: Tx, work: Work, who: str):
    client, token = await admit(owner, "tax" if who == "another register" else "population", "机器")
    if who == "shut out":
        await shut_out(owner, client)
    said = {"nobody": "", "another token": "x" * 43}.get(who, token)
    assert (await push(site, said, record(site, alive=True))).status_code == 404
    assert await kept(work) == {}


class Machine:
    """One that signs."""

    def __init__(self, site: Site) -> None:
        self.site, self._private = site, Ed25519PrivateKey.generate()
        self.client: UUID | None = None

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    async def push(self, body: bytes, *, nonce: str, sent: bytes | None = None, ago: int = 0, key: str = "push-signed") -> httpx.Response:  # fmt: skip
        private = self._private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        stamp = Stamp(int(self.site.clock.now.timestamp()) - ago, nonce, str(self.client))
        uri = self.site.app.state.settings.public_url + PATH
        headers = signed_request("POST", uri, body, stamp, Key("ed25519", private)) | {"Idempotency-Key": key}
        return await self.site.stranger().post(PATH, content=sent or body, headers=headers)


@pytest_asyncio.fixture
async def machine(site: Site, owner: Tx) -> Machine:
    machine = Machine(site)
    machine.client, token = await admit(owner, "population", "会签名的机器", machine.public)
    assert token == ""
    return machine


async def test_one_that_signs_needs_no_token_and_its_signature_holds_once(site: Site, machine: Machine, work: Work):
    body = msgspec.json.encode({"records": [record(site, alive=True)]})
    assert (await machine.push(body, nonce="a-nonce-of-its-own")).status_code == 202
    assert await kept(work) == {"person.alive": True}
    replayed = await machine.push(body, nonce="a-nonce-of-its-own")
    assert replayed.status_code == 409
    retried = await machine.push(body, nonce="another-nonce-now")
    assert (retried.status_code, retried.json()["new"]) == (202, False)


async def test_what_was_altered_is_old_or_signed_by_another_is_not_there(
    site: Site, machine: Machine, owner: Tx, work: Work
):
    body = msgspec.json.encode({"records": [record(site, alive=True)]})
    altered = msgspec.json.encode({"records": [record(site, alive=False)]})
    assert (await machine.push(body, nonce="nonce-number-1", sent=altered)).status_code == 404
    assert (await machine.push(body, nonce="nonce-number-2", ago=301)).status_code == 404
    stranger = Machine(site)
    stranger.client = machine.client
    assert (await stranger.push(body, nonce="nonce-number-3")).status_code == 404
    assert await kept(work) == {}


async def test_nothing_that_was_pushed_lies_in_clear(site: Site, token: str, owner: Tx):
    await push(site, token, record(site, alive=True, name="林长福"))
    for row in await owner.db.fetch(
        "SELECT p::text AS whole FROM register_pushes p UNION ALL SELECT c::text FROM register_clients c"
    ):
        for mark in (FATHER, "林长福", token, base64.b64encode(token.encode()).decode()):
            assert mark not in row["whole"]
            assert mark.encode().hex() not in row["whole"]
