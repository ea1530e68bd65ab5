"""What an import says of a file: guides, and every odd row. Pure."""

from typing import Any

import msgspec

from backend.catalogue.model import Guide

MOST_BYTES = 50_000_000
MOST_ROWS, MOST_COLUMNS = 200_000, 200
SHOWN = 60  # characters of a doubtful value in a report


class IntakeError(ValueError):
    """The file as a whole cannot be read; nothing of it is imported."""


class Doubt(msgspec.Struct, frozen=True):
    """What is odd about one row. `column` is the file's own name for it, `value` what stands there, shortened."""

    row: int
    code: str
    column: str
    say: str
    rejected: bool = False
    value: str = ""


class Intake(msgspec.Struct, frozen=True):
    source: str
    guides: list[Guide]
    doubts: list[Doubt]
    rows: int


class Unreadable(msgspec.Struct, frozen=True):
    """Why a row is none."""

    say: str
    column: str = ""
    value: str = ""


Row = tuple[int, dict[str, Any] | Unreadable]
Odd = list[tuple[str, str]]  # a column, and what was done about it
Made = tuple[Guide, Odd]


def shortened(value: object) -> str:
    """One line for a report."""
    text = "、".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
