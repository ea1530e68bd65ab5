"""What was rejected or repaired, row by row, as a CSV that a spreadsheet opens without running anything. Pure."""

import csv
import io
from collections import Counter
from collections.abc import Iterable

import msgspec

from backend.catalogue.intake_columns import COLUMNS
from backend.catalogue.intake_model import Doubt

HEAD = ["文件", "行", "列", "处理", "说明", "原来的内容", "编码"]
BYTE_ORDER_MARK = "\ufeff"  # without it a spreadsheet reads UTF-8 as something else


def table(head: list[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A CSV for spreadsheets."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([safe(str(cell)) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def safe(text: str) -> str:
    """A cell that a spreadsheet would run as a formula is shown as text."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def report(files: Iterable[tuple[str, Iterable[Doubt]]]) -> bytes:
    return table(
        HEAD,
        (
            (name, d.row, d.column, "没有导入" if d.rejected else "已处理", d.say, d.value, d.code)
            for name, doubts in files
            for d in doubts
        ),
    )


def template() -> bytes:
    """An empty table to fill in: the columns, what each holds, and one example. Rows that begin with # are not read."""
    required = [f"{column.label}{'（必填）' if column.required else ''}" for column in COLUMNS]
    holds = [column.holds for column in COLUMNS]
    example = [column.example for column in COLUMNS]
    return table(required, [[f"# {holds[0]}", *holds[1:]], [f"# 例：{example[0]}", *example[1:]]])


class Kind(msgspec.Struct, frozen=True):
    """One kind of oddity: how many rows have it, and the first of them."""

    rejected: bool
    column: str
    say: str
    count: int
    row: int


def kinds_of(doubts: Iterable[Doubt]) -> list[Kind]:
    """Each kind of oddity once, what was rejected and what is frequent first."""
    named = [(d.rejected, d.column, "别名太常见，去掉" if d.column == "aliases" else d.say, d.row) for d in doubts]
    counted = Counter(kind[:3] for kind in named)
    first = {kind[:3]: kind[3] for kind in reversed(named)}
    kinds = [Kind(*kind, count, first[kind]) for kind, count in counted.items()]
    return sorted(kinds, key=lambda kind: (not kind.rejected, -kind.count))
