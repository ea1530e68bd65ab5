"""Signing in with one tap in demo mode, and what happens when a session ends while somebody types."""

from datetime import timedelta

import msgspec
import pytest_asyncio

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.core.crypto import Vault
from backend.core.db import Tx, connect, wall_clock
from tests.web import running


@pytest_asyncio.fixture
async def site(settings):
    owner = await connect(settings.login("owner"))
    async with owner.transaction():
        await open_account(
            Tx(owner, Vault(settings.master_key), wall_clock()),
            NewAccount(kind="person", name="林小燕", handle="daughter"),
        )
    await owner.close()
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


async def test_one_tap_signs_a_member_of_the_cast_in(site):
    daughter = await site.person("daughter")
    assert "林小燕" in (await daughter.get("/me")).text


async def test_without_demo_mode_nobody_signs_in_by_a_name(site):
    site.app.state.settings = msgspec.structs.replace(site.app.state.settings, demo=False)
    answer = await site.stranger().post("/sign-in", data={"handle": "daughter"})
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


async def test_the_session_cookie_is_bound_to_the_host_and_hidden_from_scripts(site):
    answer = await site.stranger().post("/sign-in", data={"handle": "daughter"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


async def test_an_expired_session_keeps_what_was_typed(site):
    daughter = await site.person("daughter")
    site.clock.now += timedelta(hours=13)
    answer = await daughter.post("/acting", data={"mandate": "", "note": "已经写了很多<字>"})
    assert answer.status_code == 401
    assert "已经写了很多&lt;字&gt;" in answer.text
    again = await daughter.post(
        "/sign-in", data={"handle": "daughter", "again": "/acting", "typed.note": "已经写了很多<字>"}
    )
    assert again.status_code == 200
    assert 'action="/acting"' in again.text
    assert "已经写了很多&lt;字&gt;" in again.text


async def test_a_page_for_signed_in_people_leads_to_the_sign_in_page_and_back(site):
    answer = await site.stranger().get("/me")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fme")


async def test_signing_out_ends_the_session_on_the_server(site):
    daughter = await site.person("daughter")
    token = daughter.cookies["__Host-session"]
    await daughter.post("/sign-out")
    stranger = site.stranger()
    answer = await stranger.get("/me", headers={"Cookie": f"__Host-session={token}"})
    assert answer.status_code == 303


async def test_a_next_address_of_another_site_is_ignored(site):
    for evil in ("//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x=1"):
        answer = await site.stranger().post("/sign-in", data={"handle": "daughter", "next": evil})
        assert answer.headers["location"] == "/"
