"""Foreign catalogues into guides: reading a file row by row, and saying of every odd row what is odd. Pure.

Two shapes are known: JSON lines with the national platform's fields (as Guangdong publishes), and a tab-separated
list of department, name, area, code and type (as Qianfeng does). Nothing is hidden: a row that cannot be used is
rejected with its reason, a row that was repaired says how.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from backend.catalogue.model import ITEM_TYPE_CODES, Guide, ItemType, Unit
from backend.core.codes import read_task_code

TYPES = {code: kind for kind, code in ITEM_TYPE_CODES.items()}
LOCAL_TYPES = {"20": ItemType.other, "21": ItemType.service}  # Guangdong's own digits for the last two types
LONGEST = {"code": 100, "name": 300, "department": 200, "conditions": 50_000}
FORMULA = re.compile(r"\s*[=+@\t\r]|\s*-[^\d]")
SHORT, COMMON_ALIAS_IN = 3, 8  # an alias of so few characters that so many items bear leads nowhere


class IntakeError(ValueError):
    """The file as a whole cannot be read; nothing of it is imported."""


class Doubt(msgspec.Struct, frozen=True):
    """What is odd about one row. `column` is the file's own name for it."""

    row: int
    code: str
    column: str
    say: str
    rejected: bool = False


class Intake(msgspec.Struct, frozen=True):
    source: str
    guides: list[Guide]
    doubts: list[Doubt]
    rows: int


class GuangdongRow(msgspec.Struct, frozen=True):
    task_code: str
    name: str
    dept: str
    area_code: str
    handle_item: str | None = None
    gd_type: str = ""
    parent: str = ""
    area: str = ""
    statutory: int | None = None
    statutory_unit: Unit | None = None
    promised: int | None = None
    promised_unit: Unit | None = None
    visits: int | None = None
    online: bool | None = None
    courier: bool | None = None
    themes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    condition: str | None = None
    place: str | None = None
    phone: str | None = None
    complain: str | None = None
    aliases: tuple[str, ...] = ()
    url: str | None = None


class QianfengRow(msgspec.Struct, frozen=True):
    dept: str
    name: str
    area_code: str
    item_code: str
    task_type: str = ""


def read(path: Path) -> Intake:
    """Every row of a file as a guide or as a rejection; IntakeError if the file is no such file."""
    text = _text(path)
    lines = text.split("\n")
    if lines[0].lstrip().startswith("{"):
        return _read("guangdong", _json_rows(lines), _from_guangdong)
    if "\t" in lines[0]:
        return _read("qianfeng", _table_rows(lines), _from_qianfeng)
    raise IntakeError(f"{path.name}：认不出这种文件。要一行一个 JSON，或者第一行是列名、用制表符分开的表。")


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise IntakeError(
            f"{path.name} 第 {row} 行不是 UTF-8 编码，整个文件都没有导入。请另存为 UTF-8 再来。"
        ) from None
    if not text.strip():
        raise IntakeError(f"{path.name} 是空的。")
    return text


Row = tuple[int, dict[str, Any] | str]  # a text is the reason why the row cannot be read


