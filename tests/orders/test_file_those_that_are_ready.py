"""One thing waits for somebody's signature: the others can go, by choice; what waits stays as it is."""

import pytest_asyncio

from tests.orders.shopping import count, fill_in, form, put_in, reviewed, transaction

LEASE, PERMIT, LOST_WORK = "房屋租赁备案", "居住证", "失业补助"
KEY = {"Idempotency-Key": "those-that-are-ready"}


@pytest_asyncio.fixture
async def tenant(site):
    """Three things, all filled in; the landlord has not signed the lease."""
    person = await site.person("buyer")
    await put_in(site, person, [PERMIT, LEASE, LOST_WORK])
    await fill_in(site, person, signed=False)
    return person


async def cart(person):
    return (await person.get("/api/v1/cart")).json()


def named(cart, *names):
    return [line["id"] for line in cart["lines"] if line["name"] in names]


async def file(site, person, lines=(), key=KEY):
    body = await reviewed(site, person) | ({"lines": list(lines)} if lines else {})
    return await person.post("/api/v1/orders", json=body, headers=key)


async def test_the_default_is_all_or_nothing(site, tenant):
    answer = await file(site, tenant)
    assert answer.status_code == 422
    assert await count(site, "orders") == 0


async def test_what_waits_for_a_signature_holds_only_itself(site, tenant):
    before = await cart(tenant)
    assert before["ready"] == named(before, PERMIT, LOST_WORK)
    assert [one["line"] for one in before["waiting"]] == named(before, LEASE)
    assert "签名" in before["waiting"][0]["problems"][0]["say"]
    answer = await file(site, tenant, before["ready"])
    assert answer.status_code == 201, answer.text
    assert {case["item_name"] for case in answer.json()["cases"]} == {PERMIT, LOST_WORK}
    after = await cart(tenant)
    assert (after["id"], [line["name"] for line in after["lines"]]) == (before["id"], [LEASE])
    assert after["version"] > before["version"]
    assert after["filled"] == after["questions"], "nothing typed is lost"
    assert not (await tenant.get("/api/v1/cart/sheet")).json()["problems"]


async def test_the_page_says_what_can_go_and_what_waits_and_files_with_one_tap(site, tenant):
    page = (await tenant.get("/cart/review")).text
    assert "2 件齐了，现在就能交" in page
    assert "1 件还要等" in page
    assert "先交齐了的 2 件" in page
    ready = (await cart(tenant))["ready"]
    answer = await tenant.post("/orders", data=form(await reviewed(site, tenant)) | {"part": "ready", "line": ready})
    assert answer.status_code == 303
    receipt = (await tenant.get(answer.headers["location"])).text
    assert "购物车里还有 1 件" in receipt


async def test_what_is_not_ready_is_not_filed_whoever_names_it(site, tenant):
    before = await cart(tenant)
    answer = await file(site, tenant, named(before, LEASE, PERMIT))
    assert answer.status_code == 422
    assert await count(site, "orders") == 0
    assert await cart(tenant) == before


async def test_a_line_of_another_cart_is_not_found(site, tenant):
    other = await site.person("father")
    await put_in(site, other, [LOST_WORK])
    theirs = (await cart(other))["lines"][0]["id"]
    assert (await file(site, tenant, [theirs])).status_code == 404


async def test_sent_again_it_is_the_same_receipt_and_another_choice_under_that_key_is_refused(site, tenant):
    before = await cart(tenant)
    body = await reviewed(site, tenant) | {"lines": before["ready"]}
    first, second = [await tenant.post("/api/v1/orders", json=body, headers=KEY) for _ in range(2)]
    assert (first.status_code, first.content) == (201, second.content)
    other = await tenant.post("/api/v1/orders", json=body | {"lines": before["ready"][:1]}, headers=KEY)
    assert other.status_code == 422
    assert await count(site, "orders") == 1


async def test_the_rest_is_filed_later_under_its_own_number(site, tenant):
    first = (await file(site, tenant, (await cart(tenant))["ready"])).json()
    await fill_in(site, tenant)  # the landlord signs
    second = await file(site, tenant, key={"Idempotency-Key": "and-now-the-rest"})
    assert second.status_code == 201, second.text
    assert [case["item_name"] for case in second.json()["cases"]] == [LEASE]
    assert second.json()["number"] != first["number"]


async def test_a_line_changes_its_cart_only_in_a_filing(site, tenant):
    mine = (await cart(tenant))["lines"][0]["id"]
    father = await site.person("father")
    await put_in(site, father, [LOST_WORK])
    theirs = (await cart(father))["id"]
    async with transaction(site, father) as tx:
        assert await tx.db.execute("UPDATE cart_lines SET cart_id = $1 WHERE id = $2", theirs, mine) == "UPDATE 0"
