"""A table in the columns of GB/T 39046 (CSV or XLSX) into guides. Pure."""

import re
from collections.abc import Iterator
from typing import Any

from backend.catalogue import intake_codes as codes
from backend.catalogue.intake_columns import COLUMNS, Column, column_named
from backend.catalogue.intake_model import IntakeError, Made, Odd, Row, Unreadable, shortened
from backend.catalogue.intake_sheet import Sheet, lost_digits, texts
from backend.catalogue.intake_words import printable, tidy, web_address
from backend.catalogue.model import CaseType, Guide, ItemType, Unit
from backend.core.codes import read_task_code

SEPARATORS = re.compile(r"[\^\n;；|]+")
MOST_DAYS = 10_000


class Heading:
    """The first row: which cell is which column. IntakeError if the table can be nothing of ours."""

    def __init__(self, name: str, cells: list[str]) -> None:
        self.columns = [column_named(cell) for cell in cells]
        self.unknown = [
            cell.strip() for cell, column in zip(cells, self.columns, strict=True) if not column and cell.strip()
        ]
        known = [column.code for column in self.columns if column]
        for column in COLUMNS:
            if known.count(column.code) > 1:
                raise IntakeError(f"{name} 第 1 行有两列都是“{column.label}”，不知道用哪一列，没有导入。")
        missing = [column.label for column in COLUMNS if column.required and column.code not in known]
        if not {"task_code", "task_handle_item"} & set(known):
            missing.append("实施编码")
        if missing:
            raise IntakeError(f"{name} 第 1 行没有“{'”“'.join(missing)}”这样的列，认不出是事项表，没有导入。")

    def row(self, cells: list[str]) -> dict[str, str] | Unreadable:
        while len(cells) > len(self.columns) and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) != len(self.columns):
            say = f"这一行有 {len(cells)} 列，应当有 {len(self.columns)} 列，可能被截断了"
            return Unreadable(say, value=shortened(cells[-1] if cells else ""))
        named = zip(self.columns, cells, strict=True)
        row = {column.code: cell.strip() for column, cell in named if column and cell.strip()}
        for code, cell in row.items():
            if cell.startswith("="):
                return Unreadable("是公式，请粘贴成值", _label(code), shortened(cell))
        return row


def _label(code: str) -> str:
    return next(column.label for column in COLUMNS if column.code == code)


def is_remark(cells: list[str]) -> bool:
    """A row of the template that only explains, or an empty one."""
    return not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#")


def comma_table(name: str, rows: Iterator[tuple[int, list[str]]]) -> tuple[Heading, Iterator[Row]]:
    _, first = next(rows, (1, []))
    heading = Heading(name, first)
    return heading, ((number, heading.row(cells)) for number, cells in rows if not is_remark(cells))


def sheet_table(name: str, sheet: Sheet) -> tuple[Heading, Iterator[Row]]:
    if not sheet.rows:
        raise IntakeError(f"{name} 的第一张表是空的。")
    if any(top == 1 for top, *_ in sheet.merged):
        raise IntakeError(f"{name} 第 1 行（列名）有合并的单元格，没有导入。请取消合并再来。")
    heading = Heading(name, list(texts(sheet.rows[0])))
    return heading, _sheet_rows(heading, sheet)


def _sheet_rows(heading: Heading, sheet: Sheet) -> Iterator[Row]:
    merged = {row for top, _, bottom, _ in sheet.merged for row in range(top, min(bottom, len(sheet.rows)) + 1)}
    formulas = {row: column for row, column in sorted(sheet.formulas, reverse=True)}
    for number, cells in enumerate(sheet.rows[1:], 2):
        said = list(texts(cells))
        if is_remark(said):
            continue
        if number in merged:
            yield number, Unreadable("有合并的单元格，请取消合并，每一行写全")
        elif number in formulas:
            yield number, Unreadable("是公式，请粘贴成值", _at(heading, formulas[number]))
        elif lost := next((at for at, cell in enumerate(cells, 1) if lost_digits(cell)), 0):
            yield (
                number,
                Unreadable("存成了数字，后几位已经丢了，请把这一列设成文本", _at(heading, lost), said[lost - 1]),
            )
        else:
            yield number, heading.row(said)


def _at(heading: Heading, at: int) -> str:
    column: Column | None = heading.columns[at - 1] if at <= len(heading.columns) else None
    return column.label if column else f"第 {at} 列"


