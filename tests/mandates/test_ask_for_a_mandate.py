"""The agent asks; nothing may be done before the principal has answered, with a tap or by text message."""

import hashlib
import hmac
import json
from datetime import timedelta

import msgspec
import pytest
import pytest_asyncio

from backend.mandates.texts import understood
from tests.fakes.sms_gateway import KEY, sms_gateway
from tests.mandates.clerk import Clerk, consent_of, rows
from tests.web import running

ASKED = {"principal_name": "何安家", "principal_phone": "139 0000 0004", "days": "31", "extent": "all"}
SPOUSE = "13900000004"


@pytest_asyncio.fixture
async def gateway():
    async with sms_gateway() as gateway:
        yield gateway


@pytest_asyncio.fixture
async def asking_site(town_settings, gateway):
    settings = msgspec.structs.replace(town_settings, sms_url=gateway.url, sms_key=KEY)
    async with running(settings) as site:
        site.gateway = gateway
        yield site


@pytest_asyncio.fixture
async def clerk(asking_site):
    return Clerk(asking_site)


async def ask(site, **changed):
    buyer = await site.person("buyer")
    answer = await buyer.post("/mandates/requests", data=ASKED | changed)
    return buyer, answer


async def asked(site, clerk, **changed):
    """The question is on its way; the page, and the six digits of the text message."""
    buyer, answer = await ask(site, **changed)
    assert answer.status_code == 303
    while await clerk.works():
        pass
    texts = site.gateway.texts
    return buyer, answer.headers["location"], texts[-1]["text"].split("同意请回复“同意")[1][:6] if texts else ""


