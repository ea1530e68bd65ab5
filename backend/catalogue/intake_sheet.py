"""The first sheet of an XLSX workbook as rows, after proof that opening it is safe. Pure but for memory.

A workbook is a zip of XML: it may unfold to more than the machine holds, one cell at the far corner makes a table of
billions, a formula has no value of its own, and merged cells belong to several rows at once.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

from backend.catalogue.intake_model import MOST_COLUMNS, MOST_ROWS, IntakeError

MOST_UNFOLDED = 200_000_000
MOST_PARTS = 2_000
CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*>(\s*<(?:\w+:)?f[\s>/])?""")
EXACT = 2**53  # a longer number in a sheet has lost its last digits
Cell = str | int | float | bool | date | datetime | None


class Sheet(msgspec.Struct, frozen=True):
    """`formulas` and `merged` are places: row and column, both from 1."""

    rows: list[list[Any]]
    formulas: frozenset[tuple[int, int]]
    merged: tuple[tuple[int, int, int, int], ...]


def sheet_of(name: str, data: bytes) -> Sheet:
    safe = _unfolded(name, data)
    formulas = _formulas(name, safe)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(_packed(safe)))
        sheet = book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except (CalamineError, ValueError, IndexError, OSError) as error:
        raise IntakeError(f"{name} 不是完整的 XLSX 工作簿，没有导入。请用表格软件另存一次再来。") from error
    return Sheet(rows, formulas, tuple((a[0] + 1, a[1] + 1, b[0] + 1, b[1] + 1) for a, b in merged))


def _unfolded(name: str, data: bytes) -> dict[str, bytes]:
    """Every part in full, counted while it unfolds: a zip may lie about how large its parts are."""
    parts: dict[str, bytes] = {}
    left = MOST_UNFOLDED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.infolist()) > MOST_PARTS:
                raise IntakeError(f"{name} 里的零件太多，不像表格，没有导入。")
            for info in archive.infolist():
                with archive.open(info) as part:
                    parts[info.filename] = part.read(left + 1)
                left -= len(parts[info.filename])
                if left < 0:
                    raise IntakeError(f"{name} 解开以后超过 {MOST_UNFOLDED // 1_000_000} MB，没有导入。")
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError, ValueError) as error:
        if isinstance(error, IntakeError):
            raise
        raise IntakeError(f"{name} 不是完整的 XLSX 工作簿，或者加了密码，没有导入。") from error
    return parts


def _packed(parts: dict[str, bytes]) -> bytes:
    """What was counted is what is read."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return whole.getvalue()


def _formulas(name: str, parts: dict[str, bytes]) -> frozenset[tuple[int, int]]:
    """Where formulas are; IntakeError for a sheet that is too large as a table, however few its cells."""
    sheets = [part for part in parts if part.startswith("xl/worksheets/")]
    found: set[tuple[int, int]] = set()
    for part in sheets:
        if b"<!ENTITY" in parts[part] or b"<!DOCTYPE" in parts[part]:
            raise IntakeError(f"{name} 里有不该有的定义，不像表格软件存的，没有导入。")
        for letters, digits, formula in CELL.findall(parts[part]):
            row, column = int(digits), _column(letters)
            if row > MOST_ROWS or column > MOST_COLUMNS:
                raise IntakeError(
                    f"{name} 第 {row} 行第 {column} 列还有内容：最多 {MOST_ROWS} 行、{MOST_COLUMNS} 列，没有导入。"
                )
            if formula and part == _first(sheets):
                found.add((row, column))
    return frozenset(found)


def _first(sheets: list[str]) -> str:
    """The part of the first sheet: programs number their parts in the order of the sheets."""
    return min(sheets, key=lambda part: (len(part), part))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def texts(cells: list[Cell]) -> Iterator[str]:
    """Cells as a person reads them; a number that lost digits is left as it is, so that it can be told."""
    for cell in cells:
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
            yield str(int(cell))
        elif isinstance(cell, bool):
            yield "是" if cell else "否"
        else:
            yield "" if cell is None else str(cell)


def lost_digits(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= EXACT
