"""A photo shared from another app is kept for her, goes where she says, and is nobody else's; what a phone may keep of which page."""

from urllib.parse import parse_qs, urlsplit

from tests.cart.pages import ALLOWANCE, hidden, put_in
from tests.cart.test_hand_materials_in import needs, photo


async def test_it_goes_where_she_says_and_nobody_else_can_put_it_anywhere(site):
    father, stranger = await site.person("father"), await site.person("shopkeeper")
    for person in (father, stranger):
        await put_in(person, ALLOWANCE)
    answer = await father.post("/share", files=[("file", ("存折.jpg", photo(), "image/jpeg"))])
    assert answer.status_code == 303
    asking = await father.get(answer.headers["location"])
    assert "存折.jpg" in asking.text
    assert (await stranger.get(answer.headers["location"])).status_code == 404
    file, card = (
        parse_qs(urlsplit(answer.headers["location"]).query)["file"],
        (await needs(father))["bank_account.card_copy"],
    )
    form = {"cart": hidden(asking.text)["cart"], "material": card["name"], "file": file, "all": file}
    theirs = hidden((await stranger.get("/cart/materials")).text)["cart"]
    assert (await stranger.post("/share/place", data=form | {"cart": theirs})).status_code == 404
    placed = await father.post("/share/place", data=form)
    assert placed.headers["location"] == f"/cart/materials#{card['name']}"
    assert (await needs(father))["bank_account.card_copy"]["files"] == file


async def test_what_is_no_photo_is_said_and_the_rest_is_kept(site):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    files = [("file", ("歌.mp3", b"ID3", "audio/mpeg")), ("file", ("存折.jpg", photo(), "image/jpeg"))]
    answer = await father.post("/share", files=files)
    assert answer.status_code == 422
    assert "「歌.mp3」不是照片也不是 PDF" in answer.text
    assert "存折.jpg" in answer.text
    assert "没有收到照片" in (await father.post("/share")).text


async def test_signed_in_a_phone_keeps_what_a_stranger_sees_and_nothing_of_an_officer(site):
    daughter, officer = await site.person("daughter"), await site.person("officer-civil")
    assert (await daughter.get("/")).headers["x-offline"] == "stranger"
    assert "x-offline" not in (await daughter.get("/cart")).headers
    assert "x-offline" not in (await officer.get("/")).headers
