"""The published lists: made of what is in force, searched, taken away, and honest about what only a paper counts."""

import csv
import io

import httpx
import pytest

from backend.catalogue.lists import LISTS, counts_of, entries
from backend.catalogue.pack_read import build
from tests.catalogue.packs import starter
from tests.catalogue.test_read_a_guide import visitor  # noqa: F401, a fixture

PACK = build(starter())


@pytest.mark.parametrize("name", [name for name, kind in LISTS.items() if kind.made])
def test_every_entry_leads_to_items_that_are_in_force(name: str):
    codes = {item.code: item.name for item in PACK.items.values()}
    for entry in entries(PACK, name):
        assert entry.title
        assert all(codes[code] == item for code, item in entry.items)


def test_what_is_kept_is_not_also_abolished_or_looked_up():
    kept = {entry.title for entry in entries(PACK, "kept-proofs")}
    assert "从业人员健康证明" in kept
    assert not kept & {entry.title for entry in entries(PACK, "spared-materials")} - {"出生医学证明"}
    assert not kept & {entry.title for entry in entries(PACK, "abolished-proofs")}


def test_a_pledge_is_listed_with_its_words_and_where_it_is_taken():
    (entry,) = [entry for entry in entries(PACK, "pledges") if entry.title == "公司章程"]
    assert "章程范本" in entry.says
    assert [name for _code, name in entry.items] == ["企业设立"]


def test_every_word_must_occur_and_case_does_not_matter():
    assert entries(PACK, "examination-rules", "高龄 人口库")
    assert not entries(PACK, "examination-rules", "高龄 月球")
    assert len(entries(PACK, "announcements", "ZZZ")) == 0


def test_numbers_of_papers_come_with_their_paper():
    numbers = {count.state: count.count for name in LISTS for count in counts_of(PACK, name)}
    assert numbers == {"abolished": 732, "kept": 21, "pledged": 12}
    assert all("答复" in count.source for count in PACK.proof_counts)


async def test_lists_are_read_searched_and_taken_away(visitor: httpx.AsyncClient):  # noqa: F811
    index = await visitor.get("/lists")
    assert all(kind.title in index.text for kind in LISTS.values())
    page = await visitor.get("/lists/zero-errand", params={"q": "高龄"})
    assert "高龄老人长寿补贴" in page.text
    assert "食品经营许可" not in page.text
    rows = list(csv.reader(io.StringIO((await visitor.get("/lists/pledges/table.csv")).text.lstrip("\ufeff"))))
    assert len(rows) == len(entries(PACK, "pledges")) + 1


async def test_machines_read_them_too(visitor: httpx.AsyncClient):  # noqa: F811
    names = [one["name"] for one in (await visitor.get("/api/v1/lists")).json()["lists"]]
    assert names == list(LISTS)
    answer = (await visitor.get("/api/v1/lists/zero-errand", params={"limit": 2, "offset": 1})).json()
    assert (len(answer["entries"]), answer["total"] > 40) == (2, True)
    assert (await visitor.get("/api/v1/lists/zero-errand", params={"limit": 9999})).status_code == 400


async def test_strange_lists_are_404_and_strange_words_find_nothing(visitor: httpx.AsyncClient):  # noqa: F811
    for path in ("/lists/moon", "/lists/moon/table.csv", "/api/v1/lists/moon"):
        assert (await visitor.get(path)).status_code == 404
    for query in ("%", "_", "\\", "' OR 1=1", "字" * 3_000, "<b>"):
        page = await visitor.get("/lists/zero-errand", params={"q": query, "page": "-1"})
        assert page.status_code == 200
        assert "没有找到" in page.text
        assert "<b>" not in page.text.partition("<main")[2].partition("</main>")[0]
