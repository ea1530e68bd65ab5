"""A lexicon that is wrong is told where: a word that cannot be found, that says nothing and something, that leads to itself."""

from typing import Any

import pytest

from backend.catalogue.pack_lexicon import lexicon_faults
from backend.catalogue.pack_read import read_pack
from tests.catalogue.packs import faults_of, starter


def said_of(part: str, value: Any) -> list[str]:
    raw = starter()
    raw["lexicon"][part] = value
    return [str(fault) for fault in faults_of(raw) if fault.where.startswith("lexicon.yaml")]


def test_the_starter_citys_lexicon_holds_together():
    assert list(lexicon_faults(read_pack().lexicon)) == []


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("synonyms", [["身份证"]], "至少要有两个"),
        ("synonyms", [["身份证", "身份證"]], "不能搜到"),
        ("synonyms", [["身份证", "ＩＤ"]], "不能搜到"),
        ("synonyms", [["身份证", ""]], "不能搜到"),
        ("synonyms", [["身份证", "居民身份证", "居民身份证"]], "写了 2 次"),
        ("means", {"奶茶店": ["奶茶店"]}, "不要写它自己"),
        ("means", {"奶茶店": []}, "要写它指的是什么"),
        ("means", {"奶茶店": ["字" * 13]}, "太长了"),
        ("together", {"老人": ["高龄津贴"]}, "两个以上的词"),
        ("together", {"老人 錢|补贴": ["高龄津贴"]}, "不能搜到"),
        ("together", {"老人 钱|补贴": []}, "两个以上的词"),
        ("elsewhere", ["补贴"], "又说这里不办"),
        ("common", ["补贴"], "又说没有意思"),
        ("actions", {"补办": {"said": ["丢了"], "named": []}}, "都要有"),
        (
            "actions",
            {"补办": {"said": ["丢了"], "named": ["补办"]}, "注销": {"said": ["丢了"], "named": ["注销"]}},
            "2 种办法",
        ),
    ],
)
def test_what_is_wrong_is_told(part: str, value: Any, said: str):
    assert any(said in fault for fault in said_of(part, value))
