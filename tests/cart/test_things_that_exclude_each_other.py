"""What cannot be filed together is refused with the reason: when it is put in, and where it stands in the cart already."""

from uuid import uuid4

import msgspec

from backend.cart.excluding import clashes
from backend.cart.model import Told, UnderWay
from backend.cart.rules import sheet_of
from backend.catalogue.model import Exclusion
from backend.catalogue.pack_names import name_faults
from tests.cart.lines import TODAY, city, everybody, line, party
from tests.cart.pages import put_in

SALE, DEED = "二手房转移登记", "不动产权属证书换发"
PERMIT, MOVE = "居住证", "户口迁移"


def code(name):
    return city().items[name].code


async def cart(person):
    return [entry["name"] for entry in (await person.get("/api/v1/cart")).json()["lines"]]


async def test_the_second_of_two_is_refused_with_the_reason_and_the_first_stays(site):
    buyer = await site.person("buyer")
    await put_in(buyer, code(PERMIT))
    answer = await put_in(buyer, code(MOVE))
    assert answer.status_code == 422
    assert f"“{MOVE}”和“{PERMIT}”不能一起办" in answer.text
    assert "户口迁来就不用办" in answer.text
    assert await cart(buyer) == [PERMIT]


async def test_both_at_once_put_in_neither(site):
    buyer = await site.person("buyer")
    assert (await put_in(buyer, code(SALE), code(PERMIT), code(MOVE))).status_code == 422
    assert (await buyer.get("/api/v1/cart")).status_code == 404


async def test_about_two_flats_they_go_together(site):
    buyer = await site.person("buyer")
    await put_in(buyer, code(SALE))
    body = {"lines": [{"item": code(DEED), "bind": {"flat": "new"}}]}
    answer = await buyer.post("/api/v1/cart/lines", json=body, headers={"Idempotency-Key": "two-flats-two-things"})
    assert answer.status_code == 201, answer.text
    lines = (await buyer.get("/api/v1/cart")).json()["lines"]
    deed = next(entry for entry in lines if entry["name"] == DEED)
    flat = next(entry for entry in lines if entry["name"] == SALE)["bound"]["flat"]
    bound = await buyer.put(f"/api/v1/cart/lines/{deed['id']}/parties", json={"flat": flat})
    assert bound.status_code == 200, bound.text
    after = (await buyer.get("/api/v1/cart")).json()
    said = [problem["say"] for problem in after["problems"] if "不能一起办" in problem["say"]]
    assert len(said) == 1, "one list, each contradiction once"
    assert [one["line"] for one in after["waiting"] if "不能一起办" in one["problems"][0]["say"]] == [deed["id"]]


def test_what_is_with_a_department_excludes_as_well():
    case = UnderWay(city().items[SALE], frozenset({party("flat")}))
    found = clashes([line(DEED)], [case])
    assert ["正在办" in clash.problem.say for clash in found] == [True]
    assert clashes([line(DEED, flat="another flat")], [case]) == []


def test_in_one_situation_only():
    reissue = msgspec.structs.replace(
        city().items[DEED], excludes=(Exclusion(item=SALE, say="演示", same="flat", situation="补发"),)
    )
    one, other = line(SALE, 0), msgspec.structs.replace(line(DEED, 1), item=reissue)
    assert clashes([one, other]) == []
    assert clashes([one, other], (), {other.id: frozenset({"补发"})})


def test_a_case_of_an_earlier_order_gives_its_result_to_a_later_line():
    shop, food = "个体工商户设立", "食品经营许可"
    licence = line(food)
    told = Told(under_way=(UnderWay(city().items[shop], frozenset(licence.parties["business"])),))
    ways = {n.way for n in sheet_of([licence], everybody(licence), told, city(), TODAY).materials}
    assert "result_of" in ways
    stranger = Told(under_way=(UnderWay(city().items[shop], frozenset({uuid4()})),))
    assert "result_of" not in {
        n.way for n in sheet_of([licence], everybody(licence), stranger, city(), TODAY).materials
    }


def test_of_an_exclusion_that_only_one_of_the_two_knows_the_rules_remind_and_stop_nothing():
    pack = city()
    items = {**pack.items, DEED: msgspec.structs.replace(pack.items[DEED], excludes=())}
    lonely = msgspec.structs.replace(pack, items=items)
    faults = [(fault.where, fault.warning) for fault in name_faults(lonely, lonely.items[SALE])]
    assert faults == [("excludes[0]", True)]
    assert list(name_faults(pack, pack.items[SALE])) == []
