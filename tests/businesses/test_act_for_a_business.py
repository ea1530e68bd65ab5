"""A business is a principal: whom the register names opens its affairs, everybody else acts under her mandate."""

import re
from contextlib import asynccontextmanager

import pytest

from backend.businesses.actions import check_representatives
from backend.core.crypto import Vault
from backend.core.db import job_transaction, open_pool
from backend.registers.actions import keep_record
from tests.orders.shopping import fill_in, put_in, reviewed, transaction

CODE, NAME = "92460199AA0DEM001M", "海口转角面馆"
LICENCE = "食品经营许可"


async def opens(person, code=CODE, name=NAME):
    return await person.post("/businesses", data={"code": code, "name": name})


async def files(site, person):
    body = await reviewed(site, person)
    form = body | {"version": str(body["version"]), "agree": "yes", "sensitive": "yes"}
    return await person.post("/orders", data=form)


async def with_clerk(site):
    """The boss has opened the shop and granted the clerk; returns both, the clerk with the shop on his screen."""
    boss = await site.person("boss")
    assert (await opens(boss)).status_code == 303
    grant = {"agent_name": "符跑堂", "agent_phone": "13900000007", "days": "90", "extent": "all", "agreed": "yes"}
    given = await boss.post("/mandates", data=grant)
    assert given.status_code == 303, given.text[:500]
    clerk = await site.person("clerk")
    page = (await clerk.get("/acting")).text
    found = re.search(
        r'name="mandate" value="([0-9a-f-]{36})"><input type="hidden" name="principal" value="([^"]+)"', page
    )
    assert found, page
    await clerk.post("/acting", data={"mandate": found[1], "principal": found[2]})
    return boss, clerk


@asynccontextmanager
async def at_night(site):
    settings = site.app.state.settings
    pool = await open_pool(settings.login("worker"), 2)
    async with job_transaction(pool, Vault(settings.master_key), site.clock()) as tx:
        yield tx
    await pool.close()


async def register_says(owner, site, **changed):
    facts = {
        "business.name": NAME,
        "business.uscc": CODE,
        "business.legal_person": "黄开店",
        "business.registered": True,
    }
    facts |= {name.replace("__", "."): value for name, value in changed.items()}
    from backend.core.db import Tx

    await keep_record(Tx(owner, Vault(site.app.state.settings.master_key), site.clock()), "market", CODE, facts)


async def test_whom_the_register_names_opens_the_shop_and_has_it_on_her_screen(site, owner):
    boss = await site.person("boss")
    assert (await opens(boss)).headers["location"] == "/"
    assert NAME in (await boss.get("/")).text
    row = await owner.fetchrow("SELECT kind, created_via, level, valid_to FROM mandates WHERE kind = 'representative'")
    assert (row["created_via"], row["level"], row["valid_to"].year) == ("register", "counter", 9999)
    chooser = (await boss.get("/acting")).text
    assert "每晚和登记核对" in chooser
    assert "9999" not in chooser + (await boss.get("/mandates")).text
    await boss.post("/acting", data={"mandate": ""})
    assert (await opens(boss)).status_code == 303  # a second time it is the same shop
    assert await owner.fetchval("SELECT count(*) FROM businesses") == 1
    assert await owner.fetchval("SELECT count(*) FROM mandates WHERE kind = 'representative'") == 1


async def test_a_stranger_to_the_firm_is_told_kindly_what_to_do(site, owner):
    answer = await opens(await site.person("clerk"))
    assert answer.status_code == 403
    assert "请法定代表人先在这里开通" in answer.text
    assert await owner.fetchval("SELECT count(*) FROM businesses") == 0


async def test_who_is_not_verified_is_led_to_where_she_becomes_so(site):
    newcomer = await site.person("newcomer")
    assert "/me/level?need=verified" in (await newcomer.get("/businesses/new")).text
    answer = await opens(newcomer)
    assert answer.status_code == 403
    assert "/me/level?need=verified&amp;next=/businesses/new" in answer.text


@pytest.mark.parametrize(
    ("code", "name", "say"),
    [
        ("92460199AA0DEM001X", NAME, "有一位不对"),
        ("一串字", "", "18 位"),
        (CODE, "别的面馆", "没有查到这家企业"),
        ("92460199AA0DEM00XC", NAME, "没有查到这家企业"),
    ],
)
async def test_what_does_not_agree_with_the_licence_is_said_and_stays_typed(site, code, name, say):
    answer = await opens(await site.person("boss"), code, name)
    assert answer.status_code == 422
    assert say in answer.text
    assert code in answer.text


