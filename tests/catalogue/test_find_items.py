"""Search: everyday words find the right thing, and nothing anybody can type is an error."""

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue import search
from backend.catalogue.actions import load_pack
from backend.catalogue.intake import read
from backend.catalogue.pack_read import read_pack
from backend.catalogue.search import Wanted
from backend.catalogue.search_index import index
from backend.catalogue.search_query import asked
from backend.catalogue.search_sounds import Sounds
from backend.catalogue.search_speech import MOST_MEANT, Speech, plain
from backend.catalogue.words import words_of
from tests.catalogue.packs import reviewed, starter
from tests.catalogue.test_import_guides import JSONL, TSV, bring_in

PACK = read_pack()
WORDS = words_of(PACK)
SPEECH = Speech(PACK.lexicon)


@pytest_asyncio.fixture
async def stocked(town: asyncpg.Connection) -> asyncpg.Connection:
    """The starter city with the few guides of the dirty files."""
    for path in (JSONL, TSV):
        await bring_in(town, read(path))
    return town


async def names(db: asyncpg.Connection, q: str, limit: int = 5, wanted: Wanted = search.ANYTHING) -> list[str]:
    return [hit.name for hit in await search.search(db, q, limit, wanted)]


EVERYDAY = {
    "高龄津贴": "高龄老人长寿补贴",
    "我爸八十二了能领什么钱": "高龄老人长寿补贴",
    "妈妈今年85岁": "高龄老人长寿补贴",
    "老年证": "老年人优待证",
    "办敬老卡": "老年人优待证",
    "开个奶茶店要啥证": "食品经营许可",
    "想开饭店": "食品经营许可",
    "办个营业执照": "个体工商户设立",
    "丢了工作怎么办": "失业补助",
    "下岗了能领钱吗": "失业补助",
    "租房合同备案": "房屋租赁备案",
    "二手房过户": "二手房转移登记",
    "房本旧了想换新的": "不动产权属证书换发",
    "外地人在海口办居住证": "居住证",
    "上班受伤了": "工伤认定",
    "廉租房": "公共租赁住房",
    "新装的电梯": "特种设备使用登记",
    "书店年检": "出版物零售年度核验",
    "没单位怎么交社保养老": "城乡居民养老保险参保",
    "瘫痪在床的老人补贴": "护理补贴",
    "市民政局": "老年人优待证",
    "身份证丢了怎么补": "居民身份证换领补领",
    "宝宝上户口": "新生儿落户",
    "想开公司": "企业设立",
    "公司不开了": "企业注销登记",
    "煤气改户名": "燃气过户",
    "老人走了能领什么": "丧葬补助金和抚恤金",
    "到外地看病怎么报销": "异地就医备案",
    "老板欠工资": "法律援助",
    "买了房取公积金": "公积金提取",
    "车子年检": "机动车检验预约",
    "小孩上小学报名": "义务教育入学登记",
    "约个日子领证": "婚姻登记预约",
}


async def test_what_people_say_finds_what_they_mean(stocked: asyncpg.Connection):
    found = {q: await names(stocked, q) for q in EVERYDAY}
    assert {q: found[q] for q, wanted in EVERYDAY.items() if wanted not in found[q]} == {}


async def test_a_life_event_brings_its_items_and_says_so(stocked: asyncpg.Connection):
    hits = await search.search(stocked, "丢了工作", 3)
    assert (hits[0].name, hits[0].reason) == ("失业补助", "和“丢了工作”有关")


async def test_the_reason_is_in_her_words_and_ours(stocked: asyncpg.Connection):
    reasons = {hit.name: hit.reason for hit in await search.search(stocked, "奶茶店", 5)}
    assert reasons["食品经营许可"] == "“奶茶店”和“食品经营许可”有关"


async def test_a_question_that_a_scenario_answers_leads_there(stocked: asyncpg.Connection):
    found = await search.find(stocked, "我爸八十二了能领什么钱", 5)
    assert found.guides[0].name == "家里老人满八十"
    assert (await search.find(stocked, "电梯", 5)).guides == []


async def test_where_nothing_is_found_words_that_look_or_sound_like_it_are_offered(stocked: asyncpg.Connection):
    found = await search.find(stocked, "老龄", 5, Wanted(theme="没有这一类"))
    assert found.hits == []
    assert "高龄" in found.near


async def test_a_guide_is_found_and_marked_as_one(stocked: asyncpg.Connection):
    hit = (await search.search(stocked, "演示备案", 1))[0]
    assert (hit.name, hit.fileable) == ("演示备案", False)


async def test_what_can_be_done_here_comes_before_a_guide_that_says_as_much(stocked: asyncpg.Connection):
    assert (await search.search(stocked, "老年人", 9))[0].fileable


async def test_results_can_be_narrowed(stocked: asyncpg.Connection):
    assert "演示老年人活动报名" in await names(stocked, "老年人", 20)
    assert "演示老年人活动报名" not in await names(stocked, "老年人", 20, Wanted(here=True))
    assert "二手房转移登记" in await names(stocked, "过户", 20)
    assert "二手房转移登记" not in await names(stocked, "过户", 20, Wanted(no_errand=True))
    assert await names(stocked, "登记", 20, Wanted(theme="设备安全")) == ["特种设备使用登记"]
    assert "食品经营许可" not in await names(stocked, "食品", 20, Wanted(who="person"))


