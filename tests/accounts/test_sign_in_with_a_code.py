"""Signing in with a number: the code arrives by text message or e-mail, and opens one browser, once."""

import asyncio
import re
from datetime import timedelta

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.core.crypto import Vault
from backend.core.db import Tx, connect
from tests.web import agree

PHONE = "13811112222"


async def asks(client, contact=PHONE, **more):
    return await client.post("/sign-in/codes", data={"contact": contact, **more})


def code_in(gateway):
    return re.search(r"\d{6}", gateway.texts[-1]["text"])[0]


async def registered(real, postman, gateway, name="陈小燕", contact=PHONE):
    client = real.stranger()
    await asks(client, contact)
    await postman()
    await client.post("/sign-in/code", data={"code": code_in(gateway)})
    await client.post("/sign-in/name", data={"name": name})
    await agree(client)
    return client


async def test_the_first_time_she_says_her_name_and_is_in(real, postman, gateway):
    client = real.stranger()
    answer = await asks(client, next="/me")
    assert answer.headers["location"] == "/sign-in/code?next=%2Fme"
    await postman()
    assert gateway.texts[0]["to"] == PHONE
    asked = await client.post("/sign-in/code", data={"code": code_in(gateway), "next": "/me"})
    assert "怎么称呼" in asked.text
    came_in = await client.post("/sign-in/name", data={"name": " 陈 小燕 ", "next": "/me"})
    assert came_in.headers["location"] == "/me"
    await agree(client)
    assert "陈 小燕" in (await client.get("/me")).text


async def test_what_was_typed_when_a_session_ended_goes_along_through_every_form(real, postman, gateway):
    client = real.stranger()
    carried = {"again": "/cart/sheet", "typed.answer": "写了很久", "next": "/"}
    shown = await asks(client, **carried)
    assert shown.status_code == 200
    assert 'name="typed.answer" value="写了很久"' in shown.text
    await postman()
    wrong = await client.post("/sign-in/code", data={"code": "x", **carried})
    assert 'name="typed.answer" value="写了很久"' in wrong.text
    named = await client.post("/sign-in/code", data={"code": code_in(gateway), **carried})
    assert 'name="typed.answer" value="写了很久"' in named.text
    came_in = await client.post("/sign-in/name", data={"name": "陈小燕", **carried})
    assert 'action="/cart/sheet"' in came_in.text
    assert 'name="answer" value="写了很久"' in came_in.text


async def test_the_next_time_the_number_is_enough(real, postman, gateway):
    await registered(real, postman, gateway)
    again = real.stranger()
    await asks(again, "+86 138-1111-2222")
    await postman()
    answer = await again.post("/sign-in/code", data={"code": " ".join(code_in(gateway))})
    assert answer.status_code == 303
    assert "陈小燕" in (await again.get("/me")).text


async def test_a_code_by_e_mail_arrives_in_the_subject(real, postman, mail):
    client = real.stranger()
    await asks(client, "Xiao.Yan@Example.org")
    await postman()
    code = re.search(r"\d{6}", mail.letters[0]["Subject"])[0]
    assert mail.recipients[0] == ["xiao.yan@example.org"]
    assert "怎么称呼" in (await client.post("/sign-in/code", data={"code": code})).text


async def test_the_answer_does_not_tell_whether_anybody_is_known_there(real, postman, gateway):
    await registered(real, postman, gateway)
    known, unknown = await asks(real.stranger()), await asks(real.stranger(), "13833334444")
    assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])
    assert known.text == unknown.text


async def test_five_wrong_guesses_end_it_and_the_right_one_comes_too_late(real, postman, gateway):
    client = real.stranger()
    await asks(client)
    await postman()
    right = code_in(gateway)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for left in (4, 3, 2, 1):
        answer = await client.post("/sign-in/code", data={"code": wrong})
        assert answer.status_code == 422
        assert f"还可以试 {left} 次" in answer.text
    assert "用完了" in (await client.post("/sign-in/code", data={"code": wrong})).text
    assert "用完了" in (await client.post("/sign-in/code", data={"code": right})).text
    assert (await client.get("/me")).status_code == 303


async def test_a_thousand_guesses_at_once_are_still_five(real, postman):
    client = real.stranger()
    await asks(client)
    for start in range(0, 1000, 100):
        await asyncio.gather(
            *(client.post("/sign-in/code", data={"code": f"{n:06}"}) for n in range(start, start + 100))
        )
    async with real.app.state.pool.acquire() as db:
        browser = await db.fetchval(
            "SELECT encode(sha256($1::bytea), 'hex')", client.cookies["__Host-attempt"].encode()
        )
        await db.execute("SELECT set_config('app.browser', $1, false)", browser)
        assert await db.fetchval("SELECT tries FROM sign_in_codes") == 5
        await db.execute("RESET ALL")


