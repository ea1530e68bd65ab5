"""The province's identity provider, played by a certified one: who comes back with what."""

import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import pytest_asyncio
from asyncpg import CheckViolationError
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from backend.accounts.provider import NotVouched, verified
from backend.core.db import connect
from tests.fakes.provider import CLIENT, SECRET, identity_provider, query_of
from tests.fakes.push_service import free_port
from tests.web import ORIGIN, StoppedClock, agree, running


@pytest_asyncio.fixture(scope="module")
async def provider():
    async with identity_provider(f"{ORIGIN}/sign-in/provider/back") as provider:
        yield provider


@pytest_asyncio.fixture
async def site(settings, provider):
    told = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    settings = msgspec.structs.replace(settings, public_url=ORIGIN, **told)
    async with running(settings, StoppedClock(datetime.now(UTC))) as site:
        yield site


async def sets_out(client, target="/me"):
    """The address at the provider her browser is sent to."""
    answer = await client.get("/sign-in/provider", params={"next": target})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def signs_in(client, provider, **changed):
    return await client.get(await provider.answers(await sets_out(client), **changed))


async def fetched(site, question, *args):
    owner = await connect(site.app.state.settings.login("owner"))
    try:
        return await owner.fetchval(question, *args)
    finally:
        await owner.close()


