"""A child of fourteen takes over the account a parent opened: at a counter with her card, or by the identity provider."""

from datetime import UTC, datetime

import msgspec
import pytest
import pytest_asyncio

from tests.fakes.provider import CLIENT, SECRET, identity_provider
from tests.mandates.clerk import Clerk, rows
from tests.mandates.test_agree_for_a_ward import in_charge
from tests.mandates.test_guard_a_child import OLDER, YOUNG
from tests.web import ORIGIN, StoppedClock, agree, running

PHONE = "13811112222"
LATER = datetime(2032, 6, 1, 2, tzinfo=UTC)  # she is fourteen since March
NUMBER = YOUNG["child_number"]


async def signs_in(site, phone=PHONE, name=""):
    """Her browser after a code to her phone; `name`: what a newcomer says."""
    client = site.stranger()
    await client.post("/sign-in/codes", data={"contact": phone})
    (row,) = await rows(
        site, "SELECT id, code_sealed FROM sign_in_codes WHERE used_at IS NULL ORDER BY asked_at DESC, id LIMIT 1"
    )
    code = site.app.state.vault.system.open(row["code_sealed"], f"attempt:{row['id']}:code").decode()
    await client.post("/sign-in/code", data={"code": code})
    if name:
        await client.post("/sign-in/name", data={"name": name})
    return client


async def handed_over(site, **changed):
    officer = await site.person("officer-civil")
    said = {"number": NUMBER, "phone": PHONE, "compared": "yes"} | changed
    return await officer.post("/desk/identity/handover", data=said)


async def child_of(site):
    return (await rows(site, "SELECT DISTINCT principal_id AS id FROM mandates WHERE kind = 'guardian'"))[0]["id"]


async def test_at_the_counter_her_own_phone_opens_it_with_everything_in_it(site):
    _mother, page = await in_charge(site, "spouse")
    before = await rows(site, "SELECT element, sealed FROM facts WHERE party_id = $1", await child_of(site))
    assert before
    site.clock.now = LATER
    officer = await site.person("officer-civil")
    assert "可以用自己的手机号接手" in (await officer.post("/desk/identity", data={"number": NUMBER})).text
    assert (await handed_over(site)).status_code == 303
    child = await signs_in(site)
    assert (await child.get("/me")).headers["location"].startswith("/agree"), (
        "she is asked herself before anything else"
    )
    await agree(child)
    assert "周小禾" in (await child.get("/me")).text
    assert "身份证号码" in (await child.get("/me/data")).text
    (fact,) = await rows(
        site, "SELECT sealed FROM facts WHERE party_id = $1 AND element = 'person.name'", await child_of(site)
    )
    assert fact["sealed"] in {row["sealed"] for row in before}
    for _round in range(3):
        await Clerk(site).works()
    assert "接手了自己的资料" in (await (await site.person("spouse")).get(page.removesuffix("/consents"))).text
    assert "孩子接手了自己的账号" in (await (await site.person("spouse")).get("/inbox")).text
    assert "这是您自己的账号了" in (await child.get("/inbox")).text
    assert "何安家" in (await child.get("/mandates")).text, "her mother is still her guardian"
    mandate = page.split("/")[2]
    assert (await child.post(f"/mandates/{mandate}/revocation")).status_code == 404
    assert await rows(site, "SELECT * FROM journal_faults()") == []


async def test_what_she_began_with_that_phone_before_is_joined_and_then_forgotten(site):
    await in_charge(site, "spouse")
    site.clock.now = LATER
    early = await signs_in(site, name="周小禾")
    await agree(early)
    assert (await handed_over(site)).status_code == 303
    assert (await early.get("/me")).headers["location"].startswith("/sign-in"), "that session is over"
    child = await agree(await signs_in(site))
    assert "身份证号码" in (await child.get("/me/data")).text
    (left,) = await rows(site, "SELECT account_id FROM erasures")
    assert left["account_id"] != await child_of(site)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"phone": "12"}, "11 位手机号"),
        ({"phone": "13900000004"}, "登记在别人名下"),
        ({"compared": ""}, "核对证件和本人"),
    ],
)
async def test_a_wrong_number_her_mothers_phone_and_no_look_at_the_card_hand_nothing_over(site, changed, said):
    await in_charge(site, "spouse")
    site.clock.now = LATER
    answer = await handed_over(site, **changed)
    assert answer.status_code == 422
    assert said in answer.text
    assert await rows(site, "SELECT 1 FROM contacts WHERE account_id = $1", await child_of(site)) == []


async def test_not_before_fourteen_not_twice_and_not_a_grown_ups_account(site):
    await in_charge(site, "spouse")
    assert (await handed_over(site)).status_code == 404
    site.clock.now = LATER
    assert (await handed_over(site)).status_code == 303
    assert (await handed_over(site, phone="13811113333")).status_code == 404
    assert (await handed_over(site, number="460199194403051015", phone="13811113333")).status_code == 404


async def test_who_sits_at_no_window_hands_nothing_over(site):
    await in_charge(site, "spouse", OLDER)
    mother = await site.person("spouse")
    said = {"number": OLDER["child_number"], "phone": PHONE, "compared": "yes"}
    assert (await mother.post("/desk/identity/handover", data=said)).status_code == 404


@pytest_asyncio.fixture(scope="module")
async def provider():
    async with identity_provider(f"{ORIGIN}/sign-in/provider/back") as provider:
        yield provider


async def test_the_provider_says_her_number_and_a_namesake_gets_an_account_of_her_own(town_settings, provider):
    told = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_number_claim": "id_number",
    }
    settings = msgspec.structs.replace(town_settings, public_url=ORIGIN, **told)
    async with running(settings, StoppedClock(datetime.now(UTC))) as site:
        await in_charge(site, "spouse", OLDER)
        for who, hers in (("namesake", False), ("grown", True)):
            client = site.stranger()
            away = (await client.get("/sign-in/provider", params={"next": "/me"})).headers["location"]
            answer = await client.get(await provider.answers(away, login_hint=who))
            assert answer.status_code == 303, answer.text
            (session,) = await rows(site, "SELECT account_id FROM sessions WHERE means = 'provider' ORDER BY created_at DESC, token_hash = sha256($1) DESC LIMIT 1",
                                    client.cookies["__Host-session"].encode())  # fmt: skip
            assert (session["account_id"] == await child_of(site)) is hers
        (told_off,) = await rows(site, "SELECT count(*) AS n FROM pgqueuer WHERE entrypoint = 'account_taken_over'")
        assert told_off["n"] == 1