async def test_the_employee_files_for_the_shop_under_an_ordinary_mandate(site, owner):
    _boss, clerk = await with_clerk(site)
    await put_in(site, clerk, [LICENCE])
    page = (await clerk.get("/cart/sheet")).text + (await clerk.get("/cart/review")).text
    assert "演示路 8 号" in page  # prefilled from the register
    assert "来自市场主体库" in page
    await fill_in(site, clerk, business__region="460106")
    filed = await files(site, clerk)
    assert filed.status_code == 303, filed.text
    case = await owner.fetchrow("SELECT principal_id, actor_id, mandate_id, bound, level FROM cases")
    assert case["principal_id"] == await owner.fetchval("SELECT account_id FROM businesses")
    assert case["bound"]["business"] == str(case["principal_id"])
    assert (
        await owner.fetchval("SELECT stands_for FROM parties WHERE id::text = $1", case["bound"]["applicant"])
        == case["actor_id"]
    )


async def test_cart_cases_and_inbox_are_the_shops_own(site, owner):
    boss, clerk = await with_clerk(site)
    await put_in(site, clerk, [LICENCE])
    await fill_in(site, clerk, business__region="460106")
    number = (await files(site, clerk)).headers["location"].rpartition("/")[2]
    assert LICENCE in (await boss.get("/cases")).text
    assert (await boss.get(f"/orders/{number}")).status_code == 200
    await boss.post("/acting", data={"mandate": ""})
    assert LICENCE not in (await boss.get("/cases")).text
    assert (await boss.get(f"/orders/{number}")).status_code == 404


async def test_what_only_a_person_can_have_is_not_put_into_the_shops_cart(site):
    boss = await site.person("boss")
    await opens(boss)
    async with transaction(site, boss) as tx:
        code = await tx.db.fetchval("SELECT code FROM items WHERE name = '高龄老人长寿补贴'")
    answer = await boss.post("/cart/lines", data={"item": code})
    assert answer.status_code == 422
    assert "个人办的事" in answer.text


@pytest.mark.parametrize("founding", ["企业设立", "个体工商户设立"])
async def test_who_is_registered_founds_nothing_in_its_own_cart(site, founding):
    boss = await site.person("boss")
    await opens(boss)
    async with transaction(site, boss) as tx:
        code = await tx.db.fetchval("SELECT code FROM items WHERE name = $1 AND kind = 'item'", founding)
    answer = await boss.post("/cart/lines", data={"item": code})
    assert answer.status_code == 422
    assert "已经登记过了" in answer.text
    await boss.post("/acting", data={"mandate": ""})
    assert (await boss.post("/cart/lines", data={"item": code})).status_code == 303


async def test_an_employee_grants_nothing_in_the_name_of_the_shop(site):
    _boss, clerk = await with_clerk(site)
    grant = {"agent_name": "黄开店", "agent_phone": "13900000005", "days": "90", "extent": "all", "agreed": "yes"}
    assert (await clerk.post("/mandates", data=grant)).status_code == 403


async def test_the_register_names_somebody_else_and_her_power_ends_that_night(site, owner):
    boss, clerk = await with_clerk(site)
    async with at_night(site) as tx:
        assert await check_representatives(tx) == 0
    await register_says(owner, site, business__legal_person_number="460199198507195054")
    async with at_night(site) as tx:
        assert await check_representatives(tx) == 1
    async with at_night(site) as tx:
        assert await check_representatives(tx) == 0
    await boss.post("/acting", data={"mandate": ""})
    assert NAME not in (await boss.get("/acting")).text
    assert (await opens(boss)).status_code == 403
    told = await owner.fetchrow("SELECT principal_id, public FROM events WHERE kind = 'representative_replaced'")
    assert told["public"]
    assert told["principal_id"] == await owner.fetchval("SELECT id FROM accounts WHERE handle = 'boss'")
    assert (await clerk.get("/cart")).status_code == 200  # the shop granted it, not she
    new = await site.person("shopkeeper")
    assert (await opens(new)).status_code == 303
    assert await owner.fetchval("SELECT count(*) FROM businesses") == 1


async def test_a_register_that_says_nothing_ends_nothing(site, owner):
    await with_clerk(site)
    await owner.execute("DELETE FROM register_records WHERE register = 'market'")
    async with at_night(site) as tx:
        assert await check_representatives(tx) == 0