async def test_a_code_opens_only_the_browser_that_asked(real, postman, gateway):
    asked, other = real.stranger(), real.stranger()
    await asks(asked)
    await asks(other, "13899998888")
    await postman()
    for_asked = re.search(r"\d{6}", next(t["text"] for t in gateway.texts if t["to"] == PHONE))[0]
    answer = await other.post("/sign-in/code", data={"code": for_asked})
    assert answer.status_code == 422


async def test_a_code_is_of_no_use_after_five_minutes(real, postman, gateway):
    client = real.stranger()
    await asks(client)
    await postman()
    real.clock.now += timedelta(minutes=5, seconds=1)
    answer = await client.post("/sign-in/code", data={"code": code_in(gateway)})
    assert answer.headers["location"] == "/sign-in"


async def test_a_right_code_works_once(real, postman, gateway):
    client = await registered(real, postman, gateway)
    answer = await client.post("/sign-in/code", data={"code": code_in(gateway)})
    assert answer.headers["location"] == "/sign-in"


async def test_the_sixth_code_in_an_hour_is_refused_and_after_the_hour_it_comes(real):
    client = real.stranger()
    real.clock.now = real.clock.now.replace(minute=0)
    for _ in range(5):
        assert (await asks(client)).status_code == 303
    refused = await asks(client)
    assert refused.status_code == 429
    assert "12345" in refused.text
    real.clock.now += timedelta(hours=1)
    assert (await asks(client)).status_code == 303


async def test_a_code_that_was_sent_is_kept_only_as_its_hash(real, postman, gateway, settings):
    await asks(real.stranger())
    await postman()
    await postman()
    assert len(gateway.texts) == 1


async def test_what_nobody_knows_is_not_sent_again(real, postman, gateway):
    gateway.mood = "drops"
    await asks(real.stranger())
    await postman()
    await postman()
    assert len(gateway.texts) == 1


async def test_something_that_is_no_number_is_told_so_and_kept(real):
    for typed in ("1381111", "a@b", "'; DROP TABLE accounts", "x" * 300):
        answer = await asks(real.stranger(), typed)
        assert answer.status_code == 422
        assert "11 位手机号" in answer.text
        assert 'name="contact"' in answer.text
    nul = await asks(real.stranger(), "138\0")
    assert nul.status_code == 400


async def test_she_sees_where_she_is_signed_in_and_ends_it_there(real, postman, gateway):
    phone = await registered(real, postman, gateway)
    tablet = real.stranger()
    tablet.headers["User-Agent"] = "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Safari/605.1"
    await asks(tablet)
    await postman()
    await tablet.post("/sign-in/code", data={"code": code_in(gateway)})
    shown = (await phone.get("/me/sessions")).text
    assert "iPad · Safari" in shown
    session = re.search(r"/me/sessions/([0-9a-f-]{36})/end", shown)[1]
    assert (await phone.post(f"/me/sessions/{session}/end")).status_code == 303
    assert (await tablet.get("/me")).status_code == 303


async def test_nobody_ends_a_strangers_session(real, postman, gateway):
    mine = await registered(real, postman, gateway)
    theirs = await registered(real, postman, gateway, "路人", "13877776666")
    await asks(theirs)
    shown = (await theirs.get("/me/sessions")).text
    assert "/end" not in shown
    async with real.app.state.pool.acquire() as db:
        assert await db.fetchval("SELECT count(*) FROM sessions") == 0  # row-level security: nobody looks
    answer = await mine.post("/me/sessions/00000000-0000-0000-0000-000000000000/end")
    assert answer.status_code == 404


async def test_the_number_of_a_business_opens_no_second_account(real, postman, gateway):
    owner = await connect(real.app.state.settings.login("owner"))
    async with owner.transaction():
        tx = Tx(owner, Vault(real.app.state.settings.master_key), real.clock())
        await open_account(tx, NewAccount(kind="business", name="小店", phone=PHONE))
    await owner.close()
    client = real.stranger()
    await asks(client)
    await postman()
    await client.post("/sign-in/code", data={"code": code_in(gateway)})
    answer = await client.post("/sign-in/name", data={"name": "陈小燕"})
    assert answer.status_code == 409
    assert "另一个账号" in answer.text