async def test_the_first_time_she_gets_an_account_under_the_name_the_provider_says(site, provider):
    client = site.stranger()
    answer = await signs_in(client, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    await agree(client)
    assert "陈小燕" in (await client.get("/me")).text
    again = site.stranger()
    await signs_in(again, provider)
    assert "陈小燕" in (await again.get("/me")).text
    assert await fetched(site, "SELECT count(*) FROM accounts WHERE level = 'provider'") == 1
    assert await fetched(site, "SELECT count(*) FROM sessions WHERE means = 'provider'") == 2


async def test_what_is_asked_for_is_a_code_with_a_challenge_a_state_and_a_nonce(site):
    asked = query_of(await sets_out(site.stranger()))
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert min(len(asked[part]) for part in ("state", "nonce", "code_challenge")) == 43


async def test_the_sign_in_page_leads_there(site):
    assert "/sign-in/provider?next=/cart" in (await site.stranger().get("/sign-in?next=/cart")).text


async def test_a_forged_state_is_refused(site, provider):
    client = site.stranger()
    assert (await signs_in(client, provider, state="forged")).status_code == 403
    assert "__Host-session" not in client.cookies


async def test_a_state_belongs_to_the_browser_that_set_out(site, provider):
    """Nobody is signed in as somebody else by a link he was sent."""
    thief, victim = site.stranger(), site.stranger()
    back = await provider.answers(await sets_out(thief))
    await sets_out(victim)
    assert (await victim.get(back)).status_code == 403
    assert "__Host-session" not in victim.cookies


async def test_a_code_works_once(site, provider):
    client = site.stranger()
    back = await provider.answers(await sets_out(client))
    assert (await client.get(back)).status_code == 303
    assert (await client.get(back)).status_code == 403
    replayed = query_of(back)["code"]
    state = query_of(await sets_out(client))["state"]
    answer = await client.get("/sign-in/provider/back", params={"code": replayed, "state": state})
    assert answer.status_code == 403


async def test_a_code_that_was_stolen_is_of_no_use_without_its_verifier(site, provider):
    victim, thief = site.stranger(), site.stranger()
    code = query_of(await provider.answers(await sets_out(victim)))["code"]
    state = query_of(await sets_out(thief))["state"]
    assert (await thief.get("/sign-in/provider/back", params={"code": code, "state": state})).status_code == 403


async def test_a_token_with_another_nonce_is_refused(site, provider):
    client = site.stranger()
    assert (await signs_in(client, provider, nonce="another")).status_code == 403
    assert "__Host-session" not in client.cookies


async def test_an_answer_of_another_provider_is_refused(site, provider):
    client = site.stranger()
    mixed = await provider.answers(await sets_out(client))
    asked = query_of(mixed) | {"iss": "https://evil.example"}
    assert (await client.get("/sign-in/provider/back", params=asked)).status_code == 403


async def test_an_attempt_ends_after_ten_minutes_and_a_refusal_there_is_said_kindly(site, provider):
    client = site.stranger()
    back = await provider.answers(await sets_out(client))
    state = query_of(await sets_out(client))["state"]
    denied = await client.get("/sign-in/provider/back", params={"error": "access_denied", "state": state})
    assert denied.status_code == 403
    assert "没有确认您的身份" in denied.text
    site.clock.now += timedelta(minutes=10, seconds=1)
    assert (await client.get(back)).status_code == 403


async def test_who_is_signed_in_steps_up_under_her_own_name_only(site, provider):
    client = site.stranger()
    await signs_in(client, provider)
    account = await fetched(site, "SELECT account_id FROM identities")
    await has_a_number(site, account)
    await fetched(site, "WITH gone AS (DELETE FROM identities) UPDATE accounts SET level = 'code'")
    other = await signs_in(client, provider, login_hint="other")
    assert other.status_code == 403
    assert "不一样" in other.text
    assert (await signs_in(client, provider)).status_code == 303
    assert await fetched(site, "SELECT level FROM accounts WHERE id = $1", account) == "provider"


async def has_a_number(site, account):
    await fetched(
        site,
        "INSERT INTO contacts (account_id, kind, value_sealed, value_blind, verified_at) VALUES ($1, 'phone', '', '', now())",
        account,
    )


async def test_the_link_is_taken_away_only_while_another_way_in_remains(site, provider):
    client = site.stranger()
    await signs_in(client, provider)
    await agree(client)
    assert "解除关联" in (await client.get("/me/provider")).text
    alone = await client.post("/me/provider/unlink")
    assert alone.status_code == 409
    assert "唯一" in alone.text
    assert await fetched(site, "SELECT count(*) FROM identities") == 1
    await has_a_number(site, await fetched(site, "SELECT account_id FROM identities"))
    assert (await client.post("/me/provider/unlink")).status_code == 303
    assert await fetched(site, "SELECT count(*) FROM identities") == 0
    assert "还没有关联" in (await client.get("/me/provider")).text


async def test_the_database_alone_keeps_a_way_in(site, provider):
    await signs_in(site.stranger(), provider)
    with pytest.raises(CheckViolationError):
        await fetched(site, "DELETE FROM identities")


async def test_taking_the_link_away_asks_for_a_fresh_sign_in(site, provider):
    client = site.stranger()
    await signs_in(client, provider)
    await agree(client)
    site.clock.now += timedelta(minutes=11)
    assert (await client.post("/me/provider/unlink")).status_code == 403


async def test_who_set_out_to_be_known_further_comes_back_as_herself_though_her_session_ended(site, provider):
    client = site.stranger()
    await signs_in(client, provider)
    account = await fetched(site, "SELECT account_id FROM identities")
    await has_a_number(site, account)
    await fetched(site, "WITH gone AS (DELETE FROM identities) UPDATE accounts SET level = 'code'")
    out = await client.get("/sign-in/provider", params={"next": "/cart/review", "stay": "yes"})
    await fetched(site, "UPDATE sessions SET ended_at = now()")
    back = await client.get(await provider.answers(out.headers["location"]))
    assert back.headers["location"] == "/cart/review"
    assert await fetched(site, "SELECT level FROM accounts WHERE id = $1", account) == "provider"
    assert await fetched(site, "SELECT count(*) FROM accounts") == 1


async def test_who_set_out_is_not_switched_to_another_account_of_hers(site, provider):
    """Her draft would not be in that one."""
    await signs_in(site.stranger(), provider)
    there = await fetched(site, "SELECT account_id FROM identities")
    client = site.stranger()
    await signs_in(client, provider, login_hint="other")
    here = await fetched(site, "SELECT account_id FROM identities WHERE account_id <> $1", there)
    out = await client.get("/sign-in/provider", params={"next": "/cart/review", "stay": "yes"})
    refused = await client.get(await provider.answers(out.headers["location"]))
    assert refused.status_code == 409
    assert "另一个账号" in refused.text
    assert await fetched(site, "SELECT count(*) FROM sessions WHERE account_id = $1 AND ended_at IS NULL", here) == 1


async def test_an_officer_needs_a_second_factor_there(site, provider):
    client = site.stranger()
    await signs_in(client, provider, login_hint="officer")
    await fetched(site, "UPDATE accounts SET kind = 'officer'")
    alone = await signs_in(site.stranger(), provider, login_hint="officer")
    assert alone.status_code == 403
    assert "通行密钥" in alone.text
    assert (await signs_in(site.stranger(), provider, login_hint="officer+mfa")).status_code == 303


async def test_somebody_without_a_name_there_gets_no_account(site, provider):
    answer = await signs_in(site.stranger(), provider, login_hint="nameless")
    assert answer.status_code == 403
    assert await fetched(site, "SELECT count(*) FROM accounts") == 0


async def test_a_provider_that_is_away_is_said_to_be_away(settings):
    told = {"oidc_issuer": f"http://127.0.0.1:{free_port()}", "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    async with running(msgspec.structs.replace(settings, public_url=ORIGIN, **told)) as site:
        answer = await site.stranger().get("/sign-in/provider")
        assert answer.status_code == 503
        assert "连不上" in answer.text


async def test_without_a_provider_there_is_no_such_page(settings):
    async with running(settings) as site:
        assert (await site.stranger().get("/sign-in/provider")).status_code == 404
        assert (await site.stranger().get("/sign-in/provider/back")).status_code == 404
        assert "/sign-in/provider" not in (await site.stranger().get("/sign-in")).text


KEY = RSAKey.generate_key(2048, {"kid": "ours"})
PUBLIC = KeySet([KEY]).as_dict(private=False)
NOW = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)
GOOD = {
    "iss": "https://id.example",
    "aud": CLIENT,
    "sub": "1",
    "nonce": "n",
    "iat": NOW.timestamp(),
    "exp": NOW.timestamp() + 300,
}


def judged(token):
    return verified(token, PUBLIC, "https://id.example", CLIENT, "n", NOW)


def token(header=None, key=KEY, **changed):
    claims = {name: value for name, value in (GOOD | changed).items() if value is not None}
    header = {"alg": "RS256", "kid": "ours"} | (header or {})
    return jwt.encode(header, claims, key, algorithms=["RS256"])


def test_a_good_token_is_believed():
    assert judged(token())["sub"] == "1"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "another"}, {"aud": None}, {"aud": [CLIENT, "another"]},
        {"azp": "another"}, {"nonce": "m"}, {"nonce": None}, {"sub": None}, {"exp": NOW.timestamp() - 61}, {"exp": None},
        {"iat": NOW.timestamp() + 3600}, {"iat": None},
    ],
)  # fmt: skip
def test_a_token_about_something_else_is_not(changed):
    with pytest.raises(NotVouched):
        judged(token(**changed))


def forged(alg, secret=None):
    """A token made by hand, as an attacker would: joserfc refuses to make one."""
    parts = ({"alg": alg, "kid": "ours"}, GOOD)
    said = b".".join(urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=") for part in parts)
    signature = hmac.digest(secret, said, "sha256") if secret else b""
    return (said + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()


def test_no_signature_and_a_signature_anybody_could_make_are_none():
    strange = RSAKey.generate_key(2048, {"kid": "ours"})
    for untrue in (
        forged("none"),
        forged("None"),
        forged("HS256", KEY.as_pem(private=False)),
        forged("HS256", SECRET.encode()),
        token(key=strange),
        token({"jwk": strange.as_dict(private=False)}, key=strange),
        token()[:-4] + "AAAA",
        "",
        "a.b.c",
    ):
        with pytest.raises(NotVouched):
            judged(untrue)