class National:
    """Makes guides of rows. `local_types`: the file uses Guangdong's digits, which shows by its 21."""

    def __init__(self, source: str, *, local_types: bool = False) -> None:
        self.source, self.local_types = source, local_types

    def __call__(self, row: dict[str, Any]) -> Made:
        odd: Odd = []
        code = row.get("task_handle_item") or row.get("task_code", "")
        odd += (("实施编码", warning) for warning in read_task_code(code).warnings)
        subjects, strange = codes.subjects_of(_several(row.get("server_type", "")))
        odd += (("服务对象", f"不认识“{one}”，没有读") for one in strange)
        statutory, promised = self.days(row, "anticipate_day", odd), self.days(row, "promise_day", odd)
        if statutory[0] is None and promised[0] is None:
            odd.append(("承诺办结时限", "法定时限和承诺时限都没有"))
        guide = Guide(
            code=code.strip(),
            name=tidy(row.get("task_name", "")),
            department=tidy(row.get("dept_name", "")),
            region=row.get("area_code", "")[:6],
            source=self.source,
            type=self.type(row.get("task_type", ""), odd),
            case_type=self.case_type(row.get("project_type", ""), odd),
            subjects=tuple(subjects),
            themes=_themes(row, odd),
            statutory=statutory[0],
            statutory_unit=statutory[1],
            promised=promised[0],
            promised_unit=promised[1],
            visits=self.whole(row, "limit_scene_num", 100, odd),
            visits_reason=printable(row.get("limit_scene_explain")),
            online=self.yes(row, "is_online", odd),
            courier=self.yes(row, "is_express", odd),
            pay_online=self.yes(row, "is_pay_online", odd),
            charged=self.yes(row, "is_fee", odd),
            depth=self.depth(row.get("online_handle_depth", ""), odd),
            materials=tuple(_several(row.get("material_name", ""))),
            conditions=printable(row.get("accept_condition")),
            flow=printable(row.get("handle_flow")),
            basis=printable(row.get("by_law")),
            fee=printable(row.get("fee_stand")),
            fee_basis=printable(row.get("fee_basis")),
            result=printable(row.get("result_name")),
            quantity=printable(row.get("limit_explain")),
            intermediary=printable(row.get("service_type")),
            place=printable(row.get("transact_addr")),
            hours=printable(row.get("transact_time")),
            enquiry=printable(row.get("link_way")),
            complaint=printable(row.get("supervise_way")),
            aliases=tuple(_several(row.get("alias", ""))),
            url=web_address(row.get("link_addr")),
        )
        return guide, odd

    def type(self, text: str, odd: Odd) -> ItemType | None:
        code = text.strip().zfill(2) if text.strip().isdigit() else text.strip()
        if self.local_types and code in codes.LOCAL_TYPES:
            odd.append(("事项类型", f"类型 {code} 是地方代码，按国家标准记为 {codes.LOCAL_TYPES[code].code}"))
            return codes.LOCAL_TYPES[code]
        if code and code not in codes.TYPES:
            odd.append(("事项类型", f"不认识类型“{shortened(code)}”，留空"))
        return codes.TYPES.get(code)

    def case_type(self, text: str, odd: Odd) -> CaseType | None:
        if text and text not in codes.CASE_TYPES:
            odd.append(("办件类型", f"“{shortened(text)}”不是即办件或承诺件，留空"))
        return codes.CASE_TYPES.get(text)

    def depth(self, text: str, odd: Odd) -> int | None:
        level = text.strip().upper().removesuffix("级") if text.strip() not in codes.DEPTHS else text.strip()
        if text and level not in codes.DEPTHS:
            odd.append(("网上办理深度", f"“{shortened(text)}”不是 I 至 IV，留空"))
        return codes.DEPTHS.get(level)

    def days(self, row: dict[str, Any], column: str, odd: Odd) -> tuple[int | None, Unit | None]:
        number = self.whole(row, column, MOST_DAYS, odd)
        text = row.get(f"{column}_type", "")
        if number is None:
            return None, None
        if text and text.lower() not in codes.UNITS:
            odd.append((_label(f"{column}_type"), f"不认识单位“{shortened(text)}”，这个时限留空"))
            return None, None
        return number, codes.UNITS.get(text.lower(), "workday")

    def whole(self, row: dict[str, Any], column: str, most: int, odd: Odd) -> int | None:
        text = row.get(column, "")
        if not text:
            return None
        if not re.fullmatch(r"\d{1,5}(\.0)?", text, re.ASCII) or int(float(text)) > most:
            odd.append((_label(column), "不是合理的整数，留空"))
            return None
        return int(float(text))

    def yes(self, row: dict[str, Any], column: str, odd: Odd) -> bool | None:
        text = row.get(column, "").lower()
        if text and text not in codes.YES:
            odd.append((_label(column), "不是 1 或 0，留空"))
        return codes.YES.get(text)


def _several(text: str) -> list[str]:
    return list(dict.fromkeys(tidy(part) for part in SEPARATORS.split(printable(text)) if part.strip()))


def _themes(row: dict[str, Any], odd: Odd) -> tuple[str, ...]:
    named = _several(row.get("user_topic_type", "")) + _several(row.get("corp_topic_type", ""))
    if "其他" in named:
        odd.append(("面向自然人主题分类", "主题是“其他”，留空"))
    return tuple(dict.fromkeys(theme for theme in named if theme != "其他"))
