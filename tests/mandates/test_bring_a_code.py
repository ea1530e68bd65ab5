"""A code on the principal's phone, or in a letter, makes the mandate she agreed to: once, in time, for the person she named."""

import re
from datetime import timedelta

import pytest_asyncio

from backend.core.db import Tx, connect
from backend.notifications.letters import take_letters
from backend.notifications.letters_command import sheet
from backend.parties.actions import remember
from tests.mandates.clerk import Clerk, consent_of, rows

FOR_BUYER = {"agent_name": "周新居", "days": "31", "extent": "all"}
POSTED = {
    "principal_name": "何安家",
    "principal_phone": "13900000004",
    "days": "31",
    "extent": "all",
    "way": "posted_code",
}


@pytest_asyncio.fixture
async def code(site):
    """The spouse shows one, for the buyer."""
    spouse = await site.person("spouse")
    words = await spouse.post("/mandates/show-code", data=FOR_BUYER)
    assert "本人何安家授权周新居" in words.text
    assert await rows(site, "SELECT 1 FROM mandate_requests") == []
    shown = await spouse.post("/mandates/show-code", data=FOR_BUYER | {"agreed": "yes"})
    assert 'src="data:image/svg+xml' in shown.text
    assert shown.headers["cache-control"] == "no-store"
    return "".join(re.search(r'receipt-number">(\w{4}) (\w{4})<', shown.text).groups())


async def bring(site, who, typed):
    person = await site.person(who)
    return await person.post("/mandates/code", data={"code": typed})


async def test_whoever_she_named_has_the_mandate_and_the_code_is_used_up(site, code):
    answer = await bring(site, "buyer", f" {code[:4].lower()}-{code[4:]} ")
    assert answer.status_code == 303
    buyer = await site.person("buyer")
    assert "您可以替何安家办事" in (await buyer.get(answer.headers["location"])).text
    assert (await bring(site, "buyer", code)).status_code == 422
    assert await rows(site, "SELECT * FROM journal_faults()") == []
    (mandate,) = await rows(site, "SELECT * FROM mandates WHERE created_via = 'family_qr'")
    assert "授权周新居" in await consent_of(site, mandate)


async def test_another_name_a_later_hour_and_her_own_phone_bring_nothing(site, code):
    for who in ("shopkeeper", "spouse"):
        assert (await bring(site, who, code)).status_code == 422
    site.clock.now += timedelta(minutes=5)
    assert "代码不对、过期了" in (await bring(site, "buyer", code)).text
    assert await rows(site, "SELECT 1 FROM mandates WHERE created_via = 'family_qr'") == []


async def test_ten_tries_an_hour_and_then_not_even_the_right_one(site, code):
    answers = [(await bring(site, "buyer", f"ABCDEFG{n}")).status_code for n in range(2, 10)]
    answers += [(await bring(site, "buyer", "ABCDEFGH")).status_code for _ in range(2)]
    assert answers == [422] * 10
    assert (await bring(site, "buyer", code)).status_code == 429


async def test_a_network_has_sixty_tries_an_hour_over_all_its_people(site, code):
    vault, now = site.app.state.vault, site.clock()
    key = vault.blind("127.0.0.0/24", "code tried from:3600")
    await rows(
        site,
        "INSERT INTO limits (key, since, n) VALUES ($1, to_timestamp(floor(extract(epoch FROM $2::timestamptz) / 3600) * 3600), 59)",
        key,
        now,
    )
    assert (await bring(site, "shopkeeper", "ABCDEFG2")).status_code == 422
    assert (await bring(site, "buyer", code)).status_code == 429
    site.clock.now += timedelta(hours=1)
    assert (await bring(site, "buyer", "ABCDEFG2")).status_code == 422


async def test_a_sixth_principal_is_one_too_many_whichever_way(site, code):
    buyer = (await rows(site, "SELECT id FROM accounts WHERE handle = 'buyer'"))[0]["id"]
    await rows(
        site,
        """WITH five AS (INSERT INTO accounts (id, kind, key_wrapped, name_sealed) SELECT gen_random_uuid(), 'person', '', ''
                         FROM generate_series(1, 5) RETURNING id)
           INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent, consent_hash, valid_from, valid_to, granted_at)
           SELECT gen_random_uuid(), id, $1, 'entrusted', 'self', '{see}', '', '', '2026-09-25', '2026-10-25', now() FROM five""",
        buyer,
    )  # fmt: skip
    answer = await bring(site, "buyer", code)
    assert answer.status_code == 422
    assert "已经在替 5 个人办事" in answer.text
    assert await rows(site, "SELECT 1 FROM mandates WHERE created_via = 'family_qr'") == []
    spouse = await site.person("spouse")
    given = await spouse.post("/mandates", data=FOR_BUYER | {"agent_phone": "13900000003", "agreed": "yes"})
    assert given.status_code == 422
    assert "已经在替 5 个人办事" in given.text


async def lives_at(site, address):
    """What the spouse's profile says."""
    settings, vault = site.app.state.settings, site.app.state.vault
    owner = await connect(settings.login("owner"))
    row = await owner.fetchrow("SELECT id, key_wrapped FROM accounts WHERE handle = 'spouse'")
    tx = Tx(owner, vault, site.clock())
    await remember(tx, vault.key(row["key_wrapped"]), row["id"], {"person.address": address}, "profile", "C")
    await owner.close()


async def printed(site):
    owner = await connect(site.app.state.settings.login("owner"))
    letters = await take_letters(Tx(owner, site.app.state.vault, site.clock()))
    await owner.close()
    return letters


async def test_a_letter_goes_to_the_registered_address_and_its_code_makes_the_mandate(site):
    await lives_at(site, "某某路 1 号 2 栋 303")
    buyer = await site.person("buyer")
    assert (await buyer.post("/mandates/requests", data=POSTED)).status_code == 303
    await Clerk(site).works()
    (letter,) = await printed(site)
    assert sheet(letter).startswith("某某路 1 号 2 栋 303\n何安家 收\n")
    assert await printed(site) == []
    code = re.search(r"^(\w{4} \w{4} \w{4})$", letter.words, re.MULTILINE)[1]
    assert (await bring(site, "shopkeeper", code)).status_code == 422
    assert (await bring(site, "buyer", code)).status_code == 303
    (mandate,) = await rows(site, "SELECT * FROM mandates WHERE created_via = 'posted_code'")
    assert await consent_of(site, mandate) in letter.words
    assert [bytes(row["sealed"]) for row in await rows(site, "SELECT sealed FROM letters")] == [b""]


async def test_without_a_registered_address_there_is_no_letter_and_nobody_is_told(site):
    buyer = await site.person("buyer")
    answer = await buyer.post("/mandates/requests", data=POSTED)
    await Clerk(site).works()
    assert answer.status_code == 303
    assert await printed(site) == []


async def test_the_sheet_for_the_counter_names_who_may_act_and_only_for_her(site):
    father, shopkeeper = await site.person("father"), await site.person("shopkeeper")
    assert "林小燕" in (await father.get("/mandates/print")).text
    assert "现在没有人可以替您办事" in (await shopkeeper.get("/mandates/print")).text
