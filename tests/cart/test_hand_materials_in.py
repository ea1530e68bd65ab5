"""Photos and documents once for all things that need them; what registers know is not asked; a pledge where one will do."""

import io
from uuid import uuid4

import pytest
from PIL import Image

from tests.cart.pages import ALLOWANCE, CARD, NURSING, hidden, post, put_in


def photo(colour: str = "white") -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(picture, "JPEG")
    return picture.getvalue()


async def needs(person) -> dict:
    found = (await person.get("/api/v1/cart/sheet")).json()["materials"]
    return {need["name"].partition(".")[2]: need for need in found}


async def send(person, need: dict, *files: tuple[str, bytes, str]):
    page = (await person.get("/cart/materials")).text
    fields = {"cart": hidden(page)["cart"], "material": need["name"]}
    return await person.post("/cart/materials", data=fields, files=[("file", file) for file in files])


async def test_a_photo_is_given_once_for_all_things(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE, NURSING)
    card = (await needs(father))["bank_account.card_copy"]
    assert len(card["needed_by"]) == 2
    answer = await send(father, card, ("card.jpg", photo(), "image/jpeg"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cart/materials#{card['name']}")
    after = (await needs(father))["bank_account.card_copy"]
    assert (after["way"], len(after["files"])) == ("file", 1)
    page = (await father.get("/cart/materials")).text
    assert f'src="/files/{after["files"][0]}/preview"' in page
    assert (await father.get(f"/files/{after['files'][0]}")).headers["content-type"] == "image/jpeg"


async def test_further_pages_follow_in_order_and_one_can_be_taken_back(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    card = (await needs(father))["person.id_card"]
    await send(father, card, ("front.jpg", photo("red"), "image/jpeg"), ("back.jpg", photo("blue"), "image/jpeg"))
    await send(father, card, ("more.jpg", photo("green"), "image/jpeg"))
    files = (await needs(father))["person.id_card"]["files"]
    assert len(files) == 3
    page = hidden((await father.get("/cart/materials")).text)
    gone = await post(
        father, "/cart/materials/removal", {"cart": page["cart"], "material": card["name"], "file": files[1]}
    )
    assert gone.status_code == 303
    assert (await needs(father))["person.id_card"]["files"] == [files[0], files[2]]
    again = await post(
        father, "/cart/materials/removal", {"cart": page["cart"], "material": card["name"], "file": files[1]}
    )
    assert again.status_code == 404


async def test_what_is_no_picture_is_refused_with_its_name_and_the_rest_is_kept(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    card = (await needs(father))["person.id_card"]
    answer = await send(
        father, card, ("front.jpg", photo(), "image/jpeg"), ("notes.exe", b"MZ" + b"0" * 50, "image/jpeg")
    )
    assert answer.status_code == 422
    assert "「notes.exe」" in answer.text
    assert f'href="#{card["name"]}"' in answer.text
    assert len((await needs(father))["person.id_card"]["files"]) == 1


async def test_nothing_chosen_is_said_kindly(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    answer = await send(father, (await needs(father))["person.id_card"])
    assert answer.status_code == 422
    assert "还没有选照片或文件：居民身份证" in answer.text


async def test_what_a_register_knows_need_not_be_given(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    assert (await needs(father))["person.household_book"]["way"] == "register"
    page = (await father.get("/cart/materials")).text
    assert "有 1 份不用交" in page
    assert "在人口库里查到" in page


async def test_a_pledge_stands_for_a_document_until_it_is_taken_back(site):
    father = await site.person("father")
    await put_in(father, NURSING)
    need = (await needs(father))["person.disability_assessment"]
    cart = hidden((await father.get("/cart/materials")).text)["cart"]
    paper = (await father.get("/cart/materials/pledge", params={"material": need["name"]})).text
    assert "不属实的后果" in paper
    signed = {"cart": cart, "material": need["name"], "signed": "yes", "read": need["pledge_hash"]}
    for wrong in ({}, {"agree": "yes"}, {"agree": "yes", "name": "别人"}):
        assert (await post(father, "/cart/materials/pledge", signed | wrong)).status_code == 422
    unread = signed | {"agree": "yes", "name": "林长福", "read": "00"}
    assert (await post(father, "/cart/materials/pledge", unread)).status_code == 422
    signed |= {"agree": "yes", "name": "林长福"}
    assert (await post(father, "/cart/materials/pledge", signed)).status_code == 303
    assert (await needs(father))["person.disability_assessment"]["way"] == "pledge"
    assert "愿意接受上门评估" in (await father.get("/cart/review")).text
    await post(father, "/cart/materials/pledge", {**signed, "signed": "no"})
    assert (await needs(father))["person.disability_assessment"]["way"] == ""


async def test_a_material_without_a_pledge_cannot_be_pledged(site):
    father = await site.person("father")
    await put_in(father, NURSING)
    need = (await needs(father))["person.id_card"]
    cart = hidden((await father.get("/cart/materials")).text)["cart"]
    answer = await post(
        father, "/cart/materials/pledge", {"cart": cart, "material": need["name"], "signed": "yes", "agree": "yes"}
    )
    assert answer.status_code == 404


async def test_a_strangers_cart_takes_no_file(site):
    father, buyer = await site.person("father"), await site.person("buyer")
    await put_in(father, ALLOWANCE)
    await put_in(buyer, CARD)
    need = (await needs(father))["person.id_card"]
    cart = hidden((await father.get("/cart/materials")).text)["cart"]
    for data in ({"cart": cart, "material": need["name"]}, {"cart": str(uuid4()), "material": need["name"]}):
        answer = await buyer.post("/cart/materials", data=data, files=[("file", ("a.jpg", photo(), "image/jpeg"))])
        assert answer.status_code == 409
    own = hidden((await buyer.get("/cart/materials")).text)["cart"]
    answer = await buyer.post(
        "/cart/materials",
        data={"cart": own, "material": need["name"]},
        files=[("file", ("a.jpg", photo(), "image/jpeg"))],
    )
    assert answer.status_code == 404
    assert not (await needs(father))["person.id_card"]["files"]


@pytest.mark.parametrize("path", ["/cart/materials", "/cart/sheet", "/cart/review"])
async def test_without_a_cart_every_page_leads_to_the_empty_one(site, path):
    answer = await (await site.person("father")).get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")


async def test_the_licence_of_a_shop_that_is_being_opened_comes_by_itself(site, shop_and_food):
    owner = await site.person("shopkeeper")
    opening, food = shop_and_food
    await put_in(owner, food)
    assert (await needs(owner))["business.licence"]["way"] == ""
    await put_in(owner, opening)
    assert (await needs(owner))["business.licence"]["way"] == "result_of"
    assert "等“个体工商户设立”办好就有" in (await owner.get("/cart/materials")).text


async def test_a_program_hands_files_in_all_or_none_and_takes_one_back(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    name = (await needs(father))["person.id_card"]["name"]
    bad = [("file", ("a.jpg", photo(), "image/jpeg")), ("file", ("b.jpg", b"nothing", "image/jpeg"))]
    refused = await father.post("/api/v1/cart/materials", data={"material": name}, files=bad)
    assert (refused.status_code, refused.json()["problems"][0]["field"]) == (422, name)
    assert not (await needs(father))["person.id_card"]["files"]
    kept = await father.post("/api/v1/cart/materials", data={"material": name}, files=bad[:1])
    assert kept.status_code == 201, kept.text
    (file,) = (await needs(father))["person.id_card"]["files"]
    assert (await father.delete(f"/api/v1/cart/materials/{name}/{file}")).status_code == 204
    assert not (await needs(father))["person.id_card"]["files"]
    assert (await father.post("/api/v1/cart/materials", data={"material": name})).status_code == 422
    assert (await father.post("/api/v1/cart/materials", data={"material": "x.y"}, files=bad[:1])).status_code == 404
