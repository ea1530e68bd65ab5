"""The next cart knows what the last filing said; a session or a mandate that ends while somebody types loses nothing."""

from datetime import timedelta

from tests.cart.pages import ALLOWANCE, NURSING, asked, field_named, hidden, post, put_in
from tests.orders import shopping


async def sheet(person) -> dict:
    found = (await person.get("/api/v1/cart/sheet")).json()["questions"]
    return {question["name"].partition(".")[2]: question for question in found}


async def test_the_account_of_the_last_filing_is_filled_in_with_its_source(site):
    father = await site.person("father")
    await shopping.put_in(site, father, ["高龄老人长寿补贴"])
    await shopping.fill_in(site, father)
    answer = await post(father, "/orders", shopping.form(await shopping.reviewed(site, father), "first-order"))
    assert answer.status_code == 303
    await put_in(father, NURSING)
    found = await sheet(father)
    assert found["bank_account.bank_card"]["value"] == "6222020000000000000"
    assert found["bank_account.bank_card"]["source"] == "filing"
    page = (await father.get("/cart/sheet", params={"topic": "收款"})).text
    assert "以前填过" in page


async def test_a_session_that_ends_in_the_middle_of_the_sheet_loses_nothing(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    page = (await father.get("/cart/sheet", params={"topic": "收款"})).text
    name = field_named(page, "bank_account.bank_name")
    site.clock.now += timedelta(hours=13)
    fields = {**hidden(page), "asked": asked(page), name: "某某银行", "later": "yes"}
    ended = await post(father, "/cart/sheet", fields)
    assert ended.status_code == 401
    assert "某某银行" in ended.text
    back = await site.person("father")
    assert (await post(back, "/cart/sheet", fields)).status_code == 303
    assert (await sheet(back))["bank_account.bank_name"]["value"] == "某某银行"


async def test_a_mandate_that_ends_while_typing_writes_into_nobodys_cart(site, acting, owner):
    daughter = await acting(site, "daughter")
    await put_in(daughter, ALLOWANCE)
    page = (await daughter.get("/cart/sheet", params={"topic": "收款"})).text
    await owner.execute("UPDATE mandates SET ended_at = $1, end_reason = 'revoked'", site.clock.now)
    name = field_named(page, "bank_account.bank_name")
    answer = await post(daughter, "/cart/sheet", {**hidden(page), name: "某某银行"})
    assert answer.status_code == 409
    assert "换了办事的人" in answer.text
    assert await owner.fetchval("SELECT count(*) FROM answers") == 0
