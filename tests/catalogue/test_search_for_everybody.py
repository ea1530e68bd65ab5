"""The search page, the API and the command give the same; what is published is found by every process."""

import asyncio
import html
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from httpx import AsyncClient

from backend.catalogue import search_index
from backend.catalogue.actions import load_pack
from backend.catalogue.intake_model import Intake
from backend.catalogue.model import Guide
from backend.core.db import connect
from backend.settings import Settings
from tests.catalogue.packs import reviewed, starter
from tests.catalogue.test_find_items import NASTY, WORDS
from tests.catalogue.test_import_guides import bring_in
from tests.web import Site, running


@pytest_asyncio.fixture
async def owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """In a database of this test's own, where the starter city is published."""
    connection = await connect(settings.login("owner"))
    async with connection.transaction():
        await load_pack(connection, reviewed(starter()))
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def site(settings: Settings, owner: asyncpg.Connection) -> AsyncIterator[Site]:
    async with running(settings) as site:
        yield site


@pytest.fixture
def stranger(site: Site) -> AsyncClient:
    return site.stranger()


async def found(client: AsyncClient, q: str) -> list[str]:
    answer = await client.get("/api/v1/items", params={"q": q, "limit": 5})
    return [item["name"] for item in answer.json()["items"]]


async def publish(owner: asyncpg.Connection, name: str) -> None:
    vector = WORDS.vector([name], [])
    await owner.execute("UPDATE items SET name = $1, words = $2::text::tsvector WHERE name = '居住证'", name, vector)


async def test_the_page_says_why_and_the_api_says_the_same_and_guides_of_life_stand_above(stranger: AsyncClient):
    page = (await stranger.get("/search", params={"q": "奶茶店"})).text
    said = (await stranger.get("/api/v1/items", params={"q": "奶茶店", "limit": 1})).json()["items"][0]
    assert (said["name"], said["reason"]) == ("食品经营许可", "“奶茶店”和“食品经营许可”有关")
    assert "<mark>“奶茶店”</mark>" in page
    text = (await stranger.get("/search", params={"q": "我爸八十二了能领什么钱"})).text
    assert 0 < text.index("/scenarios/%E5%AE%B6%E9%87%8C") < text.index("高龄老人长寿补贴")


async def test_results_can_be_narrowed_and_nothing_found_helps_on(stranger: AsyncClient):
    typing = (await stranger.get("/search", params={"q": "jzz"}, headers={"HX-Request": "true"})).text
    assert "<html" not in typing
    assert "居住证" in typing
    nothing = (await stranger.get("/search", params={"q": "qwertyuiop"})).text
    assert all(word in nothing for word in ("没有找到", "tel:12345", "/scenarios"))
    narrowed = (await stranger.get("/search", params={"q": "居住证", "theme": "没有这一类"})).text
    assert "不筛，看全部" in narrowed
    text = (await stranger.get("/search", params={"q": "补贴", "who": "person", "region": "460100"})).text
    assert "/search?q=%E8%A1%A5%E8%B4%B4&amp;who=person&amp;region=460100&amp;instant=yes" in text


async def test_there_is_a_second_page_with_the_same_filters_with_and_without_script(
    stranger: AsyncClient, owner: asyncpg.Connection
):
    await many(owner)
    asked = {"q": "登记", "region": "990000"}
    first = (await stranger.get("/search", params=asked)).text
    more = re.search(r'href="(/search\?[^"]*from=20)"', first)
    assert more
    assert "region=990000" in more[1]
    second = (await stranger.get(html.unescape(more[1]))).text
    assert not codes(first) & codes(second)
    assert "看前面的" in second
    added = (await stranger.get(html.unescape(more[1]), headers={"HX-Request": "true"})).text
    assert "<html" not in added
    assert 'id="hits"' not in added
    assert codes(added) == codes(second)
    for odd in ("-1", "x", "²", "99999999", "4000"):
        assert (await stranger.get("/search", params={**asked, "from": odd})).status_code == 200


