"""The language somebody reads in is the one she is written to in."""

import msgspec
import pytest_asyncio

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.core.crypto import Vault
from backend.core.db import Tx, connect, wall_clock
from tests.web import running


@pytest_asyncio.fixture
async def owner(settings):
    connection = await connect(settings.login("owner"))
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def site(settings, owner):
    async with owner.transaction():
        tx = Tx(owner, Vault(settings.master_key), wall_clock())
        for handle, name in (("daughter", "林小燕"), ("father", "林长福")):
            await open_account(tx, NewAccount(kind="person", name=name, handle=handle))
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


async def test_what_she_chose_is_kept_with_her_next_step_and_nobody_elses(site, owner):
    daughter, father = await site.person("daughter"), await site.person("father")
    answer = await daughter.post("/language", data={"lang": "en", "back": "/me"})
    assert answer.headers["location"] == "/me"
    await daughter.post("/acting", data={"mandate": "", "principal": ""})
    await father.post("/acting", data={"mandate": "", "principal": ""})
    kept = await owner.fetch("SELECT handle, language FROM accounts ORDER BY handle")
    assert [tuple(row) for row in kept] == [("daughter", "en"), ("father", "zh-Hans")]


async def test_a_language_nobody_speaks_changes_nothing(site, owner):
    daughter = await site.person("daughter")
    await daughter.post("/language", data={"lang": "tlh", "back": "https://elsewhere.example"})
    await daughter.post("/acting", data={"mandate": "", "principal": ""}, headers={"Cookie": "lang=tlh"})
    assert await owner.fetchval("SELECT language FROM accounts WHERE handle = 'daughter'") == "zh-Hans"


async def test_what_she_chose_is_hers_on_every_device_and_comes_before_the_browsers(site):
    first = await site.person("daughter")
    await first.post("/language", data={"lang": "en", "back": "/me"})
    elsewhere = await site.person("daughter")
    answer = await elsewhere.get("/me")
    assert '<html lang="en"' in answer.text
    assert answer.headers["content-language"] == "en"
    assert '<html lang="zh-CN"' in (await (await site.person("father")).get("/me")).text


async def test_a_guests_choice_goes_with_her_when_she_signs_in(site, owner):
    daughter = await site.person("daughter")
    daughter.cookies.set("lang", "zh-Hant")
    await daughter.post("/acting", data={"mandate": "", "principal": ""})
    row = await owner.fetchrow("SELECT language, language_chosen FROM accounts WHERE handle = 'daughter'")
    assert tuple(row) == ("zh-Hant", True)
