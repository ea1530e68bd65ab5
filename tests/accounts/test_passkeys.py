"""Passkeys: added after a fresh sign-in, used once a challenge, only by a device that recognised its owner."""

import asyncio
import json
import re
from datetime import timedelta

import msgspec
import pytest
import pytest_asyncio

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.core.crypto import Vault
from backend.core.db import Tx, connect, wall_clock
from tests.fakes.authenticator import Authenticator
from tests.web import ORIGIN, agree, running

HOST = "test"


@pytest_asyncio.fixture
async def site(settings):
    """A demo, because one tap is the shortest way in; passkeys know nothing of it."""
    owner = await connect(settings.login("owner"))
    async with owner.transaction():
        for handle, name in (("daughter", "林小燕"), ("stranger", "路人")):
            tx = Tx(owner, Vault(settings.master_key), wall_clock())
            await open_account(tx, NewAccount(kind="person", name=name, handle=handle))
    await owner.close()
    async with running(msgspec.structs.replace(settings, demo=True, public_url=ORIGIN)) as site:
        yield site


@pytest.fixture
def device():
    return Authenticator(ORIGIN, HOST)


async def adds(client, device):
    options = (await client.post("/me/passkeys/challenge")).json()
    return await client.post("/me/passkeys", data={"credential": device.create(options)})


async def options_for(client):
    return (await client.post("/sign-in/passkey/challenge")).json()


async def signs_in(client, device, **more):
    credential = device.get(await options_for(client))
    return await client.post("/sign-in/passkey", data={"credential": credential, **more})


async def test_she_adds_a_passkey_and_the_next_time_it_is_enough(site, device):
    daughter = await site.person("daughter")
    assert (await adds(daughter, device)).status_code == 303
    assert "还没用过" in (await daughter.get("/me/passkeys")).text
    other = site.stranger()
    answer = await signs_in(other, device, next="/me")
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    await agree(other)
    assert "林小燕" in (await other.get("/me")).text
    assert "上次用" in (await other.get("/me/passkeys")).text


async def test_the_device_is_asked_to_recognise_its_owner_and_to_remember_whom_it_belongs_to(site):
    daughter = await site.person("daughter")
    made = (await daughter.post("/me/passkeys/challenge")).json()
    assert made["rp"]["id"] == HOST
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert made["authenticatorSelection"]["residentKey"] == "required"
    got = await options_for(site.stranger())
    assert (got["rpId"], got["userVerification"], got["allowCredentials"]) == (HOST, "required", [])


async def test_a_device_that_did_not_recognise_its_owner_is_refused(site, device):
    daughter = await site.person("daughter")
    device.recognises = False
    assert (await adds(daughter, device)).status_code == 422
    device.recognises = True
    await adds(daughter, device)
    device.recognises = False
    client = site.stranger()
    assert (await signs_in(client, device)).status_code == 422
    assert "__Host-session" not in client.cookies


async def test_a_challenge_works_once_even_when_the_answer_was_wrong(site, device):
    await adds(await site.person("daughter"), device)
    client = site.stranger()
    options = await options_for(client)
    first = device.get(options)
    assert (await client.post("/sign-in/passkey", data={"credential": first})).status_code == 303
    replayed = await client.post("/sign-in/passkey", data={"credential": first})
    again = await client.post("/sign-in/passkey", data={"credential": device.get(options)})
    assert (replayed.status_code, again.status_code) == (422, 422)

    spoiled = await options_for(client)
    device.recognises = False
    await client.post("/sign-in/passkey", data={"credential": device.get(spoiled)})
    device.recognises = True
    assert (await client.post("/sign-in/passkey", data={"credential": device.get(spoiled)})).status_code == 422


