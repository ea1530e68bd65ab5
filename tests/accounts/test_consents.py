"""What she agrees to is asked in plain words, kept with their hash, and withdrawn as easily as it was given."""

import hashlib

import asyncpg
import pytest

from backend.accounts.consents import PLATFORM, PREFILL, PURPOSES, SENSITIVE, Purpose, agree, shown, withdraw
from backend.core.db import connect
from tests.accounts.test_sign_in_with_a_code import asks, code_in
from tests.core.somebody import somebody, stranger  # noqa: F401
from tests.web import agree as agree_on_the_page

# Whoever changes the words of a purpose counts its version up, so that everybody is asked again; then writes both here.
KNOWN = {
    "platform": (1, "767e533f4c3e"),
    "sensitive": (2, "63bd3ba3a4a5"),
    "prefill": (1, "7cbb1f19b76d"),
    "push": (1, "97ff1ea0ae51"),
    "sms": (3, "7fd5b4677ef3"),
}


def test_other_words_are_another_version() -> None:
    assert {name: (p.version, shown(p, "zh-Hans")[:12]) for name, p in PURPOSES.items()} == KNOWN


def test_every_purpose_says_what_withdrawing_does() -> None:
    assert [p.name for p in PURPOSES.values() if "撤回" not in p.words] == []


async def new_here(real, postman, gateway, **more):
    client = real.stranger()
    await asks(client)
    await postman()
    await client.post("/sign-in/code", data={"code": code_in(gateway)})
    await client.post("/sign-in/name", data={"name": "陈小燕", **more})
    return client


async def test_the_first_page_asks_and_nothing_opens_before(real, postman, gateway):
    client = await new_here(real, postman, gateway)
    for path in ("/cart", "/me", "/inbox"):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/agree?next=%2F{path[1:]}")
    assert (await client.get("/api/v1/cases")).status_code == 403
    asked = (await client.get("/agree?next=/cart")).text
    assert PLATFORM.words in asked
    assert " checked" not in asked, "nobody is taken to agree"
    assert (await client.post("/agree", data={"next": "/cart"})).status_code == 422
    answer = await client.post("/agree", data={"next": "/cart", "platform": shown(PLATFORM, "zh-Hans")})
    assert answer.headers["location"] == "/cart"
    assert (await client.get("/cart")).status_code == 200


async def test_what_may_be_done_without_agreeing(real, postman, gateway):
    client = await new_here(real, postman, gateway)
    for path in ("/me/consents", "/items", "/"):
        assert (await client.get(path)).status_code == 200
    assert (await client.post("/sign-out")).status_code == 303


async def test_words_that_changed_meanwhile_are_not_agreed_to(real, postman, gateway):
    client = await new_here(real, postman, gateway)
    old = hashlib.sha256("以前的说明".encode()).hexdigest()
    assert (await client.post("/agree", data={"platform": old})).status_code == 422
    assert (await client.get("/cart")).status_code == 303


async def test_a_new_version_is_asked_again_and_what_was_typed_goes_along(real, postman, gateway):
    client = await agree_on_the_page(await new_here(real, postman, gateway))
    real.app.state.terms = PLATFORM.version + 1
    stopped = await client.post("/acting", data={"next": "/cart", "note": "记着这句"})
    assert stopped.status_code == 403
    assert 'name="typed.note" value="记着这句"' in stopped.text
    again = await client.post("/agree/again", data={"again": "/acting", "typed.note": "记着这句"})
    assert PLATFORM.words in again.text
    assert 'name="typed.note" value="记着这句"' in again.text
    sent = await client.post(
        "/agree", data={"platform": shown(PLATFORM, "zh-Hans"), "again": "/acting", "typed.note": "记着这句"}
    )
    assert 'action="/acting"' in sent.text
    assert 'name="note" value="记着这句"' in sent.text


async def test_she_reads_withdraws_and_gives_again_with_one_tap_each(real, postman, gateway):
    client = await agree_on_the_page(await new_here(real, postman, gateway))
    await agree_on_the_page(client, "sms")
    assert "/me/consents/sms/withdrawal" in (await client.get("/me/consents")).text
    await client.post("/me/consents/sms/withdrawal")
    page = (await client.get("/me/consents")).text
    assert "/me/consents/sms/withdrawal" not in page
    assert "以前的记录" in page
    await agree_on_the_page(client, "sms")
    assert "/me/consents/sms/withdrawal" in (await client.get("/me/consents")).text
    assert (await client.post("/me/consents/anything", data={"shown": ""})).status_code == 404


async def test_who_withdraws_the_first_one_is_asked_before_anything_else(real, postman, gateway):
    client = await agree_on_the_page(await new_here(real, postman, gateway))
    await client.post("/me/consents/platform/withdrawal")
    assert (await client.get("/cart")).headers["location"] == "/agree?next=%2Fcart"


async def test_the_very_words_are_kept_with_their_hash_language_version_and_who_agreed(real, postman, gateway):
    client = real.stranger()
    client.headers["Accept-Language"] = "en"
    await asks(client)
    await postman()
    await client.post("/sign-in/code", data={"code": code_in(gateway)})
    await client.post("/sign-in/name", data={"name": "陈小燕"})
    await client.post("/agree", data={"platform": shown(PLATFORM, "en")})
    owner = await connect(real.app.state.settings.login("owner"))
    row = await owner.fetchrow(
        "SELECT c.*, t.words FROM consents c JOIN consent_texts t ON t.hash = c.text_hash WHERE c.given_by = c.account_id"
    )
    await owner.close()
    assert (row["purpose"], row["version"], row["language"], row["given_at"]) == ("platform", 1, "en", real.clock.now)
    assert row["words"] in (await client.get("/me/consents")).text.replace("&#39;", "'")
    assert row["text_hash"] == hashlib.sha256(row["words"].encode()).digest()


@pytest.mark.parametrize("purpose", [SENSITIVE, PREFILL])
async def test_a_consent_is_withdrawn_once_and_changed_or_deleted_never(somebody, purpose: Purpose):  # noqa: F811
    async with somebody.tx() as tx:
        assert await agree(tx, tx.viewer.id, purpose, shown(purpose, "zh-Hans"))
        assert await withdraw(tx, tx.viewer.id, purpose)
    owner = await connect(somebody.settings.login("owner"))
    for deed in (
        "UPDATE consents SET withdrawn_at = NULL, withdrawn_by = NULL",
        "UPDATE consents SET version = 2",
        "DELETE FROM consents",
        "TRUNCATE consents CASCADE",
        "UPDATE consent_texts SET words = '改了'",
        "DELETE FROM consent_texts",
    ):
        with pytest.raises(asyncpg.PostgresError):
            await owner.execute(deed)
    await owner.close()


async def test_nobody_agrees_for_somebody_else(somebody, stranger):  # noqa: F811
    async with stranger.tx() as tx:
        other = tx.viewer.id
    async with somebody.tx() as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.db.transaction():
                await agree(tx, other, PREFILL, shown(PREFILL, "zh-Hans"))
        assert await tx.db.fetchval("SELECT consented($1, 'prefill')", other) is None
