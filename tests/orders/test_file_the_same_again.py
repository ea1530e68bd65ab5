"""Next year the same: the order's things come back with their parties, answers and papers, judged as they are in force now."""

from tests.orders.shopping import THREE, count, fill_in, form, put_in, reviewed

KEY = {"Idempotency-Key": "the-same-as-last-year"}


async def filed(site, person):
    answer = await person.post("/orders", data=form(await reviewed(site, person)))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2]


async def cart(person):
    return (await person.get("/api/v1/cart")).json()


async def test_two_taps_and_it_is_filed_again(site, daughter):
    number = await filed(site, daughter)
    assert "照这次再办一遍" in (await daughter.get(f"/orders/{number}")).text
    tap = await daughter.post(f"/orders/{number}/again")
    assert (tap.status_code, tap.headers["location"].partition("?")[0]) == (
        303,
        "/cart",
    )  # a pledge is read and signed anew
    again = await cart(daughter)
    assert {line["name"] for line in again["lines"]} == set(THREE)
    # whether he draws the allowance: its new certificate says yes, the register does not know yet, so he is asked
    assert again["filled"] == again["questions"] - 1
    assert all(problem["field"].startswith("sign.") or ".person." in problem["field"] for problem in again["problems"])
    await fill_in(site, daughter)  # whoever else signs signs anew
    assert await filed(site, daughter) != number
    assert await count(site, "cases") == 6


async def test_what_was_said_about_that_filing_alone_is_to_be_looked_at_again(site):
    person = await site.person("buyer")
    await put_in(site, person, ["居民身份证换领补领"])
    await fill_in(site, person)
    first = {q["label"]: q["value"] for q in (await person.get("/api/v1/cart/sheet")).json()["questions"]}
    number = await filed(site, person)
    assert (await person.post(f"/orders/{number}/again")).status_code == 303
    questions = (await person.get("/api/v1/cart/sheet")).json()["questions"]
    assert {q["label"]: q["value"] for q in questions} == first
    own = [q for q in questions if ".filing." in q["name"]]
    assert own
    assert {q["source"] for q in own} == {"filing"}
    page = (await person.get("/cart/review")).text
    assert "照上次填的，请看一看对不对" in page
    confirmed = {"version": (await cart(person))["version"], "answers": {q["name"]: q["value"] for q in own}}
    assert (await person.put("/api/v1/cart/answers", json=confirmed)).status_code == 200
    assert "照上次填的，请看一看对不对" not in (await person.get("/cart/review")).text


async def test_tapped_twice_it_is_in_the_cart_once(site, daughter):
    number = await filed(site, daughter)
    path = f"/api/v1/orders/{number}/again"
    first, replay = [await daughter.post(path, headers=KEY) for _ in range(2)]
    assert (first.status_code, first.content) == (201, replay.content)
    other = await daughter.post(path, headers={"Idempotency-Key": "another-key-for-it"})
    assert other.json()["lines"] == []
    assert set(other.json()["already"]) == set(THREE)
    assert len((await cart(daughter))["lines"]) == 3


async def test_a_stranger_finds_no_order_to_file_again(site, daughter):
    number = await filed(site, daughter)
    stranger = await site.person("buyer")
    assert (await stranger.post(f"/orders/{number}/again")).status_code == 404