async def many(owner: asyncpg.Connection) -> None:
    guides = [
        Guide(code=f"M{n}", name=f"演示登记第{n}类", department="演示局", region="990000", source="table")
        for n in range(30)
    ]
    async with owner.transaction():
        await bring_in(owner, Intake("table", guides, [], len(guides)))


def codes(text: str) -> set[str]:
    return set(re.findall(r'href="/items/([^"]+)"', text)) - {"", "by"}


async def test_the_api_is_read_page_by_page_to_the_end(stranger: AsyncClient, owner: asyncpg.Connection):
    await many(owner)
    whole = (await stranger.get("/api/v1/items", params={"q": "登记", "limit": 50})).json()
    read, offset = [], 0
    while offset is not None:
        page = (await stranger.get("/api/v1/items", params={"q": "登记", "limit": 7, "offset": offset})).json()
        read += [item["code"] for item in page["items"]]
        offset = page["next"]
    assert read[:50] == [item["code"] for item in whole["items"]]
    assert len(read) == len(set(read)) == whole["total"] > 20


async def test_the_api_is_narrowed_as_the_page_is(stranger: AsyncClient):
    every = (await stranger.get("/api/v1/items", params={"q": "登记", "limit": 50})).json()["items"]
    instant = (await stranger.get("/api/v1/items", params={"q": "登记", "limit": 50, "instant": True})).json()["items"]
    assert 0 < len(instant) < len(every)
    assert all(item["instant"] for item in instant)
    nobody = await stranger.get("/api/v1/items", params={"q": "登记", "theme": "没有这个主题", "who": "person"})
    assert nobody.json()["items"] == []


async def test_what_no_office_does_finds_nothing_and_offers_nothing_like_it(stranger: AsyncClient):
    for q in ("今天天气怎么样", "火车票怎么退", "怎么做红烧肉"):
        assert await found(stranger, q) == []
        assert "您也许想找" not in (await stranger.get("/search", params={"q": q})).text


async def test_whatever_is_typed_the_page_comes(stranger: AsyncClient):
    for q in NASTY:
        narrowed = {"q": q[:3000], "region": q[:50], "theme": q[:50], "who": q[:50]}
        assert (await stranger.get("/search", params=narrowed)).status_code == 200, q[:20]
        assert (await stranger.get("/api/v1/items", params={"q": q[:3000]})).status_code == 200, q[:20]
        assert (await stranger.get("/api/v1/items", params=narrowed)).status_code == 400, (
            "a machine is told of its mistake"
        )


async def test_what_is_published_is_found_at_once_and_read_before_anybody_asks(
    owner: asyncpg.Connection, site: Site, stranger: AsyncClient
):
    assert await found(stranger, "跳伞俱乐部") == []
    await publish(owner, "跳伞俱乐部许可")
    assert await found(stranger, "跳伞俱乐部") == ["跳伞俱乐部许可"]
    await asyncio.wait_for(site.app.state.live.listening.wait(), 5)
    await owner.execute("UPDATE items SET version = NULL WHERE name = '跳伞俱乐部许可'")
    new = await owner.fetchval("SELECT revision FROM catalogue_revision")
    await asyncio.wait_for(_read(new), 5)
    assert await found(stranger, "跳伞俱乐部") == []


async def _read(revision: int) -> None:
    while search_index._kept is None or search_index._kept[0].revision != revision:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def test_the_shop_shows_a_few_and_pages_the_rest(stranger: AsyncClient):
    front = (await stranger.get("/items")).text
    assert len(front) < 40_000
    assert "/items?here=yes" in front
    assert "海口市民政局" in (await stranger.get("/items?by=departments")).text
    one, two = [(await stranger.get(f"/items?here=yes&page={number}")).text for number in (1, 2)]
    assert 'rel="next"' in one
    assert 'rel="prev"' in two
