"""Those without phone, mail or account stand on a list of the community office: street by street, with what came of the visit."""

from tests.offers.night import give_letters, night, rows


async def find(site, name: str) -> str:
    officer = await site.person("officer-civil")
    page = (await officer.get("/desk/offers/unreached")).text
    before = page.index(name)
    return page[before:].split('action="/desk/offers/')[1].split("/visit")[0]


async def test_the_office_sees_them_by_district_and_nobody_else_does(site):
    page = (await (await site.person("officer-civil")).get("/desk/offers/unreached")).text
    assert page.index("海口市秀英区") < page.index("符阿婆") < page.index("海口市琼山区") < page.index("王海生")
    assert "林长福" not in page
    assert "老年人权益保障法" in page
    for other in ("officer-market", "supervisor"):
        assert "符阿婆" not in (await (await site.person(other)).get("/desk/offers/unreached")).text
    assert (await (await site.person("daughter")).get("/desk/offers/unreached")).status_code == 404


async def test_what_came_of_a_visit_stands_on_the_list(site):
    officer, offer = await site.person("officer-civil"), await find(site, "王海生")
    assert (await officer.post(f"/desk/offers/{offer}/visit", data={"words": "x"})).status_code == 422
    said = {"outcome": "wants", "words": "周三下午在家"}
    assert (await officer.post(f"/desk/offers/{offer}/visit", data=said)).status_code == 303
    page = (await officer.get("/desk/offers/unreached")).text
    assert "周三下午在家" in page
    assert page.index("王海生") < page.index("符阿婆")  # who wants it comes first


async def test_a_no_at_the_door_is_remembered_and_her_address_is_not_kept(site):
    officer, offer = await site.person("officer-civil"), await find(site, "符阿婆")
    assert (await officer.post(f"/desk/offers/{offer}/visit", data={"outcome": "declines"})).status_code == 303
    assert "符阿婆" not in (await officer.get("/desk/offers/unreached")).text
    (row,) = await rows(site, "SELECT state, contact FROM offers WHERE id = $1", offer)
    assert (row["state"], row["contact"]) == ("refused", None)
    await night(site)
    assert (await officer.post(f"/desk/offers/{offer}/visit", data={"outcome": "wants"})).status_code == 404


async def test_a_letter_lies_in_the_queue_of_letters(site):
    officer, offer = await site.person("officer-civil"), await find(site, "符阿婆")
    assert (await officer.post(f"/desk/offers/{offer}/visit", data={"outcome": "letter"})).status_code == 303
    (letter,) = await give_letters(site)
    assert letter.name == "符阿婆"
    assert "演示村 12 号" in letter.address
    assert "高龄老人长寿补贴" in letter.words
    assert "不收一分钱" in letter.words
