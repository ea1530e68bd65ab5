"""The page 登记库: an administrator lets a machine in, brings a table, shuts the machine out; nobody else does."""

import re
from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from backend.core.crypto import Vault
from backend.core.db import Tx, connect
from backend.registers.pushing import keep_pushed
from backend.registers.queries import facts_about
from backend.settings import Settings
from tests.registers.town import FATHER
from tests.web import Site, running


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


async def test_a_machine_is_let_in_pushes_and_is_shut_out(site: Site):
    admin = await site.person("officer-admin")
    page = await admin.post("/desk/registers/clients", data={"register": "population", "name": "公安局数据中心"})
    assert page.status_code == 200
    token = page.text.partition('<code class="wrap">')[2].partition("<")[0]
    assert len(token) > 40
    assert token not in (await admin.get("/desk/registers")).text
    body = {"records": [{"identity": FATHER, "as_of": site.clock.now.isoformat(), "facts": {"person.alive": True}}]}
    path, headers = "/api/v1/registers/population/records", {"Authorization": f"Bearer {token}"}
    stranger = site.stranger()
    assert (
        await stranger.post(path, json=body, headers=headers | {"Idempotency-Key": "push-one-1"})
    ).status_code == 202
    (client,) = re.findall(r"/desk/registers/clients/([0-9a-f-]{36})/end", (await admin.get("/desk/registers")).text)
    end = f"/desk/registers/clients/{client}/end"
    civil = await site.person("officer-civil")
    assert (await civil.post(end)).status_code == 404
    assert (await admin.post(end)).status_code == 303
    assert (await admin.post(end)).status_code == 404
    assert (
        await stranger.post(path, json=body, headers=headers | {"Idempotency-Key": "push-two-2"})
    ).status_code == 404


async def test_a_table_is_taken_whole_or_told_what_is_wrong_with_it(site: Site):
    admin = await site.person("officer-admin")

    async def bring(text: str):
        return await admin.post(
            "/desk/registers/table", data={"register": "population"}, files={"table": ("人口.csv", text.encode("gb18030"), "text/csv")}
        )  # fmt: skip

    wrong = await bring(f"身份证号码,person.alive\n{FATHER},也许\n12,=1\n")
    assert wrong.status_code == 422
    for words in ("第 2 行", "第 3 行", "person.alive", "身份证号码"):
        assert words in wrong.text
    good = await bring(f"身份证号码,person.alive\n{FATHER},是\n")
    assert good.headers["location"] == "/desk/registers?done=table"
    owner = await connect(site.app.state.settings.login("owner"))
    await owner.execute("DELETE FROM register_records")
    tx = Tx(owner, Vault(site.app.state.settings.master_key or ""), site.clock.now)
    (push,) = await owner.fetch("SELECT client_id, key FROM register_pushes")
    await keep_pushed(tx, push["client_id"], push["key"])
    assert [fact.value for fact in (await facts_about(tx, [FATHER]))[FATHER]] == [True]
    await owner.close()


async def test_nobody_else_finds_the_page(site: Site):
    for who in ("officer-civil", "officer-editor", "father"):
        person = await site.person(who)
        assert (await person.get("/desk/registers")).status_code == 404
        answer = await person.post("/desk/registers/clients", data={"register": "population", "name": "x"})
        assert answer.status_code == 404
