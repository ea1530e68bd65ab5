"""Importing: dirt is told row by row, nothing is half imported, and a second time changes nothing.

The small files beside this one hold every kind of dirt the real ones have, and some more. The real ones are read where
CATALOGUE_DATA names their folder.
"""

import os
from collections import Counter
from pathlib import Path

import asyncpg
import msgspec
import pytest

from backend.catalogue import imports
from backend.catalogue.intake import read
from backend.catalogue.intake_model import Intake, IntakeError
from backend.catalogue.queries import guide_page

HERE = Path(__file__).parent
JSONL, TSV = HERE / "dirty.jsonl", HERE / "dirty.tsv"
REAL = Path(os.environ.get("CATALOGUE_DATA", "/nowhere"))
real_only = pytest.mark.skipif(not REAL.is_dir(), reason="CATALOGUE_DATA names no folder with the real catalogues")


async def bring_in(db: asyncpg.Connection, intake: Intake) -> imports.Imported:
    words = await imports.dictionary(db)
    await imports.begin(db)
    await imports.add(db, words, intake.guides)
    return await imports.finish(db, intake)


def test_every_kind_of_dirt_is_told_with_its_row():
    said = {(doubt.row, doubt.column, doubt.rejected): doubt.say for doubt in read(JSONL).doubts}
    assert "信用代码" in said[1, "task_code", False]
    assert "记为 10" in said[2, "gd_type", False]
    assert "其他" in said[2, "themes", False]
    assert "没有这个时限" in said[2, "statutory", False]
    assert "记为 20" in said[3, "gd_type", False]
    assert "都没有" in said[3, "promised", False]
    assert "不认识类型" in said[4, "gd_type", False]
    assert "比法定时限还长" in said[4, "promised", False]
    assert "第 4 行重复" in said[6, "code", True]
    assert "公式" in said[7, "name", True]
    assert "控制字符" in said[8, "name", True]
    assert "是空的" in said[9, "name", True]
    assert "缺少这一列" in said[10, "name", True]
    assert said[11, "promised", True].startswith("值不对")
    assert "乱码" in said[12, "name", True]
    assert "不是一个 JSON 对象" in said[13, "", True]
    assert "截断" in said[14, "", True]


def test_usable_rows_of_a_dirty_file_are_kept():
    intake = read(JSONL)
    assert [guide.name for guide in intake.guides] == ["演示许可（编码前缀不对）", "演示备案", "演示查询", "演示怪类型"]
    assert intake.rows == 13


def test_theme_other_is_dropped_and_a_script_is_no_address():
    guides = {guide.name: guide for guide in read(JSONL).guides}
    assert guides["演示备案"].themes == ()
    assert guides["演示查询"].themes == ("证件办理",)
    assert guides["演示备案"].url == ""


def test_a_table_with_a_short_row_a_stray_quote_and_a_repeated_code():
    intake = read(TSV)
    assert [guide.name for guide in intake.guides] == ["演示老年人活动报名", "演示奖励", "演示怪类型", '演示"引号']
    rejected = {doubt.row: doubt.say for doubt in intake.doubts if doubt.rejected}
    assert "3 列" in rejected[6]
    assert "第 3 行重复" in rejected[8]


@pytest.mark.parametrize("data", ["名称".encode("gbk"), b"", b"\n\n", b"just words", b"\x00\x01", b"a,b\n1,2\n"])
def test_another_kind_of_file_is_refused_as_a_whole(tmp_path: Path, data: bytes):
    path = tmp_path / "x.jsonl"
    path.write_bytes(data)
    with pytest.raises(IntakeError, match=r"x\.jsonl"):
        read(path)


def test_the_row_of_a_wrong_encoding_is_told(tmp_path: Path):
    path = tmp_path / "x.tsv"
    path.write_bytes(TSV.read_bytes() + "区演示局\t坏编码".encode("gbk"))
    with pytest.raises(IntakeError, match="第 9 行"):
        read(path)


def test_a_common_word_is_no_alias(tmp_path: Path):
    row = '{{"task_code":"DEMO{n}","gd_type":"01","name":"演示变更 {n}","dept":"演示局","area_code":"460100","aliases":["变更","第{n}件"]}}'
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join(row.format(n=n) for n in range(8)))
    assert {guide.aliases for guide in read(path).guides} == {(f"第{n}件",) for n in range(8)}


async def test_guides_can_be_read_and_not_filed(town: asyncpg.Connection):
    done = await bring_in(town, read(JSONL))
    assert (done.new, done.changed, done.unchanged) == (4, 0, 0)
    page = await guide_page(town, "DEMO0000000000000000000000000A2")
    assert (page.name, page.fileable, page.promised) == ("演示备案", False, "3 个工作日")


async def test_importing_again_changes_nothing(town: asyncpg.Connection):
    await bring_in(town, read(TSV))
    before = await town.fetch("SELECT code, version, words::text FROM items ORDER BY code")
    done = await bring_in(town, read(TSV))
    assert (done.new, done.changed, done.unchanged) == (0, 0, 4)
    assert await town.fetch("SELECT code, version, words::text FROM items ORDER BY code") == before


async def test_only_what_changed_gets_a_new_version(town: asyncpg.Connection):
    intake = read(TSV)
    await bring_in(town, intake)
    first, *others = intake.guides
    changed = msgspec.structs.replace(intake, guides=[msgspec.structs.replace(first, name="演示改名"), *others])
    done = await bring_in(town, changed)
    assert (done.new, done.changed, done.unchanged) == (0, 1, 3)
    assert (await guide_page(town, first.code)).name == "演示改名"


async def test_a_guide_never_replaces_an_item_of_the_city(town: asyncpg.Connection):
    intake = read(TSV)
    impostor = msgspec.structs.replace(intake.guides[0], code="460100-MZ-001", name="冒名")
    done = await bring_in(town, msgspec.structs.replace(intake, guides=[impostor]))
    assert done.kept_back == ("460100-MZ-001",)
    assert (await guide_page(town, "460100-MZ-001")).name == "高龄老人长寿补贴"


@real_only
async def test_the_real_catalogues_come_in_whole(town: asyncpg.Connection):
    guangdong, qianfeng = read(REAL / "guangdong-items.jsonl"), read(REAL / "qianfeng-items.tsv")
    assert (len(guangdong.guides), len(qianfeng.guides)) == (2262, 1135)
    kinds = Counter((doubt.column, doubt.say) for doubt in guangdong.doubts)
    assert kinds["task_code", "实施编码前 18 位不是有效的统一社会信用代码"] == 6
    assert kinds["themes", "主题是“其他”，留空"] == 1071
    without_statutory = kinds["promised", "法定时限和承诺时限都没有"] + kinds["statutory", "没有这个时限"]
    assert without_statutory == 713
    assert (await bring_in(town, guangdong)).new == 2262
    assert (await bring_in(town, qianfeng)).new == 1135
    assert (await bring_in(town, guangdong)).unchanged == 2262
