"""Foreign catalogues into guides: reading a file row by row, and saying of every odd row what is odd. Pure.

Four shapes are known: CSV and XLSX in the columns of GB/T 39046, JSON lines with the national platform's fields (as
Guangdong publishes), and a tab-separated list of department, name, area, code and type (as Qianfeng does). Nothing is
hidden: a row that cannot be used is rejected with its reason, a row that was repaired says how.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from backend.catalogue.intake_columns import column_named
from backend.catalogue.intake_local import from_guangdong, from_qianfeng
from backend.catalogue.intake_model import Doubt, Intake, IntakeError, Made, Row, Unreadable, shortened
from backend.catalogue.intake_national import Heading, National, comma_table, sheet_table
from backend.catalogue.intake_sheet import sheet_of
from backend.catalogue.intake_text import bytes_of, comma_rows, json_rows, tab_rows, text_of
from backend.catalogue.model import Guide

LONGEST = {"code": 100, "name": 300, "department": 200, "conditions": 50_000, "flow": 50_000, "basis": 50_000}
MOST_NAMED = 200  # materials, aliases, themes of one item
FORMULA = re.compile(r"\s*[=+@\t\r]|\s*-[^\d]")
SHORT, COMMON_ALIAS_IN = 3, 8  # an alias of so few characters that so many items bear leads nowhere
ZIP = b"PK\x03\x04"


def read(path: Path, source: str = "") -> Intake:
    """Every row of a file as a guide or as a rejection; IntakeError if the file is no such file.

    `source` is what a table of the standard is called in the catalogue; without one, the name of its file.
    """
    return read_bytes(path.name, bytes_of(path), source or path.stem)


def read_bytes(name: str, data: bytes, source: str) -> Intake:
    if data[:4] == ZIP:
        heading, rows = sheet_table(name, sheet_of(name, data))
        return _standard(source, heading, list(rows))
    text, encoding = text_of(name, data)
    first = text.lstrip().partition("\n")[0]
    if first.startswith("{"):
        return _as_read(encoding, _read("guangdong", json_rows(text), from_guangdong))
    if "\t" in first:
        return _as_read(encoding, _read("qianfeng", tab_rows(text), from_qianfeng))
    if "," in first:
        heading, rows = comma_table(name, comma_rows(name, text))
        return _as_read(encoding, _standard(source, heading, list(rows)))
    raise IntakeError(
        f"{name}：认不出这种文件。要 CSV 或 XLSX 事项表、一行一个 JSON，或者第一行是列名、用制表符分开的表。"
    )


def _standard(source: str, heading: Heading, rows: list[Row]) -> Intake:
    local = any(isinstance(row, dict) and row.get("task_type") == "21" for _, row in rows)
    intake = _read(source, rows, National(source, local_types=local))
    unknown = [Doubt(1, "", name, "不认识这一列，没有读") for name in heading.unknown]
    return msgspec.structs.replace(intake, doubts=[*unknown, *intake.doubts])


def _as_read(encoding: str, intake: Intake) -> Intake:
    told = [Doubt(1, "", "", f"文件是 {encoding} 编码，已经按它读")] if encoding else []
    return msgspec.structs.replace(intake, doubts=[*told, *intake.doubts])


def _read(source: str, rows: Iterable[Row], make: Callable[[dict[str, Any]], Made]) -> Intake:
    guides: dict[str, tuple[int, Guide]] = {}
    doubts: list[Doubt] = []
    count = 0
    for number, row in rows:
        count += 1
        if isinstance(row, Unreadable):
            doubts.append(Doubt(number, "", row.column, row.say, rejected=True, value=row.value))
            continue
        try:
            guide, odd = make(row)
        except msgspec.ValidationError as error:
            column, say = _told(error)
            doubts.append(Doubt(number, _code(row), column, say, True, shortened(row.get(column))))
            continue
        if reason := _unusable(guide) or _again(guide, guides):
            column, say = reason
            doubts.append(Doubt(number, guide.code, column, say, True, shortened(getattr(guide, column))))
            continue
        guides[guide.code] = (number, guide)
        doubts += (Doubt(number, guide.code, column, say, value=_met(row, column)) for column, say in odd)
    kept, dropped = _without_common_aliases(list(guides.values()))
    return Intake(source, kept, sorted([*doubts, *dropped], key=lambda doubt: doubt.row), count)


def _met(row: dict[str, Any], column: str) -> str:
    named = column_named(column)
    return shortened(row.get(column, row.get(named.code) if named else None))


def _code(row: dict[str, Any]) -> str:
    return str(
        row.get("task_handle_item") or row.get("handle_item") or row.get("task_code") or row.get("item_code") or ""
    )[:100]


def _told(error: msgspec.ValidationError) -> tuple[str, str]:
    said, _, place = str(error).partition(" - at ")
    if missing := re.search(r"missing required field `(\w+)`", said):
        return missing[1], "缺少这一列"
    return place.strip("`").removeprefix("$."), f"值不对（{said}）"


def _unusable(guide: Guide) -> tuple[str, str] | None:
    for column in ("code", "name", "department"):
        text = getattr(guide, column)
        if not text:
            return column, "是空的"
        if FORMULA.match(text):
            return column, "以 = + - @ 开头，像是表格公式"
        if not text.isprintable():
            return column, "有看不见的控制字符"
        if "\ufffd" in text:
            return column, "有乱码，原文件的编码可能坏过"
    long = [column for column, most in LONGEST.items() if len(getattr(guide, column)) > most]
    if long:
        return long[0], f"超过 {LONGEST[long[0]]} 个字"
    many = [column for column in ("materials", "aliases", "themes") if len(getattr(guide, column)) > MOST_NAMED]
    return (many[0], f"超过 {MOST_NAMED} 个") if many else None


def _again(guide: Guide, guides: dict[str, tuple[int, Guide]]) -> tuple[str, str] | None:
    return ("code", f"编码和第 {guides[guide.code][0]} 行重复，保留前一行") if guide.code in guides else None


def _without_common_aliases(rows: list[tuple[int, Guide]]) -> tuple[list[Guide], list[Doubt]]:
    """An alias that is one short word in many items' names would bring them all up: dropped."""
    short = {alias for _, guide in rows for alias in guide.aliases if len(alias) <= SHORT}
    seen = Counter(alias for alias in short for _, guide in rows if alias in guide.name or alias in guide.aliases)
    kept, doubts = [], []
    for number, guide in rows:
        common = [alias for alias in guide.aliases if len(alias) <= SHORT and seen[alias] >= COMMON_ALIAS_IN]
        doubts += [Doubt(number, guide.code, "aliases", f"别名“{alias}”太常见，去掉") for alias in common]
        aliases = tuple(alias for alias in guide.aliases if alias not in common)
        kept.append(msgspec.structs.replace(guide, aliases=aliases) if common else guide)
    return kept, doubts
