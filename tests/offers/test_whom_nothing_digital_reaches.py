"""Those without phone, mail or account stand on a list of the community office: street by street, with what came of the visit."""

import csv

import pytest

from backend.offers.rules import community_of
from tests.offers.night import give_letters, night, rows

LIST = "/desk/offers/unreached"


async def find(site, name: str) -> str:
    officer = await site.person("officer-civil")
    page = (await officer.post(LIST)).text
    before = page.index(name)
    return page[before:].split('action="/desk/offers/')[1].split("/visit")[0]


async def test_the_office_sees_them_by_district_and_community_and_nobody_else_does(site):
    officer = await site.person("officer-civil")
    page = (await officer.post(LIST)).text
    assert (
        page.index("海口市秀英区 · 演示村") < page.index("符阿婆") < page.index("海口市琼山区") < page.index("王海生")
    )
    assert "林长福" not in page
    assert "老年人权益保障法" in page
    for other in ("officer-market", "supervisor"):
        assert "符阿婆" not in (await (await site.person(other)).post(LIST)).text
    assert (await (await site.person("daughter")).post(LIST)).status_code == 404


async def test_names_and_addresses_are_only_shown_to_whom_it_is_written_down(site):
    officer = await site.person("officer-civil")
    page = (await officer.get(LIST)).text
    assert "演示村" in page
    assert not any(word in page for word in ("符阿婆", "王海生", "12 号"))
    assert await rows(site, "SELECT 1 FROM outreach_looks") == []
    await officer.post(LIST)
    answer = await officer.post(f"{LIST}/table")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["cache-control"] == "no-store"
    head, first, *_others = csv.reader(answer.content.decode("utf-8-sig").splitlines())
    assert head == ["区", "街道、社区或村", "姓名", "地址", "可以领什么", "上次怎么样", "给下一位同事的话"]
    assert first[:3] == ["海口市秀英区", "演示村", "符阿婆"]
    assert "460199" not in answer.text, "no number, no date of birth: what is needed at the door"
    looks = await rows(site, "SELECT kind, people, by_name FROM outreach_looks ORDER BY id")
    assert [tuple(row) for row in looks] == [("list", 2, "王惠民"), ("table", 2, "王惠民")]
    assert "下载了表格" in (await officer.get(LIST)).text
    assert (await (await site.person("officer-market")).post(f"{LIST}/table")).status_code == 404


@pytest.mark.parametrize(
    ("address", "community"),
    [
        ("海口市秀英区演示村 12 号", "演示村"),
        ("海南省海口市琼山区国兴街道文坛社区 3 号", "国兴街道文坛社区"),
        ("海口市琼山区云龙镇云蛟村委会 8 号", "云龙镇云蛟村委会"),
        ("文坛社区 3 号", "文坛社区"),
        ("海口市琼山区演示街 3 号", ""),
        ("", ""),
    ],
)
def test_a_community_is_read_off_the_address_as_far_as_it_says(address: str, community: str):
    assert community_of(address) == community


async def test_what_came_of_a_visit_stands_on_the_list(site):
    officer, offer = await site.person("officer-civil"), await find(site, "王海生")
    assert (await officer.post(f"/desk/offers/{offer}/visit", data={"words": "x"})).status_code == 422
    said = {"outcome": "wants", "words": "周三下午在家"}
    assert (await officer.post(f"/desk/offers/{offer}/visit", data=said)).status_code == 303
    page = (await officer.post(LIST)).text
    assert "周三下午在家" in page
    assert page.index("王海生") < page.index("符阿婆")  # who wants it comes first


async def test_a_no_at_the_door_is_remembered_and_her_address_is_not_kept(site):
    officer, offer = await site.person("officer-civil"), await find(site, "符阿婆")
    assert (await officer.post(f"/desk/offers/{offer}/visit", data={"outcome": "declines"})).status_code == 303
    assert "符阿婆" not in (await officer.post(LIST)).text
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
