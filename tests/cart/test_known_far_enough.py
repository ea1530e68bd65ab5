"""An item says how far the one who files must be known; stepping up happens inside the flow, and the draft is still there."""

import re
from datetime import timedelta
from html import unescape

import asyncpg
import pytest

from tests.orders.shopping import fill_in, put_in, reviewed, transaction

LOW, MIDDLE, HIGH = "法律援助", "老年人优待证", "公积金提取"


async def ready(site, *names):
    """Somebody who is known only as she says herself, with these things filled in."""
    person = await site.person("newcomer")
    await put_in(site, person, names)
    await fill_in(site, person)
    return person


async def files(site, person):
    body = await reviewed(site, person)
    form = body | {"version": str(body["version"]), "agree": "yes", "sensitive": "yes"}
    return await person.post("/orders", data=form)


async def step_up_in(page):
    link = re.search(r'href="(/me/level\?[^"]+)"', page)
    assert link, page[-3000:]
    return unescape(link[1])


async def test_the_item_page_says_in_a_plain_sentence_what_it_takes(site):
    async with transaction(site, await site.person("newcomer")) as tx:
        codes = dict(await tx.db.fetch("SELECT name, code FROM items WHERE kind = 'item'"))
    pages = {name: (await site.stranger().get(f"/items/{codes[name]}")).text for name in (LOW, MIDDLE, HIGH)}
    assert "要先核实身份" not in pages[LOW]
    assert "收一个验证码就行" in pages[MIDDLE]
    assert "带身份证到窗口核对一次" in pages[HIGH]


async def test_each_line_that_asks_for_more_is_refused_in_one_sentence_and_the_others_are_not(site):
    person = await ready(site, LOW, MIDDLE, HIGH)
    assert "带身份证到窗口核对一次" in (await person.get("/cart")).text
    answer = await files(site, person)
    assert answer.status_code == 422
    assert answer.text.count("“老年人优待证”要先核实您的身份") == 1
    assert answer.text.count("“公积金提取”要先核实您的身份") == 1
    assert "“法律援助”要先核实" not in answer.text


async def test_stepping_up_leads_back_to_the_review_page_and_nothing_is_lost(site):
    person = await ready(site, HIGH)
    before = await reviewed(site, person)
    address = await step_up_in((await files(site, person)).text)
    shown = await person.get(address)
    assert "您填的都还在" in shown.text
    back = await person.post("/me/level/demo", data={"next": "/cart/review", "need": "verified"})
    assert back.headers["location"] == "/cart/review"
    assert await reviewed(site, person) == before
    assert (await files(site, person)).headers["location"].startswith("/orders/")
    async with transaction(site, person) as tx:
        assert await tx.db.fetchval("SELECT level FROM cases") == "counter"


async def test_an_ended_session_on_the_way_up_comes_back_to_the_same_place(site):
    person = await ready(site, HIGH)
    address = await step_up_in((await files(site, person)).text)
    site.clock.now += timedelta(hours=13)
    gone = await person.get(address)
    assert gone.headers["location"].startswith("/sign-in?next=%2Fme%2Flevel")
    target = unescape(gone.headers["location"])
    page = (await person.get(target)).text
    carried = unescape(re.search(r'name="next" value="([^"]+)"', page)[1])
    again = await person.post("/sign-in", data={"handle": "newcomer", "next": carried})
    assert again.headers["location"] == address
    assert "您填的都还在" in (await person.get(address)).text


async def test_a_case_below_its_items_level_is_not_written_whatever_python_did(site, monkeypatch):
    person = await ready(site, HIGH)

    async def nothing(_tx, _draft):
        from backend.cart.hindrances import Hindrances

        return Hindrances(())

    monkeypatch.setattr("backend.orders.actions.hindrances", nothing)
    answer = await files(site, person)
    assert answer.status_code == 500
    async with transaction(site, person) as tx:
        assert await tx.db.fetchval("SELECT count(*) FROM cases") == 0


async def test_nobody_raises_her_own_level_by_sql(site):
    person = await site.person("newcomer")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction(site, person) as tx:
            await tx.db.execute("UPDATE accounts SET level = 'counter' WHERE id = viewer()")


async def test_under_a_mandate_the_weaker_of_the_two_counts(site, acting, owner):
    """The agent's own identity, and what the giver was known by when he gave it."""
    daughter = await acting(site, "daughter")
    await put_in(site, daughter, ["高龄老人长寿补贴"])
    await fill_in(site, daughter)
    await owner.execute("ALTER TABLE mandates DISABLE TRIGGER USER")
    await owner.execute("UPDATE mandates SET level = 'code'")
    refused = await files(site, daughter)
    assert refused.status_code == 422
    assert "更可靠的授权" in refused.text
    await owner.execute("UPDATE mandates SET level = 'counter'")
    await owner.execute("UPDATE accounts SET level = 'code' WHERE handle = 'daughter'")
    assert "要先核实您的身份" in (await files(site, daughter)).text
    await owner.execute("UPDATE accounts SET level = 'provider' WHERE handle = 'daughter'")
    assert (await files(site, daughter)).status_code == 303
    assert await owner.fetchval("SELECT level FROM cases") == "provider"


@pytest.mark.parametrize(("way", "level"), [("self", "provider"), ("sms", "code"), ("posted_code", "code")])
async def test_a_mandate_keeps_what_its_way_was_worth(site, owner, way, level):
    await owner.execute("UPDATE accounts SET level = 'provider' WHERE handle = 'buyer'")
    given = await owner.fetchval(
        """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent, consent_hash, valid_from, valid_to, granted_at)
           SELECT gen_random_uuid(), p.id, a.id, 'entrusted', $1, '{see}', '同意', '\\x00', '2026-09-25', '2026-09-26', now()
           FROM accounts p, accounts a WHERE p.handle = 'buyer' AND a.handle = 'spouse' RETURNING level""",
        way,
    )
    assert given == level


async def test_a_number_changed_days_ago_counts_for_itself_alone_until_a_passkey_or_a_week(site, owner):
    person = await site.person("buyer")
    await owner.execute(
        "UPDATE contacts SET changed_at = $1 WHERE account_id = (SELECT id FROM accounts WHERE handle = 'buyer')",
        site.clock.now + timedelta(hours=1),
    )
    await owner.execute("UPDATE sessions SET means = 'code'")
    site.clock.now += timedelta(hours=2)

    async def level():
        async with transaction(site, person) as tx:
            return await tx.db.fetchval("SELECT level_now(viewer())")

    assert await level() == "code"
    assert "这几天换过" in (await person.get("/me/level?need=verified&next=/cart/review")).text
    await owner.execute("UPDATE sessions SET means = 'passkey'")
    assert await level() == "counter"
    await owner.execute("UPDATE sessions SET means = 'code', expires_at = expires_at + interval '9 days'")
    site.clock.now += timedelta(days=8)
    assert await level() == "counter"
