"""Defaults for the parties of a new line: shared where the same is meant, another where it is not."""

from itertools import count
from uuid import UUID

from backend.cart.binding import bind_roles, repeatable, waits
from backend.cart.model import Line
from backend.parties.model import Party
from tests.cart.lines import ME, city, party
from tests.cart.pages import post, put_in

HERSELF = Party(id=ME, kind="person", is_self=True)


class Basket:
    """Lines put in one after the other, with their defaults."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.parties = [HERSELF]
        self.numbers = count()

    def put(self, item: str, **chosen: UUID | str) -> dict[str, tuple[UUID, ...]]:
        found = bind_roles(
            city().items[item], chosen, self.parties, self.lines, lambda: party(f"new {next(self.numbers)}")
        )
        self.parties += [Party(id=new.id, kind=new.kind) for new in found.new]
        number = len(self.lines)
        self.lines.append(
            Line(id=party(f"line {number}"), item=city().items[item], version=1, position=number, parties=found.parties)
        )
        return found.parties


def test_the_applicant_is_herself_and_money_goes_to_one_account():
    basket = Basket()
    first, second = basket.put("高龄老人长寿补贴"), basket.put("护理补贴")
    assert first["applicant"] == second["applicant"] == (ME,)
    assert first["payee"] == second["payee"]


def test_a_seller_is_not_herself_and_not_her_spouse():
    basket = Basket()
    renting = basket.put("公共租赁住房")
    buying = basket.put("二手房转移登记")
    assert len({ME, *renting["spouse"], *buying["seller"]}) == 3


def test_a_sale_and_a_lease_are_two_deals_about_one_flat():
    basket = Basket()
    sale, lease = basket.put("二手房转移登记"), basket.put("房屋租赁备案")
    assert sale["deal"] != lease["deal"]
    assert sale["flat"] == lease["flat"]


def test_the_same_item_twice_is_about_two_things_and_one_owner():
    basket = Basket()
    first, second = basket.put("特种设备使用登记"), basket.put("特种设备使用登记")
    assert first["equipment"] != second["equipment"]
    assert (first["applicant"], first["business"]) == (second["applicant"], second["business"])


def test_a_shop_and_its_food_licence_are_about_one_business():
    basket = Basket()
    assert basket.put("个体工商户设立")["business"] == basket.put("食品经营许可")["business"]


def test_what_was_chosen_wins():
    basket = Basket()
    basket.put("二手房转移登记")
    again = basket.put("不动产权属证书换发", flat="new")
    assert again["flat"] != basket.lines[0].parties["flat"]


def test_only_what_is_about_a_thing_makes_sense_twice():
    assert repeatable(city().items["特种设备使用登记"])
    assert not repeatable(city().items["高龄老人长寿补贴"])


def test_a_role_that_only_a_condition_calls_for_needs_no_declaring():
    renting = city().items["公共租赁住房"]
    assert not any(waits(renting, role) for role in renting.roles.values())


def test_money_goes_to_the_account_of_the_last_filing_but_a_flat_is_a_new_one():
    earlier = [Party(id=party("old account"), kind="bank_account"), Party(id=party("old flat"), kind="flat")]
    item = city().items["护理补贴"]
    assert bind_roles(item, {}, [HERSELF], [], lambda: party("new"), earlier).parties["payee"] == (
        party("old account"),
    )
    sale = bind_roles(city().items["二手房转移登记"], {}, [HERSELF], [], lambda: party("new"), earlier)
    assert party("old flat") not in sale.parties["flat"]


def test_of_two_earlier_accounts_neither_is_guessed():
    earlier = [Party(id=party(name), kind="bank_account") for name in ("one", "other")]
    found = bind_roles(city().items["护理补贴"], {}, [HERSELF], [], lambda: party("new"), earlier)
    assert found.parties["payee"] == (party("new"),)


async def sheet(person) -> list[dict]:
    return (await person.get("/api/v1/cart/sheet")).json()["questions"]


async def test_another_flat_for_one_line_is_asked_about_by_itself(site):
    buyer = await site.person("buyer")
    codes = [city().items[name].code for name in ("二手房转移登记", "房屋租赁备案")]
    await put_in(buyer, *codes)
    assert len([q for q in await sheet(buyer) if q["name"].endswith("flat.address")]) == 1
    lease = (await buyer.get("/api/v1/cart")).json()["lines"][1]
    path = f"/cart/lines/{lease['id']}/parties"
    page = (await buyer.get(path)).text
    assert "另一个，还没有填过的" in page
    answer = await post(buyer, path, {"role.flat": "new", "role.applicant": lease["bound"]["applicant"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")
    assert len([q for q in await sheet(buyer) if q["name"].endswith("flat.address")]) == 2


async def test_a_role_takes_only_a_party_of_its_own_kind_and_of_this_cart(site):
    buyer, father = await site.person("buyer"), await site.person("father")
    await put_in(buyer, city().items["二手房转移登记"].code)
    await put_in(father, city().items["高龄老人长寿补贴"].code)
    line = (await buyer.get("/api/v1/cart")).json()["lines"][0]
    his = (await father.get("/api/v1/cart")).json()["lines"][0]["bound"]["payee"]
    for role, choice in (
        ("flat", line["bound"]["deal"]),
        ("seller", line["bound"]["applicant"]),
        ("flat", his),
        ("flat", "none"),
    ):
        answer = await post(buyer, f"/cart/lines/{line['id']}/parties", {f"role.{role}": choice})
        assert answer.status_code == 404
    assert (await buyer.get("/api/v1/cart")).json()["lines"][0]["bound"] == line["bound"]