async def test_ten_uses_of_one_answer_at_once_open_one_session(site, device):
    await adds(await site.person("daughter"), device)
    client = site.stranger()
    credential = device.get(await options_for(client))
    answers = await asyncio.gather(
        *(client.post("/sign-in/passkey", data={"credential": credential}) for _ in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [303] + [422] * 9


async def test_a_challenge_belongs_to_the_browser_that_asked(site, device):
    await adds(await site.person("daughter"), device)
    asked, other = site.stranger(), site.stranger()
    await options_for(other)
    answer = await other.post("/sign-in/passkey", data={"credential": device.get(await options_for(asked))})
    assert answer.status_code == 422


async def test_a_challenge_is_of_no_use_after_five_minutes(site, device):
    await adds(await site.person("daughter"), device)
    client = site.stranger()
    credential = device.get(await options_for(client))
    site.clock.now += timedelta(minutes=5, seconds=1)
    assert (await client.post("/sign-in/passkey", data={"credential": credential})).status_code == 422


async def test_a_challenge_we_never_made_is_refused(site, device):
    await adds(await site.person("daughter"), device)
    client = site.stranger()
    options = await options_for(client) | {"challenge": "A" * 43}
    assert (await client.post("/sign-in/passkey", data={"credential": device.get(options)})).status_code == 422


async def test_a_counter_that_does_not_rise_is_a_copied_key(site, device):
    await adds(await site.person("daughter"), device)
    client = site.stranger()
    assert (await signs_in(client, device)).status_code == 303
    device.count -= 1
    assert (await signs_in(client, device)).status_code == 422
    assert (await signs_in(client, device)).status_code == 303


@pytest.mark.parametrize(("origin", "host"), [("https://evil.example", HOST), (ORIGIN, "evil.example")])
async def test_what_was_signed_for_another_site_is_refused(site, device, origin, host):
    await adds(await site.person("daughter"), device)
    device.origin, device.host = origin, host
    assert (await signs_in(site.stranger(), device)).status_code == 422


async def test_somebody_elses_key_under_her_name_is_refused(site, device):
    daughter = await site.person("daughter")
    await adds(daughter, device)
    thief = Authenticator(ORIGIN, HOST)
    thief.id, thief.user = device.id, device.user
    assert (await signs_in(site.stranger(), thief)).status_code == 422
    device.user = bytes(16)
    assert (await signs_in(site.stranger(), device)).status_code == 422


async def test_a_credential_that_is_known_is_not_added_to_another_account(site, device):
    await adds(await site.person("daughter"), device)
    assert (await adds(await site.person("stranger"), device)).status_code == 422
    client = site.stranger()
    device.user = b""
    assert (await signs_in(client, device)).status_code == 422


async def test_a_challenge_for_one_purpose_serves_no_other(site, device):
    daughter = await site.person("daughter")
    options = await options_for(daughter) | {"user": {"id": "AAAA"}}
    assert (await daughter.post("/me/passkeys", data={"credential": device.create(options)})).status_code == 422


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "{}",
        "[]",
        "null",
        "{",
        '{"response": 7, "id": "x"}',
        '{"id": 7, "response": {"clientDataJSON": "e30"}}',
        "汉",
    ],
)
async def test_anything_else_is_answered_kindly(site, typed):
    client = site.stranger()
    await options_for(client)
    answer = await client.post("/sign-in/passkey", data={"credential": typed})
    assert answer.status_code == 422
    assert "没有认出" in answer.text
    assert (await (await site.person("daughter")).post("/me/passkeys", data={"credential": typed})).status_code == 422


async def test_broken_answers_to_a_real_challenge_are_answered_kindly(site, device):
    await adds(await site.person("daughter"), device)
    client = site.stranger()
    for part in ("authenticatorData", "signature", "userHandle"):
        for broken in ("", "AAAA", "%%", 7, None):
            credential = json.loads(device.get(await options_for(client)))
            credential["response"][part] = broken
            answer = await client.post("/sign-in/passkey", data={"credential": json.dumps(credential)})
            assert answer.status_code == 422, (part, broken)


async def test_ten_minutes_after_signing_in_she_signs_in_again_before_adding_one(site, device):
    daughter = await site.person("daughter")
    options = (await daughter.post("/me/passkeys/challenge")).json()
    site.clock.now += timedelta(minutes=10, seconds=1)
    assert (await daughter.post("/me/passkeys/challenge")).status_code == 403
    refused = await daughter.post("/me/passkeys", data={"credential": device.create(options)})
    assert refused.status_code == 403
    assert "重新登录" in (await daughter.get("/me/passkeys")).text


async def test_she_names_and_removes_her_own_and_nobody_elses(site, device):
    daughter, stranger = await site.person("daughter"), await site.person("stranger")
    await adds(daughter, device)
    passkey = re.search(r"/me/passkeys/([0-9a-f-]{36})/name", (await daughter.get("/me/passkeys")).text)[1]
    assert passkey not in (await stranger.get("/me/passkeys")).text
    for deed in ("name", "remove"):
        answer = await stranger.post(f"/me/passkeys/{passkey}/{deed}", data={"name": "我的"})
        assert answer.status_code == 404
    assert (await daughter.post(f"/me/passkeys/{passkey}/name", data={"name": " "})).status_code == 422
    await daughter.post(f"/me/passkeys/{passkey}/name", data={"name": "<红手机>"})
    assert "&lt;红手机&gt;" in (await daughter.get("/me/passkeys")).text
    assert (await daughter.post(f"/me/passkeys/{passkey}/remove")).status_code == 409  # her only way in
    another = Authenticator(ORIGIN, HOST)
    assert (await adds(daughter, another)).status_code == 303
    assert (await daughter.post(f"/me/passkeys/{passkey}/remove")).status_code == 303
    assert (await signs_in(site.stranger(), device)).status_code == 422
    assert (await signs_in(site.stranger(), another)).status_code == 303


async def test_row_level_security_alone_shows_nobody_a_passkey_or_a_challenge(site, device):
    await adds(await site.person("daughter"), device)
    async with site.app.state.pool.acquire() as db:
        assert await db.fetchval("SELECT count(*) FROM passkeys") == 0
        assert await db.fetchval("SELECT count(*) FROM passkey_challenges") == 0


async def test_what_was_typed_before_the_session_ended_is_offered_again(site, device):
    await adds(await site.person("daughter"), device)
    answer = await signs_in(site.stranger(), device, again="/acting", **{"typed.note": "写了很多"})
    assert answer.status_code == 200
    assert 'action="/acting"' in answer.text
    assert "写了很多" in answer.text
