"""A text file as rows: its encoding found, each line that is no row told with its number. Pure but for reading."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

from backend.catalogue.intake_model import MOST_BYTES, IntakeError, Row, Unreadable, shortened

CHINESE = re.compile(r"[\u4e00-\u9fff]")
csv.field_size_limit(1_000_000)


def bytes_of(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise IntakeError(f"{path.name} 超过 {MOST_BYTES // 1_000_000} MB，没有导入。请分成几个文件再来。")
    return path.read_bytes()


def text_of(name: str, data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding, "" for UTF-8; IntakeError with the row of bytes that are no text."""
    try:
        text, encoding = _decoded(name, data)
    except UnicodeDecodeError as error:
        raise _broken(name, data, error) from None
    if not text.strip():
        raise IntakeError(f"{name} 是空的。")
    return text, encoding


def _decoded(name: str, data: bytes) -> tuple[str, str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16"), "UTF-16"
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        if CHINESE.search(data[: error.start].decode("utf-8")):
            raise  # it was UTF-8 up to here: reading it as GBK would turn every good line into other signs
    return data.decode("gb18030"), "GBK"


def _broken(name: str, data: bytes, error: UnicodeDecodeError) -> IntakeError:
    row = data.count(b"\n", 0, error.start) + 1
    kind = {"utf-8": "UTF-8", "gb18030": "GBK"}.get(error.encoding, "UTF-16")
    return IntakeError(
        f"{name} 第 {row} 行有读不出来的字节（按 {kind} 编码读），整个文件都没有导入。请另存为 UTF-8 再来。"
    )


def json_rows(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield (
                number,
                row if isinstance(row, dict) else Unreadable("这一行不是一个 JSON 对象", value=shortened(line)),
            )
        except (ValueError, RecursionError):
            yield number, Unreadable("这一行不是完整的 JSON，可能被截断了", value=shortened(line[-200:]))


def tab_rows(text: str) -> Iterator[Row]:
    """A quote is a character like any other here, so that one stray quote does not swallow the lines after it."""
    rows = csv.reader(text.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE)
    header = [name.strip() for name in next(rows)]
    for number, cells in enumerate(rows, 2):
        if any(cell.strip() for cell in cells):
            yield number, _named(header, cells)


def _named(header: list[str], cells: list[str]) -> dict[str, str] | Unreadable:
    if len(cells) == len(header):
        return dict(zip(header, cells, strict=True))
    say = f"这一行有 {len(cells)} 列，应当有 {len(header)} 列，可能被截断了"
    return Unreadable(say, value=shortened(cells[-1] if cells else ""))


def comma_rows(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows as lists with the number of their first line; IntakeError for a quote that is never closed."""
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    while True:
        first = rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            raise IntakeError(f"{name} 第 {first} 行的引号没有配成对，后面的行分不清了，整个文件都没有导入。") from None
        yield first, cells
