"""Whatever arrives at the same moment: one cart, no lost line, a number of statements that does not grow."""

import asyncio

from tests.cart.pages import ALLOWANCE, CARD, NURSING, put_in


async def lines(person) -> list[str]:
    return sorted(line["item"] for line in (await person.get("/api/v1/cart")).json()["lines"])


async def test_ten_taps_at_once_make_one_cart_with_each_thing_once(site, owner):
    phones = [await site.person("father") for _phone in range(3)]
    taps = [put_in(phones[n % 3], code) for n, code in enumerate([ALLOWANCE, CARD, NURSING] * 4)]
    answers = await asyncio.gather(*taps)
    assert {answer.status_code for answer in answers} <= {303, 503}
    assert await lines(phones[0]) == sorted([ALLOWANCE, CARD, NURSING])
    assert await owner.fetchval("SELECT count(*) FROM carts") == 1


async def test_a_line_taken_out_twice_at_once_is_gone_once(site):
    phone, tablet = await site.person("father"), await site.person("father")
    await put_in(phone, ALLOWANCE, CARD)
    line = (await phone.get("/api/v1/cart")).json()["lines"][0]["id"]
    answers = await asyncio.gather(*(p.post(f"/cart/lines/{line}/removal") for p in (phone, tablet)))
    assert sorted(answer.status_code for answer in answers) == [303, 404]
    assert await lines(phone) == [CARD]


async def test_pages_take_as_many_statements_with_thirty_lines_as_with_one(site, statements, lift):
    shop = await site.person("shopkeeper")
    await put_in(shop, lift)
    paths = ("/cart", "/cart/sheet", "/cart/materials", "/cart/review")
    for path in paths:
        await shop.get(path)  # what a process reads once and keeps is read now
    few = {path: await statements(shop.get(path)) for path in paths}
    for _line in range(29):
        await put_in(shop, lift)
    many = {path: await statements(shop.get(path)) for path in paths}
    assert many == few
    assert max(many.values()) <= 13
