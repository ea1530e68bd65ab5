"""A guide on the phone: no JavaScript, no sign-in, nothing stored; the address is all there is."""

import re
from collections.abc import AsyncIterator
from html import unescape

import msgspec
import pytest_asyncio

from backend.settings import Settings
from tests.demo import load_demo
from tests.web import Site, running

ELDER = "/scenarios/家里老人满八十"
HOME = {
    "elder.age": "80–89",
    "elder.household": "460100",
    "elder.residence": "460100",
    "elder.elder_allowance": "no",
    "care": "family",
}


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    await load_demo(settings)
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


def fields(html: str) -> list[tuple[str, str]]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', html)
    return [(unescape(name), unescape(value)) for name, value in found]


def heading(html: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.S)
    assert found
    return unescape(re.sub(r"<[^>]+>", "", found[1]).strip())


async def test_the_list_leads_to_every_guide(site: Site) -> None:
    stranger = site.stranger()
    html = (await stranger.get("/scenarios")).text
    links = re.findall(r'href="(/scenarios/[^"]+)"', html)
    assert len(links) >= 3
    for link in links:
        answer = await stranger.get(link)
        assert answer.status_code == 200
        assert "大约还有" in answer.text


async def test_a_stranger_walks_the_guide_with_forms_alone(site: Site) -> None:
    """Each page's form is sent on as a browser would: the hidden answers, and one choice more."""
    stranger, answers = site.stranger(), dict(HOME)
    page = await stranger.get(ELDER)
    asked = []
    while "下一步" in page.text:
        sent = fields(page.text)
        [question] = [value for name, value in sent if name == "_asked"]
        asked.append(question)
        page = await stranger.get(ELDER, params=[*sent, (question, answers[question])])
        assert page.status_code == 200
        assert len(asked) < 9
    assert asked == ["elder.age", "elder.household", "elder.elder_allowance", "care"]
    assert heading(page.text) == "有 3 件事可以办"
    for words in ("高龄老人长寿补贴", "老年人优待证", "护理补贴", "年满 80 周岁、户籍在海口、没有重复领取", "80–89 岁"):
        assert words in page.text


async def test_the_result_goes_into_the_cart_with_one_form(site: Site) -> None:
    page = await site.stranger().get(ELDER, params=HOME)
    assert 'action="/cart/lines"' in page.text
    sent = fields(page.text)
    assert [value for name, value in sent if name == "item"] == ["460100-MZ-001", "460100-MZ-002", "460100-MZ-003"]
    assert dict(sent)["answer.applicant.elder_allowance"] == "no"
    assert not {name for name, _ in sent} & {"answer.applicant.age", "answer.applicant.household"}  # known only roughly
    daughter = await site.person("daughter")
    answer = await daughter.post("/cart/lines", data={name: [v for n, v in sent if n == name] for name, _ in sent})
    assert (answer.status_code, answer.headers["location"][:13]) == (303, "/cart?added=3")


async def test_an_answer_can_be_changed_and_the_later_ones_stay(site: Site) -> None:
    stranger = site.stranger()
    page = await stranger.get(ELDER, params=HOME)
    change = next(
        link for link in re.findall(r'href="([^"]+)"', unescape(page.text)) if link.endswith("_change=elder.age")
    )
    page = await stranger.get(change)
    assert heading(page.text) == "老人多大年纪了？"
    assert re.search(r'value="80–89"[^>]*checked', page.text)
    kept = [pair for pair in fields(page.text) if pair[0] in HOME]
    assert dict(kept) == {name: value for name, value in HOME.items() if name != "elder.age"}
    page = await stranger.get(ELDER, params=[*kept, ("elder.age", "100以上")])
    assert heading(page.text) == "有 3 件事可以办"


async def test_sending_no_answer_is_told_at_the_question(site: Site) -> None:
    page = await site.stranger().get(ELDER, params={"_asked": "elder.age"})
    assert page.status_code == 422
    assert "请先选一个答案" in page.text
    assert 'href="#elder.age"' in page.text


async def test_a_strange_answer_is_told_and_the_others_are_kept(site: Site) -> None:
    page = await site.stranger().get(ELDER, params={**HOME, "elder.age": "<script>"})
    assert page.status_code == 422
    assert "<script>" not in page.text
    assert heading(page.text) == "老人多大年纪了？"
    assert ("care", "family") in fields(page.text)


async def test_strange_addresses_never_break(site: Site) -> None:
    stranger = site.stranger()
    assert (await stranger.get("/scenarios/没有")).status_code == 404
    for params in (
        {"x": "1"}, {"_change": "nobody"}, {"_asked": "'"}, {"elder.age": "9" * 5000}, {"elder.age": ""},
        [("care", "family"), ("care", "home")], {"elder.household": "460100 OR 1=1"}, {"care": "\u202efamily"},
    ):  # fmt: skip
        assert (await stranger.get(ELDER, params=params)).status_code in (200, 422)
    assert (await stranger.get(f"{ELDER}?care=%00")).status_code == 400


async def test_pages_for_nobody_in_particular_may_be_kept_offline(site: Site) -> None:
    page = await site.stranger().get(ELDER)
    assert page.headers["x-offline"] == "public"
    assert "set-cookie" not in page.headers


async def test_the_same_guide_as_json(site: Site) -> None:
    stranger = site.stranger()
    assert "家里老人满八十" in [guide["id"] for guide in (await stranger.get("/api/v1/scenarios")).json()]
    path = "/api/v1/scenarios/家里老人满八十"
    guide = (await stranger.get(path)).json()
    assert [question["id"] for question in guide["questions"]][:1] == ["elder.age"]
    stand = (await stranger.get(f"{path}/step", params={"elder.age": "84"})).json()
    assert stand["next"]["id"] == "elder.household"
    assert stand["left"] >= 1
    stand = (await stranger.get(f"{path}/step", params={**HOME, "elder.age": "79", "x": "y"})).json()
    assert "care" in stand["asked_not_needed"]
    assert set(stand["invalid"]) == {"x"}
    assert [outcome["code"] for outcome in stand["results"]] == ["460100-MZ-002", ""]
    done = (await stranger.get(f"{path}/step", params=HOME)).json()
    assert done["results"][0]["reasons"] == ["年满 80 周岁", "户籍在海口", "没有重复领取"]
    assert (done["next"], done["left"]) == (None, 0)
    assert (await stranger.get("/api/v1/scenarios/没有/step")).status_code == 404