def _json_rows(lines: list[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield number, row if isinstance(row, dict) else "这一行不是一个 JSON 对象"
        except (ValueError, RecursionError):
            yield number, "这一行不是完整的 JSON，可能被截断了"


def _table_rows(lines: list[str]) -> Iterator[Row]:
    """A quote is a character like any other here, so that one stray quote does not swallow the lines after it."""
    rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    header = [name.strip() for name in next(rows)]
    for number, cells in enumerate(rows, 2):
        if any(cell.strip() for cell in cells):
            short = f"这一行有 {len(cells)} 列，应当有 {len(header)} 列"
            yield number, dict(zip(header, cells, strict=True)) if len(cells) == len(header) else short


Made = tuple[Guide, list[tuple[str, str]]]


def _read(source: str, rows: Iterable[Row], make: Callable[[dict[str, Any]], Made]) -> Intake:
    guides: dict[str, tuple[int, Guide]] = {}
    doubts: list[Doubt] = []
    count = 0
    for number, row in rows:
        count += 1
        if isinstance(row, str):
            doubts.append(Doubt(number, "", "", row, rejected=True))
            continue
        try:
            guide, odd = make(row)
        except msgspec.ValidationError as error:
            doubts.append(Doubt(number, _code(row), *_told(error), rejected=True))
            continue
        if reason := _unusable(guide) or _again(guide, guides):
            doubts.append(Doubt(number, guide.code, *reason, rejected=True))
            continue
        guides[guide.code] = (number, guide)
        doubts += (Doubt(number, guide.code, column, say) for column, say in odd)
    kept, dropped = _without_common_aliases(list(guides.values()))
    return Intake(source, kept, sorted([*doubts, *dropped], key=lambda doubt: doubt.row), count)


def _code(row: dict[str, Any]) -> str:
    return str(row.get("handle_item") or row.get("task_code") or row.get("item_code") or "")[:100]


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
    return (long[0], f"超过 {LONGEST[long[0]]} 个字") if long else None


def _again(guide: Guide, guides: dict[str, tuple[int, Guide]]) -> tuple[str, str] | None:
    return ("code", f"编码和第 {guides[guide.code][0]} 行重复，保留前一行") if guide.code in guides else None


def _from_guangdong(data: dict[str, Any]) -> Made:
    row = msgspec.convert(data, GuangdongRow)
    odd = [("task_code", warning) for warning in read_task_code(row.handle_item or row.task_code).warnings]
    kind = LOCAL_TYPES.get(row.gd_type) or TYPES.get(row.gd_type)
    if row.gd_type in LOCAL_TYPES:
        odd.append(
            ("gd_type", f"类型 {row.gd_type} 是地方代码，按国家标准记为 {ITEM_TYPE_CODES[LOCAL_TYPES[row.gd_type]]}")
        )
    elif kind is None:
        odd.append(("gd_type", f"不认识类型“{row.gd_type}”，留空"))
    themes = tuple(theme for theme in row.themes if theme != "其他")
    if len(themes) < len(row.themes):
        odd.append(("themes", "主题是“其他”，留空"))
    if row.statutory is None and row.promised is None:
        odd.append(("promised", "法定时限和承诺时限都没有"))
    elif row.statutory is None or row.promised is None:
        odd.append(("promised" if row.promised is None else "statutory", "没有这个时限"))
    elif row.statutory_unit == row.promised_unit and row.promised > row.statutory:
        odd.append(("promised", "承诺时限比法定时限还长"))
    guide = Guide(
        code=(row.handle_item or row.task_code).strip(),
        name=_tidy(row.name),
        department=_tidy(row.dept),
        region=row.area_code[:6],
        source="guangdong",
        type=kind,
        region_name=row.area,
        parent=_tidy(row.parent),
        statutory=row.statutory,
        statutory_unit=row.statutory_unit,
        promised=row.promised,
        promised_unit=row.promised_unit,
        visits=row.visits,
        online=row.online,
        courier=row.courier,
        subjects=row.subjects,
        themes=themes,
        materials=row.materials,
        conditions=_printable(row.condition),
        place=_printable(row.place),
        enquiry=_printable(row.phone),
        complaint=_printable(row.complain),
        aliases=row.aliases,
        url=row.url if row.url and row.url.startswith(("http://", "https://")) else "",
    )
    return guide, odd


def _from_qianfeng(data: dict[str, Any]) -> Made:
    row = msgspec.convert(data, QianfengRow)
    number = row.task_type.strip().zfill(2)
    odd = [("promised", "法定时限和承诺时限都没有")]
    if number not in TYPES:
        odd.append(("task_type", f"不认识类型“{row.task_type}”，留空"))
    guide = Guide(
        code=row.item_code.strip(),
        name=_tidy(row.name),
        department=_tidy(row.dept),
        region=row.area_code[:6],
        source="qianfeng",
        type=TYPES.get(number),
    )
    return guide, odd


def _tidy(text: str) -> str:
    return re.sub(r"[ \u3000]+", " ", text).strip()


def _printable(text: str | None) -> str:
    """Texts of several lines, without control characters."""
    return "".join(c for c in text or "" if c == "\n" or c.isprintable()).strip()


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