async def test_a_withdrawn_item_is_not_found(stocked: asyncpg.Connection):
    await stocked.execute("UPDATE items SET version = NULL WHERE name = '居住证'")
    assert "居住证" not in await names(stocked, "居住证", 20)


NASTY = ["", "   ", "的了吗", "'", "\\", "a'b\\c", "' | !'x':* & ", "老人' & !补贴", "a:*B", "<->", "\u0007\u202e老人", "😀",
         "--; DROP TABLE items", "字" * 10_000, "补贴 " * 5_000, "%_%", "１２３"]  # fmt: skip


async def test_nothing_typed_is_an_error(stocked: asyncpg.Connection):
    for q in NASTY:
        assert len(await search.search(stocked, q, 5)) <= 5


@given(st.text(max_size=300))
def test_a_question_falls_into_pieces_that_are_all_of_it(text: str):
    pieces = SPEECH.cut(plain(text), lambda word: word in ("补贴", "登记"))
    assert "".join(piece.text for piece in pieces) == "".join(c for c in plain(text) if c.isalnum())


@given(st.lists(st.text(max_size=60), max_size=4), st.lists(st.text(max_size=60), max_size=4))
def test_whatever_a_guide_says_it_can_be_stored(title: list[str], body: list[str]):
    vector = WORDS.vector(title, body)
    assert "\0" not in vector
    assert vector.replace("''", "").count("'") % 2 == 0


async def test_the_same_word_twice_asks_once(stocked: asyncpg.Connection):
    here = await index(stocked)
    assert len(asked(here, "老人 老年人 长者").words) == 1
    assert len(asked(here, " ".join(sorted(SPEECH.words))).words) <= MOST_MEANT


@pytest.mark.parametrize("text", ["八十二了", "82岁", "年满 80 周岁", "一百岁", "满八十", "九十多岁"])
def test_a_great_age_is_heard(text: str):
    assert "高龄" in plain(text)


@pytest.mark.parametrize("text", ["18岁", "6岁上学", "80平方米", "1985岁", "二十八岁", "三百八十了"])
def test_another_number_is_not(text: str):
    assert "老人" not in plain(text)


SPELT = {
    "高铃津贴": "高龄老人长寿补贴",
    "失夜金": "失业补助",
    "shiyebuzhu": "失业补助",
    "gsrd": "工伤认定",
    "juzhuzheng": "居住证",
    "結婚登記": "婚姻登记预约",
    "殘疾人證": "残疾人证",
    "ＷＩＦＩ过户": "网络电视过户",
    "身分证到其换证": "居民身份证换领补领",
    "shenfenzheng diule": "居民身份证换领补领",
}


@pytest.mark.parametrize("typed", SPELT)
async def test_however_it_is_written_it_is_found(stocked: asyncpg.Connection, typed: str):
    assert SPELT[typed] in await names(stocked, typed)


def test_words_are_found_by_sound_however_many_confuse_them():
    sounds = Sounds({"失业": "shi ye", "津贴": "jin tie", "登记": "deng ji", "灯": "deng"})
    sounds.hear(["失业", "津贴", "登记"])
    sounds.settle()
    assert sounds.spelt("dengjishiye") == [["登记"], ["失业"]]
    assert sounds.spelt("dengjishiy") == [["登记"], ["失业"]]
    assert sounds.initials("sy") == ["失业"]
    assert sounds.alike("灯记") == ["登记"]


async def test_what_she_wants_done_comes_first(stocked: asyncpg.Connection):
    assert (await names(stocked, "身份证丢了", 1)) == ["居民身份证换领补领"]
    assert (await names(stocked, "身份证到期了", 1)) == ["居民身份证换领补领"]


async def test_what_is_published_is_found_by_the_next_search_and_what_is_withdrawn_is_not(stocked: asyncpg.Connection):
    assert await names(stocked, "跳伞俱乐部", 20) == []
    vector = WORDS.vector(["跳伞俱乐部许可"], [])
    await stocked.execute(
        "UPDATE items SET name = '跳伞俱乐部许可', words = $1::text::tsvector WHERE name = '居住证'", vector
    )
    assert await names(stocked, "跳伞俱乐部", 20) == ["跳伞俱乐部许可"]
    await stocked.execute("UPDATE items SET version = NULL WHERE name = '跳伞俱乐部许可'")
    assert await names(stocked, "跳伞俱乐部", 20) == []


async def test_a_new_lexicon_is_in_force_with_its_pack(stocked: asyncpg.Connection):
    raw = starter()
    raw["lexicon"]["means"]["鸟窝"] = ["居住证"]
    assert "居住证" not in await names(stocked, "鸟窝")
    await load_pack(stocked, reviewed(raw))
    assert "居住证" in await names(stocked, "鸟窝")
