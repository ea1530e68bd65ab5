"""Tables in the columns of GB/T 39046, as CSV and as XLSX: what people really send, and what nobody should."""

import csv
import io
import zipfile
from contextlib import suppress

import asyncpg
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue import imports, intake_sheet
from backend.catalogue.import_report import report, safe, template
from backend.catalogue.intake import read_bytes
from backend.catalogue.intake_columns import COLUMNS, column_named
from backend.catalogue.intake_model import Intake, IntakeError
from backend.catalogue.model import CaseType, ItemType, Subject
from tests.catalogue.test_import_guides import bring_in

HEAD = ["实施编码", "事项名称", "实施主体", "区划代码", "事项类型", "服务对象", "承诺办结时限", "申请材料", "咨询方式"]
ROW = ["DEMO-1", "演示许可", "示例局", "460100", "01", "1^2", "10", "身份证^营业执照", "0898-12345101"]


def comma(*rows: list[str], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *rows])
    return text.getvalue().encode(encoding)


def sheet(*rows: list[object], merge: str = "") -> bytes:
    book = openpyxl.Workbook()
    for row in (HEAD, *rows):
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def intake(data: bytes, name: str = "x.csv") -> Intake:
    return read_bytes(name, data, "demo")


def refused(data: bytes) -> str:
    with pytest.raises(IntakeError) as caught:
        intake(data, "x.xlsx")
    return str(caught.value)


@pytest.mark.parametrize("data", [comma(ROW), comma(ROW, encoding="gbk"), comma(ROW, encoding="utf-16"), sheet(ROW)])
def test_the_same_table_is_the_same_guide_in_whatever_file(data: bytes):
    (guide,) = intake(data).guides
    assert (guide.name, guide.type, guide.region) == ("演示许可", ItemType.permit, "460100")
    assert guide.subjects == (Subject.person, Subject.enterprise)
    assert (guide.promised, guide.promised_unit, guide.materials) == (10, "workday", ("身份证", "营业执照"))


def test_columns_are_known_by_either_name():
    codes = [next(column.code for column in COLUMNS if column.label == name) for name in HEAD]
    text = ",".join(codes) + "\n" + ",".join(ROW)
    assert intake(text.encode()).guides == intake(comma(ROW)).guides
    assert column_named(" *事项名称（必填） ") is column_named("TASK_NAME")


def test_local_digits_are_told_from_the_national_ones_by_what_else_is_in_the_file():
    national = intake(comma([*ROW[:4], "20", *ROW[5:]]))
    assert national.guides[0].type is ItemType.service
    local = intake(comma([*ROW[:4], "20", *ROW[5:]], ["DEMO-2", *ROW[1:4], "21", "9", *ROW[6:]]))
    assert [guide.type for guide in local.guides] == [ItemType.other, ItemType.service]
    assert local.guides[1].subjects == (Subject.other,)


def test_the_template_can_be_filled_in_and_its_example_is_right():
    assert intake(template()).guides == []
    example = template().decode("utf-8-sig").replace("# 例：", "")
    (guide,) = [guide for guide in intake(example.encode()).guides if guide.name.startswith("（示例）")]
    assert (guide.case_type, guide.visits, guide.depth) == (CaseType.promised, 0, 4)


def test_a_formula_is_told_with_its_row_and_column():
    for data in (comma([*ROW[:7], "=A1", ROW[8]]), sheet([*ROW[:7], "=A1&B1", ROW[8]])):
        (doubt,) = [doubt for doubt in intake(data).doubts if doubt.rejected]
        assert (doubt.row, doubt.column) == (2, "申请材料")
        assert "公式" in doubt.say


def test_a_code_that_was_stored_as_a_number_has_lost_its_end():
    (doubt,) = [one for one in intake(sheet([4.4010101e30, *ROW[1:]])).doubts if one.rejected]
    assert (doubt.row, doubt.column) == (2, "实施编码")


def test_merged_cells_are_told_and_the_other_rows_stay():
    found = intake(sheet(ROW, ["DEMO-2", *ROW[1:]], ["DEMO-3", *ROW[1:]], merge="C3:C4"))
    assert [guide.code for guide in found.guides] == ["DEMO-1"]
    assert [doubt.row for doubt in found.doubts if doubt.rejected] == [3, 4]
    assert "列名" in refused(sheet(ROW, merge="A1:B1"))


