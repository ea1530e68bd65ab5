"""One tap puts things in; what cannot be done here is refused with the reason; nobody sees another's cart."""

from uuid import uuid4

from tests.cart.pages import ALLOWANCE, CARD, NURSING, post, put_in
from tests.versions import withdraw

DEVICE = "460100-SJ-003"


async def cart(person) -> dict:
    return (await person.get("/api/v1/cart")).json()


async def codes(person) -> list[str]:
    return [line["item"] for line in (await cart(person))["lines"]]


async def test_one_tap_puts_three_things_in(site):
    father = await site.person("father")
    answer = await put_in(father, ALLOWANCE, CARD, NURSING)
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart?added=3")
    assert await codes(father) == [ALLOWANCE, CARD, NURSING]
    assert "放进购物车了：3 件" in (await father.get("/cart?added=3")).text


async def test_putting_the_same_benefit_in_twice_keeps_one(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    answer = await put_in(father, ALLOWANCE)
    assert answer.status_code == 303
    assert await codes(father) == [ALLOWANCE]
    assert "已经在购物车里了" in (await father.get(answer.headers["location"])).text


async def test_two_devices_of_one_owner_are_two_lines_about_two_things(site, lift):
    shop = await site.person("shopkeeper")
    await put_in(shop, lift)
    await put_in(shop, lift)
    first, second = ((line["bound"]) for line in (await cart(shop))["lines"])
    assert first["equipment"] != second["equipment"]
    assert (first["applicant"], first["business"]) == (second["applicant"], second["business"])


async def test_an_unknown_item_is_refused_with_what_to_do(site):
    answer = await put_in(await site.person("father"), "460100-XX-999")
    assert answer.status_code == 422
    assert "没有找到这件事" in answer.text


async def test_a_guide_cannot_be_filed(site, owner):
    await owner.execute(
        "INSERT INTO items (code, kind, name, department, region, source) VALUES ('GUIDE-001', 'guide', '只能看的事', '某局', '460100', 'test')"
    )
    answer = await put_in(await site.person("father"), "GUIDE-001")
    assert answer.status_code == 422
    assert "“只能看的事”现在只能看办事指南" in answer.text


async def test_every_reason_is_told_at_once_and_nothing_is_added(site, owner):
    await withdraw(owner, CARD, site.clock.now)
    father = await site.person("father")
    answer = await put_in(father, ALLOWANCE, CARD, "460100-XX-999")
    assert answer.status_code == 422
    assert "现在停办了" in answer.text
    assert "没有找到这件事" in answer.text
    assert (await father.get("/api/v1/cart")).status_code == 404


async def test_no_item_at_all_is_refused(site):
    answer = await post(await site.person("father"), "/cart/lines", {})
    assert answer.status_code == 422
    assert "还没有选要办的事" in answer.text


async def test_more_than_thirty_things_are_too_many(site, lift):
    shop = await site.person("shopkeeper")
    key = {"Idempotency-Key": "thirty-lines"}
    answer = await shop.post("/api/v1/cart/lines", json={"lines": [{"item": lift}] * 30}, headers=key)
    assert answer.status_code == 201
    refused = await put_in(shop, lift)
    assert refused.status_code == 422
    assert "一次最多办 30 件事" in refused.text
    assert len(await codes(shop)) == 30
    many = await shop.post(
        "/api/v1/cart/lines", json={"lines": [{"item": lift}] * 31}, headers={"Idempotency-Key": "x" * 9}
    )
    assert many.status_code == 400


async def test_a_replayed_request_adds_nothing_more(site):
    father = await site.person("father")
    body, key = {"lines": [{"item": ALLOWANCE}, {"item": CARD}]}, {"Idempotency-Key": "tap-0001"}
    first = await father.post("/api/v1/cart/lines", json=body, headers=key)
    again = await father.post("/api/v1/cart/lines", json=body, headers=key)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert await codes(father) == [ALLOWANCE, CARD]
    other = await father.post("/api/v1/cart/lines", json={"lines": [{"item": NURSING}]}, headers=key)
    assert other.status_code == 422


async def test_taking_a_line_out_leaves_the_others(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE, CARD)
    line = (await cart(father))["lines"][0]["id"]
    answer = await father.post(f"/cart/lines/{line}/removal")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cart?removed={ALLOWANCE}")
    assert await codes(father) == [CARD]
    assert (await father.post(f"/cart/lines/{line}/removal")).status_code == 404
    page = (await father.get(answer.headers["location"])).text
    assert "已移出“高龄老人长寿补贴”" in page
    assert f'name="item" value="{ALLOWANCE}"' in page
    assert "已移出" not in (await father.get("/cart", params={"removed": "nonsense"})).text


async def test_a_stranger_neither_sees_nor_touches_anothers_line(site):
    father, buyer = await site.person("father"), await site.person("buyer")
    await put_in(father, ALLOWANCE)
    await put_in(buyer, CARD)
    line = (await cart(father))["lines"][0]["id"]
    assert (await buyer.post(f"/cart/lines/{line}/removal")).status_code == 404
    assert (await buyer.get(f"/cart/lines/{line}/parties")).status_code == 404
    assert (await buyer.delete(f"/api/v1/cart/lines/{line}")).status_code == 404
    assert await codes(father) == [ALLOWANCE]
    assert await codes(buyer) == [CARD]


async def test_another_persons_party_cannot_be_bound(site):
    father, buyer = await site.person("father"), await site.person("buyer")
    await put_in(father, ALLOWANCE)
    his = (await cart(father))["lines"][0]["bound"]["applicant"]
    for bind in ({"applicant": his}, {"applicant": str(uuid4())}, {"nobody": "new"}):
        answer = await buyer.post(
            "/api/v1/cart/lines",
            json={"lines": [{"item": CARD, "bind": bind}]},
            headers={"Idempotency-Key": str(uuid4())},
        )
        assert answer.status_code == 404
    form = await post(buyer, "/cart/lines", {"item": CARD, "bind.applicant": his})
    assert form.status_code == 404


async def test_a_daughter_adds_for_her_father_what_the_mandate_covers(site, acting):
    daughter = await acting(site, "daughter")
    await put_in(daughter, ALLOWANCE)
    assert await codes(daughter) == [ALLOWANCE]
    assert "为林长福办理" in (await daughter.get("/cart")).text


async def test_what_only_he_himself_may_do_is_refused_to_his_agent_in_words(site, acting, republish):
    await republish(ALLOWANCE, lambda item: item.update(agent=False, agent_reason="要当面按指纹"))
    daughter = await acting(site, "daughter")
    answer = await put_in(daughter, ALLOWANCE, CARD)
    assert answer.status_code == 422
    assert "“高龄老人长寿补贴”要林长福本人办：要当面按指纹" in answer.text


async def test_a_mandate_for_one_thing_does_not_cover_another(site, acting, owner):
    await owner.execute("UPDATE mandates SET items = ARRAY[$1]", CARD)
    daughter = await acting(site, "daughter")
    answer = await put_in(daughter, ALLOWANCE)
    assert answer.status_code == 422
    assert "授权不包括“高龄老人长寿补贴”" in answer.text
    assert (await put_in(daughter, CARD)).status_code == 303


async def test_two_carts_of_one_person_for_herself_and_for_him_stay_apart(site, acting):
    daughter = await site.person("daughter")
    await put_in(daughter, CARD)
    for_him = await acting(site, "daughter")
    await put_in(for_him, ALLOWANCE)
    assert await codes(daughter) == [CARD]
    assert await codes(for_him) == [ALLOWANCE]
    assert (await (await site.person("father")).get("/api/v1/cart")).status_code == 404


async def test_an_item_withdrawn_meanwhile_says_so_and_the_rest_goes_on(site, owner):
    father = await site.person("father")
    await put_in(father, ALLOWANCE, CARD)
    await withdraw(owner, CARD, site.clock.now)
    page = (await father.get("/cart")).text
    assert "停办了" in page
    found = await cart(father)
    assert [line["gone"] for line in found["lines"]] == [False, True]
    assert any("“老年人优待证”现在不能在这里办了" in problem["say"] for problem in found["problems"])
    gone = found["lines"][1]["id"]
    assert (await father.post(f"/cart/lines/{gone}/removal")).status_code == 303
    assert await codes(father) == [ALLOWANCE]


async def test_an_item_that_changed_meanwhile_is_judged_and_filed_by_its_new_version(site, republish):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    await republish(ALLOWANCE, lambda item: item["asks"].append("applicant.marital"))
    assert "办理要求变了" in (await father.get("/cart")).text
    assert (await cart(father))["lines"][0]["version"] == 2
    labels = [q["label"] for q in (await father.get("/api/v1/cart/sheet")).json()["questions"]]
    assert "婚姻状况" in labels


async def test_nothing_of_a_guides_answers_overwrites_what_is_known(site):
    father = await site.person("father")
    await post(
        father,
        "/cart/lines",
        {"item": [NURSING], "answer.applicant.household": "110000", "answer.applicant.carer": "family"},
    )
    sheet = (await father.get("/api/v1/cart/sheet")).json()
    values = {q["name"].partition(".")[2]: q["value"] for q in sheet["questions"]}
    assert values["person.household"] == "460105"
    assert values["person.carer"] == "family"


async def test_an_empty_cart_shows_three_ways_onward(site):
    page = (await (await site.person("father")).get("/cart")).text
    assert "还没有要办的事" in page
    for path in ("/items", "/scenarios", "/search"):
        assert f'href="{path}"' in page


async def test_officers_have_no_cart(site):
    officer = await site.person("officer-civil")
    assert (await officer.get("/cart")).status_code == 404