async def reply(site, text, *, sender=SPOUSE, reference="r1", key=KEY, off=0):
    body = json.dumps({"from": sender, "text": text, "reference": reference}).encode()
    at = str(int(site.clock().timestamp()) + off)
    signature = hmac.new(key.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    client = site.stranger()
    del client.headers["Origin"]
    headers = {"Content-Type": "application/json", "X-Timestamp": at, "X-Signature": signature}
    return await client.post("/api/v1/sms/inbound", content=body, headers=headers)


async def live(site):
    return await rows(site, "SELECT * FROM mandates WHERE created_via <> 'self' AND ended_at IS NULL")


async def test_nothing_may_be_done_before_the_answer(asking_site, clerk):
    buyer, page, _ = await asked(asking_site, clerk)
    assert "何安家" not in (await buyer.get("/acting")).text
    assert "已经去问了" in (await buyer.get(page)).text
    assert await live(asking_site) == []


async def test_known_and_unknown_get_the_same_answer_and_the_same_jobs(asking_site, clerk):
    (_, known), known_jobs = await ask(asking_site), await clerk.works()
    await clerk.works()  # what follows from the first
    buyer, unknown = await ask(asking_site, principal_phone="13911111111")
    unknown_jobs = await clerk.works()
    _, wrong_name = await ask(asking_site, principal_name="何别人")
    assert known_jobs == unknown_jobs
    pages = []
    for answer in (known, unknown, wrong_name):
        assert answer.status_code == 303
        where = answer.headers["location"]
        pages.append((await buyer.get(where)).text.replace(where, "").replace("何别人", "何安家"))
    assert pages[0] == pages[1] == pages[2]
    assert len(asking_site.gateway.texts) == 1


async def test_the_principal_reads_the_very_words_and_agrees_with_a_tap(asking_site, clerk):
    buyer, page, _ = await asked(asking_site, clerk)
    spouse = await asking_site.person("spouse")
    assert "有人想替您办事" in (await spouse.get("/inbox")).text
    shown = (await spouse.get(page)).text
    assert "本人何安家授权周新居" in shown
    answer = await spouse.post(f"{page}/answer", data={"agreed": "yes"})
    assert answer.headers["location"].startswith("/mandates/")
    assert "何安家" in (await buyer.get("/acting")).text
    again = await spouse.post(f"{page}/answer", data={"agreed": "yes"})
    assert again.status_code == 409
    (mandate,) = await rows(
        asking_site, "SELECT m.* FROM mandates m JOIN accounts a ON a.id = m.principal_id WHERE a.handle = 'spouse'"
    )
    words = await consent_of(asking_site, mandate)
    assert "本人何安家授权周新居" in words
    assert mandate["consent_hash"] == hashlib.sha256(words.encode()).digest()


async def test_refusing_leaves_nothing_and_needs_her_no_more(asking_site, clerk):
    _, page, _ = await asked(asking_site, clerk)
    spouse = await asking_site.person("spouse")
    await spouse.post(f"{page}/answer", data={"agreed": "no"})
    await clerk.works()
    assert await live(asking_site) == []
    assert "需要您" not in (await spouse.get("/inbox")).text.split("<main")[1].replace("有一件事需要您", "")
    assert "没有同意" in (await spouse.get(page)).text


async def test_the_agent_cannot_answer_for_her_and_a_stranger_does_not_find_it(asking_site, clerk):
    buyer, page, _ = await asked(asking_site, clerk)
    await buyer.post(f"{page}/answer", data={"agreed": "yes"})
    assert await live(asking_site) == []
    shopkeeper = await asking_site.person("shopkeeper")
    assert (await shopkeeper.get(page)).status_code == 404
    assert (await shopkeeper.post(f"{page}/answer", data={"agreed": "yes"})).status_code == 404


@pytest.mark.parametrize("words", ["同意{}", "Y {}", "ｙ　{}", "同意 ，{}。", "yes{}"])
async def test_a_reply_from_her_number_makes_the_mandate(asking_site, clerk, words):
    _, _, code = await asked(asking_site, clerk)
    assert (await reply(asking_site, words.format(code))).json() == {"new": True}
    await clerk.works()
    (mandate,) = await live(asking_site)
    assert mandate["created_via"] == "sms"
    assert "已记下您的同意" in asking_site.gateway.texts[-1]["text"]
    (line,) = await rows(asking_site, "SELECT * FROM mandate_events WHERE mandate_id = $1", mandate["id"])
    assert (line["kind"], line["actor_id"], line["data"]) == ("granted", mandate["principal_id"], {"via": "sms"})


async def test_a_refusal_by_text_message_closes_the_question(asking_site, clerk):
    _, _, code = await asked(asking_site, clerk)
    await reply(asking_site, f"不同意{code}")
    await reply(asking_site, f"同意{code}", reference="r2")
    await clerk.works()
    assert await live(asking_site) == []
    assert [row["state"] for row in await rows(asking_site, "SELECT state FROM mandate_requests")] == ["refused"]


async def test_other_numbers_other_digits_and_other_words_do_nothing(asking_site, clerk):
    _, _, code = await asked(asking_site, clerk)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for n, (sender, text) in enumerate(
        [
            ("13900000003", f"同意{code}"),
            ("13911111111", f"同意{code}"),
            (SPOUSE, f"同意{wrong}"),
            (SPOUSE, "同意"),
            (SPOUSE, f"我不同意{code}吗"),
        ]
    ):
        await reply(asking_site, text, sender=sender, reference=f"w{n}")
    await clerk.works()
    assert await live(asking_site) == []


async def test_ten_guesses_an_hour_and_then_not_even_the_right_one(asking_site, clerk):
    _, _, code = await asked(asking_site, clerk)
    for n in range(10):
        await reply(asking_site, f"同意{(int(code) + 1 + n) % 10**6:06}", reference=f"g{n}")
        await clerk.works()
    await reply(asking_site, f"同意{code}", reference="right")
    await clerk.works()
    assert await live(asking_site) == []


async def test_after_three_days_the_answer_comes_too_late(asking_site, clerk):
    _, page, code = await asked(asking_site, clerk)
    asking_site.clock.now += timedelta(days=3, seconds=1)
    await reply(asking_site, f"同意{code}")
    await clerk.works()
    spouse = await asking_site.person("spouse")
    assert (await spouse.post(f"{page}/answer", data={"agreed": "yes"})).status_code == 409
    assert await live(asking_site) == []


@pytest.mark.parametrize("since", [timedelta(seconds=1), timedelta(days=-6)])
async def test_a_number_changed_since_or_just_before_does_not_count(asking_site, clerk, since):
    """Registered after the question, or changed in the week before the answer."""
    _, _, code = await asked(asking_site, clerk)
    if since > timedelta():
        asking_site.clock.now += timedelta(hours=1)
    at = asking_site.clock.now - timedelta(hours=1) + since
    await rows(asking_site, "UPDATE accounts SET created_at = created_at - interval '1 year'")
    await rows(asking_site, "UPDATE contacts SET changed_at = $1 WHERE kind = 'phone'", at)
    await reply(asking_site, f"同意{code}")
    await clerk.works()
    assert await live(asking_site) == []


@pytest.mark.parametrize("word", ["停", "收回", " 收回。", "stop"])
async def test_one_word_from_her_number_ends_every_mandate_she_gave(asking_site, clerk, word):
    _, _, code = await asked(asking_site, clerk)
    await reply(asking_site, f"同意{code}")
    await clerk.works()
    await reply(asking_site, word, reference="r2")
    await clerk.works()
    assert await live(asking_site) == []
    assert await rows(asking_site, "SELECT 1 FROM mandates WHERE ended_at IS NULL") != []  # the father's stays
    assert await rows(asking_site, "SELECT * FROM journal_faults()") == []


async def test_the_gateway_signs_now_and_each_message_counts_once(asking_site, clerk):
    _, _, code = await asked(asking_site, clerk)
    for wrong in ({"key": "another"}, {"off": 301}, {"off": -301}):
        assert (await reply(asking_site, f"同意{code}", **wrong)).status_code == 404
    assert await clerk.works() == []
    assert (await reply(asking_site, f"不同意{code}")).json() == {"new": True}
    assert (await reply(asking_site, f"不同意{code}")).json() == {"new": False}
    assert (await clerk.works()).count("read_text") == 1


async def test_six_questions_to_one_number_are_too_many(asking_site):
    answers = [(await ask(asking_site))[1].status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]


def test_what_is_no_answer_is_none():
    for text in ("", "同意", "123456", "同意1234567", "不", "停电了吗", "Y", "同意12345六"):
        assert understood(text).meaning == "other", text


async def test_a_name_that_is_a_message_is_not_repeated_in_ours(asking_site):
    from backend.mandates.texts import spoken

    assert spoken("林小燕") == "林小燕"
    assert spoken("请点 http://example.org 领钱") == "有人"
    assert spoken("银行客服请立即转账到下面的账户否则冻结您的卡") == "有人"
