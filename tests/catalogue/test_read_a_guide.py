"""The pages: shelves, search, one item; the same as JSON; and no way to file what is a guide only."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from backend.catalogue.intake import read
from backend.core.db import connect
from backend.home.routes_shelves import IN_FRONT
from backend.settings import Settings
from tests.catalogue.test_import_guides import JSONL, bring_in
from tests.demo import load_demo
from tests.web import running

ITEM, GUIDE = "460100-MZ-001", "DEMO0000000000000000000000000A2"


@pytest_asyncio.fixture
async def visitor(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    await load_demo(settings)
    owner = await connect(settings.login("owner"))
    async with owner.transaction():
        await bring_in(owner, read(JSONL))
    await owner.close()
    async with running(settings) as site:
        yield site.stranger()


async def test_an_item_says_who_what_how_long_and_offers_the_cart(visitor: httpx.AsyncClient):
    page = await visitor.get(f"/items/{ITEM}")
    assert page.status_code == 200
    for words in ("年满 80 周岁", "户口簿", "一般不用交", "当天办结", "不收费", "第三十三条", "0898-12345101", "演示"):
        assert words in page.text
    assert f'name="item" value="{ITEM}"' in page.text


async def test_a_material_that_only_some_need_says_who(visitor: httpx.AsyncClient):
    page = await visitor.get("/items/460100-ZJ-003")
    assert "婚姻状况是“已婚”" in page.text


async def test_answers_leave_only_what_she_needs_and_stand_in_no_address(visitor: httpx.AsyncClient):
    before = await visitor.get("/items/460100-SJ-005")
    assert "只有这种情况要" in before.text
    moved = await visitor.post("/items/460100-SJ-005/needs", data={"filing.change_kinds": "address"})
    assert moved.status_code == 200
    assert "经营场所使用证明" in moved.text
    assert "只有这种情况要" not in moved.text
    renamed = await visitor.post("/items/460100-SJ-005/needs", data={"filing.change_kinds": "name"})
    assert "经营场所使用证明" not in renamed.text
    assert "有 1 份材料您用不着" in renamed.text


async def test_while_choosing_only_the_needs_come(visitor: httpx.AsyncClient):
    answer = await visitor.post(
        "/items/460100-SJ-005/needs", data={"filing.change_kinds": "name"}, headers={"HX-Request": "true"}
    )
    assert answer.text.lstrip().startswith('<div class="stack" id="needs">')


async def test_an_answer_that_cannot_be_is_as_if_not_given(visitor: httpx.AsyncClient):
    for typed in ({"filing.change_kinds": "moon"}, {"x": "y"}, {"filing.change_kinds": "' OR 1=1 --"}):
        answer = await visitor.post("/items/460100-SJ-005/needs", data=typed)
        assert answer.status_code == 200
        assert "只有这种情况要" in answer.text
    assert (await visitor.post(f"/items/{GUIDE}/needs", data={})).status_code == 404


async def test_the_flow_is_drawn_and_told_in_words(visitor: httpx.AsyncClient):
    page = await visitor.get("/items/460100-SJ-002")
    drawing = page.text.partition('<svg class="flow"')[2].partition("</svg>")[0]
    assert "现场核查" in drawing
    assert "食品经营许可证" in drawing
    words = page.text.partition('class="flow-text"')[2].partition("</ol>")[0]
    assert words.count("<li>") == 5


async def test_a_guide_can_be_read_and_offers_no_cart(visitor: httpx.AsyncClient):
    page = await visitor.get(f"/items/{GUIDE}")
    assert page.status_code == 200
    assert "只能看，不能在线办" in page.text
    assert "/cart/lines" not in page.text
    assert "javascript:" not in page.text


async def test_an_unknown_item_is_404_with_a_way_on(visitor: httpx.AsyncClient):
    for code in ("nothing", "460100-MZ-999", "%27%3B--", "x" * 3000):
        page = await visitor.get(f"/items/{code}")
        assert page.status_code == 404
        assert 'href="/items"' in page.text


async def test_the_front_of_the_shop_shows_what_can_be_done_here(visitor: httpx.AsyncClient):
    page = await visitor.get("/items")
    assert page.text.count('class="item-title"') == IN_FRONT
    assert "养老优待" in page.text


async def test_a_shelf_is_paged_and_a_strange_page_number_is_the_first(visitor: httpx.AsyncClient):
    for query in ("theme=养老优待", "theme=养老优待&page=-1", "theme=养老优待&page=x", "theme=养老优待&page=９"):
        assert "高龄老人长寿补贴" in (await visitor.get(f"/items?{query}")).text
    empty = await visitor.get("/items", params={"theme": "没有的主题"})
    assert empty.status_code == 200
    assert "回到超市" in empty.text


async def test_an_event_of_life_is_a_shelf_of_what_it_may_lead_to(visitor: httpx.AsyncClient):
    assert "/items?event=%E4%B8%8A%E5%AD%A6%E5%85%A5%E5%AD%A6" in (await visitor.get("/items")).text
    shelf = (await visitor.get("/items", params={"event": "上学入学"})).text
    for name in ("义务教育入学登记", "居住证", "房屋租赁备案", "学生资助"):
        assert name in shelf
    assert shelf.count('class="item-title"') == 4
    assert "/scenarios/" in shelf
    assert "回到超市" in (await visitor.get("/items", params={"event": "没有的事"})).text


async def test_search_works_without_script(visitor: httpx.AsyncClient):
    page = await visitor.get("/search", params={"q": "老年证"})
    assert "老年人优待证" in page.text
    assert page.text.startswith("<!doctype html>")


async def test_while_typing_only_the_results_come(visitor: httpx.AsyncClient):
    part = await visitor.get("/search", params={"q": "老年证"}, headers={"HX-Request": "true"})
    assert "老年人优待证" in part.text
    assert "<html" not in part.text
    assert part.text.strip().startswith('<div id="hits"')


async def test_nothing_found_helps_on(visitor: httpx.AsyncClient):
    page = await visitor.get("/search", params={"q": "qqqqzzzz"})
    assert page.status_code == 200
    assert "换个说法" in page.text
    assert "/scenarios" in page.text


async def test_what_was_typed_is_shown_as_text(visitor: httpx.AsyncClient):
    page = await visitor.get("/search", params={"q": '"><script>x</script>'})
    assert "<script>x" not in page.text


async def test_a_query_of_ten_thousand_characters_is_answered(visitor: httpx.AsyncClient):
    assert (await visitor.get("/search", params={"q": "a" * 10_000})).status_code == 200


async def test_the_api_finds_and_reads(visitor: httpx.AsyncClient):
    found = (await visitor.get("/api/v1/items", params={"q": "高龄津贴", "limit": 5})).json()
    assert found["items"][0]["code"] == ITEM
    assert found["items"][0]["reason"]
    item = (await visitor.get(f"/api/v1/items/{ITEM}")).json()
    assert item["fileable"] is True
    assert item["materials"][0]["name"] == "居民身份证"
    assert (await visitor.get(f"/api/v1/items/{GUIDE}")).json()["fileable"] is False


async def test_the_api_refuses_a_strange_limit_with_a_sentence(visitor: httpx.AsyncClient):
    for limit in ("0", "51", "x", "-1"):
        answer = await visitor.get("/api/v1/items", params={"q": "证", "limit": limit})
        assert 400 <= answer.status_code < 500
    assert (await visitor.get("/api/v1/items/nothing")).status_code == 404
