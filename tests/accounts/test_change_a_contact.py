"""Another number or address: proved with a code, after a fresh sign-in, and never in silence."""

import re
from datetime import timedelta

import pytest_asyncio

from backend.accounts.queries import cooling
from backend.core.crypto import Vault
from backend.core.db import Tx, connect, open_pool
from backend.core.jobs import Work
from backend.notifications.codes import tell_changed
from tests.accounts.test_sign_in_with_a_code import PHONE, asks, code_in, registered

NEW = "13911110000"


@pytest_asyncio.fixture
async def worker(real):
    """`await worker()` raises the alarms that wait, as the job does, and says how many there were."""
    settings = real.app.state.settings
    pool, owner = await open_pool(settings.login("worker"), 2), await connect(settings.login("owner"))
    work = Work(pool, Vault(settings.master_key), settings, real.clock)

    async def tell():
        alarms = await owner.fetch("SELECT id FROM contact_alarms WHERE sealed IS NOT NULL")
        assert len(alarms) <= await owner.fetchval(
            "SELECT count(*) FROM pgqueuer WHERE entrypoint = 'tell_contact_changed'"
        )
        for (alarm,) in alarms:
            await tell_changed(work, alarm)
        return len(alarms)

    yield tell
    await work.close()
    await pool.close()
    await owner.close()


async def changes(client, postman, gateway, to=NEW):
    asked = await client.post("/me/contacts", data={"contact": to})
    assert asked.status_code == 303, asked.text
    await postman()
    return await client.post("/me/contacts/code", data={"code": code_in(gateway)})


async def is_cooling(real):
    owner = await connect(real.app.state.settings.login("owner"))
    async with owner.transaction():
        await owner.execute("SELECT set_config('app.now', $1, true)", real.clock().isoformat())
        account = await owner.fetchval("SELECT id FROM accounts")
        found = await cooling(Tx(owner, Vault(real.app.state.settings.master_key), real.clock()), account)
    await owner.close()
    return found


async def test_what_she_has_is_shown_masked(real, postman, gateway):
    client = await registered(real, postman, gateway)
    shown = (await client.get("/me/contacts")).text
    assert "138****2222" in shown
    assert PHONE not in shown


async def test_a_code_to_the_new_number_changes_it_and_the_old_one_is_told(real, postman, gateway, worker):
    client = await registered(real, postman, gateway)
    answer = await changes(client, postman, gateway)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/contacts")
    assert "139****0000" in (await client.get("/me/contacts")).text
    assert await worker() == 1
    assert gateway.texts[-1]["to"] == PHONE
    assert "手机号刚刚换了" in gateway.texts[-1]["text"]
    assert await worker() == 0
    again = real.stranger()
    await asks(again, NEW)
    await postman()
    assert (await again.post("/sign-in/code", data={"code": code_in(gateway)})).status_code == 303
    assert "陈小燕" in (await again.get("/me")).text


async def test_an_address_is_added_and_the_number_is_told(real, postman, gateway, mail, worker):
    client = await registered(real, postman, gateway)
    await client.post("/me/contacts", data={"contact": "xiaoyan@example.org"})
    await postman()
    code = re.search(r"\d{6}", mail.letters[0]["Subject"])[0]
    assert (await client.post("/me/contacts/code", data={"code": code})).status_code == 303
    assert "xi***@example.org" in (await client.get("/me/contacts")).text
    assert await worker() == 1
    assert "邮箱刚刚换了" in gateway.texts[-1]["text"]
    assert not await is_cooling(real)
    await changes(client, postman, gateway)
    assert await worker() == 2
    assert mail.recipients[-1] == ["xiaoyan@example.org"]


async def test_ten_minutes_after_signing_in_she_signs_in_again_first(real, postman, gateway):
    client = await registered(real, postman, gateway)
    real.clock.now += timedelta(minutes=10, seconds=1)
    refused = await client.post("/me/contacts", data={"contact": NEW})
    assert refused.status_code == 403
    assert "/sign-in?next=/me/contacts" in refused.text
    assert 'name="contact"' not in (await client.get("/me/contacts")).text
    await asks(client)
    await postman()
    await client.post("/sign-in/code", data={"code": code_in(gateway)})
    assert (await changes(client, postman, gateway)).status_code == 303


async def test_a_new_number_gives_no_consent_by_text_message_for_seven_days(real, postman, gateway):
    client = await registered(real, postman, gateway)
    assert not await is_cooling(real)
    real.clock.now += timedelta(minutes=1)
    await changes(client, postman, gateway)
    assert await is_cooling(real)
    assert "7 天内换的" in (await client.get("/me/contacts")).text
    real.clock.now += timedelta(days=7, seconds=1)
    assert not await is_cooling(real)


async def test_somebody_elses_number_stays_his(real, postman, gateway, worker):
    await registered(real, postman, gateway, "路人", NEW)
    client = await registered(real, postman, gateway)
    answer = await changes(client, postman, gateway)
    assert answer.status_code == 409
    assert "另一个账号" in answer.text
    assert "138****2222" in (await client.get("/me/contacts")).text
    assert await worker() == 0


async def test_wrong_codes_are_counted_and_five_end_it(real, postman, gateway):
    client = await registered(real, postman, gateway)
    await client.post("/me/contacts", data={"contact": NEW})
    await postman()
    right = code_in(gateway)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(5):
        assert (await client.post("/me/contacts/code", data={"code": wrong})).status_code == 422
    late = await client.post("/me/contacts/code", data={"code": right})
    assert "用完了" in late.text
    assert "138****2222" in (await client.get("/me/contacts")).text


async def test_a_code_to_change_opens_no_session_and_one_to_sign_in_changes_nothing(real, postman, gateway):
    client = await registered(real, postman, gateway)
    await client.post("/me/contacts", data={"contact": NEW})
    await postman()
    answer = await client.post("/sign-in/code", data={"code": code_in(gateway)})
    assert answer.headers["location"] == "/sign-in"
    other = await registered(real, postman, gateway, "路人", "13877776666")
    await asks(other)
    assert (await other.post("/me/contacts/code", data={"code": "000000"})).headers["location"] == "/me/contacts"


async def test_what_is_no_number_is_said_and_kept(real, postman, gateway):
    client = await registered(real, postman, gateway)
    answer = await client.post("/me/contacts", data={"contact": "139<1>"})
    assert answer.status_code == 422
    assert "139&lt;1&gt;" in answer.text
