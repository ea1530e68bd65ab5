"""A topic a page: what is known is filled in with its source, nothing typed is lost, nobody overwrites another device."""

import re
from html import unescape
from uuid import uuid4

from tests.cart.pages import ALLOWANCE, CARD, NURSING, asked, field_named, fill, hidden, post, put_in

GOOD_CARD = "6222020200000000006"


async def sheet(person) -> dict:
    return (await person.get("/api/v1/cart/sheet")).json()


async def values(person) -> dict:
    return {q["name"].partition(".")[2]: q["value"] for q in (await sheet(person))["questions"]}


async def topic_page(person, topic: str) -> str:
    return (await person.get("/cart/sheet", params={"topic": topic})).text


async def test_what_registers_and_profile_know_is_filled_in_with_its_source(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    known = {q["label"]: (q["value"], q["source"], q["trust"]) for q in (await sheet(father))["questions"]}
    assert known["户籍所在地"] == ("460105", "register.population", "B")
    assert known["手机号码"] == ("13900000001", "profile", "C")
    page = await topic_page(father, "户籍")
    assert "来自人口库" in page
    assert '<option value="460105" selected>' in page


async def test_a_typed_id_number_shows_nothing_of_whose_it_is(site):
    """A register answers about the account's own number alone."""
    buyer = await site.person("buyer")
    await put_in(buyer, "460100-ZG-001")
    page = await topic_page(buyer, "身份")
    open_ones = [q["name"] for q in (await sheet(buyer))["questions"] if q["value"] is None]
    seller = next(name for name in open_ones if name.endswith(".person.id_number"))
    answer = await post(buyer, "/cart/sheet", {**hidden(page), seller: "460199194403051015"})
    assert answer.status_code == 303
    assert "林长福" not in str(await sheet(buyer))


async def test_answers_are_kept_topic_by_topic_until_nothing_is_open(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    page = (await father.get("/cart/sheet")).text
    answer = await fill(
        father,
        page,
        {"bank_account.bank_card": GOOD_CARD, "bank_account.bank_name": "某某银行", "bank_account.holder": "林长福"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart/materials")
    assert (await values(father))["bank_account.bank_card"] == GOOD_CARD
    assert "填好的内容" in (await father.get("/cart/sheet")).text


async def test_all_problems_come_at_once_and_nothing_typed_is_lost(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    page = await topic_page(father, "收款")
    answer = await fill(
        father,
        page,
        {"bank_account.bank_card": "6222 0202", "bank_account.bank_name": "<b>银行</b>", "bank_account.holder": ""},
    )
    assert answer.status_code == 422
    card, holder = field_named(page, "bank_account.bank_card"), field_named(page, "bank_account.holder")
    for name in (card, holder):
        assert f'href="#{name}"' in answer.text
        assert f'id="{name}"' in answer.text
    assert 'value="6222 0202"' in answer.text
    assert 'value="&lt;b&gt;银行&lt;/b&gt;"' in answer.text
    later = await topic_page(father, "收款")
    assert 'value="6222 0202"' in later
    assert "银行卡号" in str((await sheet(father))["problems"])
    assert (await values(father))["bank_account.bank_name"] == "<b>银行</b>"


async def test_stopping_half_way_keeps_what_was_typed(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    page = await topic_page(father, "收款")
    names = {code: field_named(page, f"bank_account.{code}") for code in ("bank_card", "bank_name")}
    fields = {
        **hidden(page),
        "asked": asked(page),
        names["bank_name"]: "某某银行",
        names["bank_card"]: "12",
        "later": "yes",
    }
    answer = await post(father, "/cart/sheet", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")
    assert (await values(father))["bank_account.bank_name"] == "某某银行"
    assert 'value="12"' in await topic_page(father, "收款")


async def test_a_question_appears_when_an_answer_calls_for_it(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    assert "person.guardian_name" not in await values(father)
    page = await topic_page(father, "身份")
    await fill(
        father, page, {"person.name": "林长福", "person.id_number": "460199194403051015", "person.capacity": "limited"}
    )
    assert "person.guardian_name" in await values(father)
    needs = {need["name"].partition(".")[2] for need in (await sheet(father))["materials"]}
    assert "person.guardianship" in needs


async def test_each_question_says_which_things_it_is_for(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE, NURSING)
    page = await topic_page(father, "收款")
    assert "用于：高龄老人长寿补贴、护理补贴" in page


async def test_two_devices_fill_different_fields_and_both_count(site):
    phone, tablet = await site.person("father"), await site.person("father")
    await put_in(phone, ALLOWANCE)
    on_phone, on_tablet = await topic_page(phone, "收款"), await topic_page(tablet, "收款")
    name, holder = field_named(on_phone, "bank_account.bank_name"), field_named(on_phone, "bank_account.holder")
    later = {"later": "yes"}
    await post(phone, "/cart/sheet", {**hidden(on_phone), name: "某某银行", "asked": asked(on_phone), **later})
    await post(tablet, "/cart/sheet", {**hidden(on_tablet), holder: "林长福", "asked": asked(on_tablet), **later})
    found = await values(phone)
    assert (found["bank_account.bank_name"], found["bank_account.holder"]) == ("某某银行", "林长福")


async def test_the_second_device_is_told_before_it_overwrites_the_first(site):
    phone, tablet = await site.person("father"), await site.person("father")
    await put_in(phone, ALLOWANCE)
    on_phone, on_tablet = await topic_page(phone, "收款"), await topic_page(tablet, "收款")
    name = field_named(on_phone, "bank_account.bank_name")
    await post(phone, "/cart/sheet", {**hidden(on_phone), name: "甲银行", "later": "yes"})
    answer = await post(tablet, "/cart/sheet", {**hidden(on_tablet), name: "乙银行"})
    assert answer.status_code == 422
    assert "刚才在另一台设备上改过了" in answer.text
    assert 'value="乙银行"' in answer.text
    assert (await values(phone))["bank_account.bank_name"] == "甲银行"
    await post(tablet, "/cart/sheet", {**hidden(answer.text), name: "乙银行"})
    assert (await values(phone))["bank_account.bank_name"] == "乙银行"


async def test_a_foreign_subject_is_not_found(site):
    father, buyer = await site.person("father"), await site.person("buyer")
    await put_in(father, ALLOWANCE)
    await put_in(buyer, CARD)
    page = await topic_page(father, "收款")
    foreign = next(q["name"] for q in (await sheet(buyer))["questions"])
    for name in (foreign, f"{uuid4()}.person.name", "x.person.name"):
        assert (await post(father, "/cart/sheet", {**hidden(page), name: "甲"})).status_code == 404
    mine = asked(page)[0].partition(".")[0]
    assert (await post(father, "/cart/sheet", {**hidden(page), f"{mine}.person.nonsense": "甲"})).status_code == 404


async def test_another_cart_than_the_open_one_is_a_conflict_that_leads_on(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    page = await topic_page(father, "收款")
    for cart in (str(uuid4()), "nonsense"):
        answer = await post(father, "/cart/sheet", {**hidden(page), "cart": cart})
        assert answer.status_code in (404, 409)
    assert "看购物车" in (await post(father, "/cart/sheet", {**hidden(page), "cart": str(uuid4())})).text


async def test_nul_and_very_long_texts_are_refused_in_words(site):
    father = await site.person("father")
    await put_in(father, NURSING)
    page = await topic_page(father, "居住")
    address = field_named(page, "person.address")
    assert (await post(father, "/cart/sheet", {**hidden(page), address: "某某路\0"})).status_code == 400
    long = await post(father, "/cart/sheet", {**hidden(page), address: "路" * 10_000})
    assert long.status_code == 422
    assert "路" * 10_000 in long.text


async def test_clearing_a_known_value_asks_again(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    page = await topic_page(father, "联系方式")
    answer = await post(
        father, "/cart/sheet", {**hidden(page), "asked": asked(page), field_named(page, "person.phone"): ""}
    )
    assert answer.status_code == 422
    assert (await values(father))["person.phone"] is None


async def test_an_elder_gets_one_question_a_page(site):
    father = await site.person("father")
    father.cookies.set("mode", "elder")
    await put_in(father, ALLOWANCE)
    page = (await father.get("/cart/sheet")).text
    assert len(asked(page)) == 1
    assert re.search(r'<h1 class="label"><label for="[^"]+"><span>银行卡号</span>', page)
    answer = await fill(father, page, {"bank_account.bank_card": GOOD_CARD})
    assert answer.headers["location"] == "/cart/sheet"
    assert re.search(r"<h1[^>]*>(<[^>]+>)*开户银行<", (await father.get("/cart/sheet")).text)


async def test_json_answers_are_all_kept_or_none_with_every_problem(site):
    father = await site.person("father")
    await put_in(father, NURSING)
    found = await sheet(father)
    names = {q["name"].partition(".")[2]: q["name"] for q in found["questions"]}
    body = {
        "version": found["version"],
        "answers": {
            names["bank_account.bank_card"]: "1234",
            names["person.nursing_level"]: "nonsense",
            names["person.address"]: "某某路 1 号",
        },
    }
    answer = await father.put("/api/v1/cart/answers", json=body)
    assert answer.status_code == 422
    assert {p["field"] for p in answer.json()["problems"]} == {
        names["bank_account.bank_card"],
        names["person.nursing_level"],
    }
    assert (await values(father))["person.address"] is None
    good = {
        names["person.nursing_level"]: "part",
        names["person.low_income"]: True,
        names["person.address"]: "某某路 1 号",
    }
    kept = await father.put("/api/v1/cart/answers", json={"version": found["version"], "answers": good})
    assert kept.status_code == 200
    after = await values(father)
    assert (after["person.nursing_level"], after["person.low_income"]) == ("part", True)


async def test_the_review_lists_everything_and_what_is_missing_with_links(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE, CARD)
    page = (await father.get("/cart/review")).text
    links = [unescape(link) for link in re.findall(r'href="(/cart/[^"]+#[^"]+)"', page)]
    assert any(link.startswith("/cart/sheet?topic=") for link in links)
    assert any(link.startswith("/cart/materials#") for link in links)
    for link in links:
        path, _hash, field = link.partition("#")
        assert f'id="{field}"' in (await father.get(path)).text
    assert "460199194403051015" not in page
    assert 'name="key"' in page
    assert 'name="version"' in page
    assert "海口市民政局" in page


async def test_what_is_typed_lies_sealed_in_the_database(site, owner):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    page = await topic_page(father, "收款")
    await fill(father, page, {"bank_account.bank_card": GOOD_CARD, "bank_account.bank_name": "某某银行"})
    rows = await owner.fetch("SELECT sealed FROM answers")
    assert rows
    assert not any(GOOD_CARD.encode() in row["sealed"] or "某某银行".encode() in row["sealed"] for row in rows)
