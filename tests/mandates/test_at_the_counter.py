"""A mandate on paper: one officer takes it in, another one confirms; the principal hears of it and can end it anywhere."""

import re
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio

from backend.core.db import connect
from tests.mandates.clerk import Clerk, rows
from tests.orders.shopping import picture

GRANDMA = "460199194006183022"  # nobody here has this card yet
FATHER, DAUGHTER, BUYER = "460199194403051015", "460199197308162028", "460199199405113032"
PAPER = {
    "kind": "entrusted",
    "principal_name": "符阿婆",
    "principal_number": GRANDMA,
    "principal_address": "海口市秀英区演示街 8 号",
    "agent_name": "周新居",
    "agent_number": BUYER,
    "extent": "all",
    "days": "90",
    "actions": ["fill", "submit", "correct", "receive"],
}


@pytest_asyncio.fixture
async def first(site):
    return await site.person("officer-civil")


@pytest_asyncio.fixture
async def second(site):
    return await site.person("officer-second")


async def taken_in(officer, **changed):
    answer = await officer.post("/desk/mandates", data=PAPER | changed)
    assert answer.status_code == 303, answer.text[-3000:]
    return answer.headers["location"]


async def scanned(officer, page):
    answer = await officer.post(page + "/paper", files={"paper": ("paper.jpg", picture(), "image/jpeg")})
    assert answer.status_code == 303, answer.text[-3000:]


async def test_two_officers_make_a_mandate_for_somebody_who_never_had_an_account(site, first, second):
    page = await taken_in(first)
    assert "尾号3022" in (await first.get(page)).text
    await scanned(first, page)
    shown = (await second.get(page)).text
    assert "纸和屏幕一致吗" in shown
    assert (await second.get(re.search(r"/files/[0-9a-f-]{36}", shown)[0])).status_code == 200
    assert (await second.post(page + "/answer", data={"answer": "alike"})).status_code == 303
    agent = await site.person("buyer")
    assert "符阿婆" in (await agent.get("/acting")).text
    (mandate,) = await rows(site, "SELECT * FROM mandates WHERE created_via = 'counter_paper'")
    assert (mandate["kind"], mandate["actions"]) == ("entrusted", ["see", "fill", "submit", "correct", "receive"])
    (line,) = await rows(site, "SELECT data FROM mandate_events WHERE mandate_id = $1", mandate["id"])
    officers = await rows(
        site, "SELECT id FROM accounts WHERE handle IN ('officer-civil', 'officer-second') ORDER BY handle"
    )
    assert line["data"]["officers"] == [str(row["id"]) for row in officers]


async def test_the_paper_that_is_signed_is_a_pdf_with_the_words_and_their_hash(first):
    page = await taken_in(first)
    answer = await first.get(page + "/paper.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


async def test_the_first_officer_cannot_confirm_and_the_database_agrees(site, first, second):
    page = await taken_in(first)
    await scanned(first, page)
    answer = await first.post(page + "/answer", data={"answer": "alike"})
    assert answer.status_code == 403
    assert "不能自己核对" in answer.text
    owner = await connect(site.app.state.settings.login("owner"))
    with pytest.raises(asyncpg.CheckViolationError, match="two_officers"):
        await owner.execute(
            "UPDATE counter_mandates SET state = 'confirmed', second_officer = first_officer, answered_at = now(), mandate_id = gen_random_uuid()"
        )
    await owner.close()


async def test_a_mandate_without_its_signed_paper_never_commits(site):
    owner = await connect(site.app.state.settings.login("owner"))
    with pytest.raises(asyncpg.CheckViolationError, match="no signed paper"):
        await owner.execute(
            """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent, consent_hash, valid_from, valid_to, granted_at)
               SELECT gen_random_uuid(), a.id, b.id, 'entrusted', 'counter_paper', '{see}', 'x', 'x', '2026-09-25', '2026-09-26', now()
               FROM accounts a, accounts b WHERE a.handle = 'father' AND b.handle = 'buyer'"""
        )
    await owner.close()


async def test_all_problems_of_both_people_are_said_at_once_and_nothing_typed_is_lost(first):
    wrong = {"principal_number": "460199194006183021", "agent_name": "", "days": "9", "extent": "some", "actions": []}
    answer = await first.post("/desk/mandates", data=PAPER | wrong)
    assert answer.status_code == 422
    for sentence in ("身份证号码里有一位不对", "请写上证件上的姓名", "请选授权多久", "请至少选一件"):
        assert sentence in answer.text, sentence
    assert 'value="符阿婆"' in answer.text
    assert 'value="海口市秀英区演示街 8 号"' in answer.text


async def test_a_name_that_is_not_on_the_card_finds_nobody(first):
    answer = await first.post("/desk/mandates", data=PAPER | {"agent_name": "周别人"})
    assert answer.status_code == 422
    assert "证件号码和姓名对不上" in answer.text


async def test_the_agents_phone_is_not_taken_for_the_principals(first):
    answer = await first.post("/desk/mandates", data=PAPER | {"principal_phone": "13900000003"})
    assert answer.status_code == 422
    assert "登记在别人名下" in answer.text


async def test_what_nobody_confirms_within_seven_days_is_over(site, first, second):
    page = await taken_in(first)
    await scanned(first, page)
    site.clock.now += timedelta(days=7, minutes=1)
    second = await site.person("officer-second")
    assert (await second.get(page)).status_code == 404
    assert (await second.post(page + "/answer", data={"answer": "alike"})).status_code == 404
    await Clerk(site).does(("mind_mandates", {}))
    assert [row["state"] for row in await rows(site, "SELECT state FROM counter_mandates")] == ["expired"]


async def test_the_second_officer_refuses_with_a_reason(site, first, second):
    page = await taken_in(first)
    await scanned(first, page)
    answer = await second.post(page + "/answer", data={"answer": "different", "reason": ""})
    assert answer.status_code == 422
    assert (
        await second.post(page + "/answer", data={"answer": "different", "reason": "日期有涂改"})
    ).status_code == 303
    assert await rows(site, "SELECT 1 FROM mandates WHERE created_via = 'counter_paper'") == []
    assert "日期有涂改" in (await first.get("/desk/mandates")).text
    assert "日期有涂改" not in (await second.get("/desk/mandates")).text


async def test_a_guardian_named_by_a_court_acts_for_years_and_nobody_else_that_long(first, second, site):
    assert "请选授权多久" in (await first.post("/desk/mandates", data=PAPER | {"days": "1826"})).text
    page = await taken_in(first, kind="guardian", days="1826")
    assert "的监护人" in (await first.get(page)).text
    await scanned(first, page)
    assert (await second.post(page + "/answer", data={"answer": "alike"})).status_code == 303
    (mandate,) = await rows(
        site, "SELECT kind, valid_to - valid_from AS days FROM mandates WHERE created_via = 'counter_paper'"
    )
    assert tuple(mandate) == ("guardian", 1826)


async def test_another_counter_and_who_has_no_counter_find_nothing(site, first):
    page = await taken_in(first)
    for handle in ("officer-housing", "officer-hotline", "supervisor"):
        other = await site.person(handle)
        assert (await other.get(page)).status_code == 404, handle
    assert (await (await site.person("officer-hotline")).get("/desk/mandates")).status_code == 404