def test_a_truncated_line_and_a_repeated_code_are_told_with_their_rows():
    found = intake(comma(ROW, ["DEMO-2", "演示", "示例局"], ROW))
    rejected = {doubt.row: doubt for doubt in found.doubts if doubt.rejected}
    assert "截断" in rejected[3].say
    assert rejected[4].say.startswith("编码和第 2 行重复")
    assert rejected[4].value == "DEMO-1"


def test_values_that_cannot_be_are_left_out_and_told():
    found = intake(comma([*ROW[:4], "77", "1^8", "很快", *ROW[7:]]))
    told = {doubt.column: doubt.value for doubt in found.doubts}
    assert (told["事项类型"], told["服务对象"]) == ("77", "1^8")
    assert "很快" in told.values()
    assert found.guides[0].promised is None


def test_an_open_quote_does_not_swallow_the_rest_in_silence():
    assert "第 2 行的引号" in refused(comma() + b'DEMO-1,"open,a,b\nDEMO-2,x\n')


@pytest.mark.parametrize(
    ("data", "say"),
    [
        (b"a,b\n1,2\n", "事项名称"),
        ("事项名称,事项名称,实施主体,实施编码\n".encode(), "两列"),
        (comma(ROW) + b"\xff\xfe\xff,1,2", "第 3 行"),
        (b"PK\x03\x04 not a zip at all", "不是完整的 XLSX"),
        (sheet(ROW)[:2000], "不是完整的 XLSX"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_sentence(data: bytes, say: str):
    assert say in refused(data)


def spoilt(part: str, change) -> bytes:
    """A workbook with one part of its zip replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet(ROW))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, change(data) if info.filename.endswith(part) else data)
    return out.getvalue()


def test_a_zip_bomb_is_refused_before_it_unfolds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(intake_sheet, "MOST_UNFOLDED", 10_000_000)
    bomb = spoilt("sheet1.xml", lambda data: data + b" " * 20_000_000)
    assert len(bomb) < 100_000
    assert "解开以后超过" in refused(bomb)


def test_one_cell_at_the_far_corner_is_no_table():
    far = spoilt("sheet1.xml", lambda data: data.replace(b'r="A2"', b'r="XFD1048576"'))
    assert "最多" in refused(far)


def test_definitions_that_unfold_are_refused():
    bomb = spoilt("sheet1.xml", lambda data: b'<!DOCTYPE x [<!ENTITY a "b">]>' + data)
    assert "不该有的定义" in refused(bomb)


@given(st.binary(max_size=300))
def test_no_bytes_end_in_a_stack_trace(data: bytes):
    for start in (b"", b"PK\x03\x04", ",".join(HEAD).encode() + b"\n"):
        with suppress(IntakeError):
            intake(start + data)


@given(st.lists(st.text(max_size=12), min_size=9, max_size=9))
def test_any_row_is_a_guide_or_is_told(cells: list[str]):
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, cells])
    try:
        found = read_bytes("x.csv", text.getvalue().encode("utf-8", "replace"), "demo")
    except IntakeError:
        return
    assert len(found.guides) + sum(doubt.rejected for doubt in found.doubts) == found.rows


def test_the_report_names_row_column_and_value_and_runs_nothing():
    doubts = intake(comma([*ROW[:7], "=A1", ROW[8]])).doubts
    _, line = list(csv.reader(io.StringIO(report([("x.csv", doubts)]).decode("utf-8-sig"))))
    assert line[:4] == ["x.csv", "2", "申请材料", "没有导入"]
    assert line[5] == "'=A1"
    assert [safe(text) for text in ("+1", "@x", "甲")] == ["'+1", "'@x", "甲"]


async def test_what_the_file_no_longer_holds_is_counted_and_withdrawn_only_when_asked(town: asyncpg.Connection):
    await bring_in(town, intake(comma(ROW, ["DEMO-2", *ROW[1:]])))
    less = intake(comma(ROW))
    assert (await bring_in(town, less)).gone == 1
    in_force = "SELECT count(*) FROM items WHERE code LIKE 'DEMO-%' AND version IS NOT NULL"
    assert await town.fetchval(in_force) == 2
    await imports.begin(town)
    await imports.add(town, await imports.dictionary(town), less.guides)
    done = await imports.finish(town, less, withdraw=True)
    assert (done.unchanged, done.gone, await town.fetchval(in_force)) == (1, 1, 1)
    assert (await bring_in(town, intake(comma(ROW, ["DEMO-2", *ROW[1:]])))).gone == 0
    assert await town.fetchval(in_force) == 2
