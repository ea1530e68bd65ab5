"""An item's flow as a drawing: one box a step, from above to below, made from the item's own definition. Pure.

All is measured in the drawing's own units, of which it is `width` wide: a page shows it at the full width of its column,
so a narrower drawing has larger letters. Nothing is coloured here: the page draws with its own text colour.
"""

import unicodedata
from collections.abc import Sequence
from typing import Literal

import msgspec

LETTER, LEADING = 15, 22  # size of a letter and distance of lines
MARGIN, PAD, GAP = 1, 12, 30  # around the drawing, inside a box, between two boxes with the arrow
WIDE, NARROW = 340, 270  # normal, and for people who read large letters


class Line(msgspec.Struct, frozen=True):
    x: int
    y: int
    text: str
    bold: bool = False


class Box(msgspec.Struct, frozen=True):
    """`kind`: a step within the limit, one that stops the clock, or the end."""

    kind: Literal["step", "pause", "end"]
    y: int
    width: int
    height: int
    lines: tuple[Line, ...]


class Drawing(msgspec.Struct, frozen=True):
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[tuple[int, int, int], ...]  # x, from y, to y


class Stage(msgspec.Struct, frozen=True):
    """What one box says: its title, who and how long, and a sentence."""

    kind: Literal["step", "pause", "end"]
    title: str
    facts: str = ""
    says: str = ""


def drawn(stages: Sequence[Stage], width: int = WIDE) -> Drawing:
    boxes, arrows = [], []
    y = MARGIN
    for at, stage in enumerate(stages):
        if at:
            arrows.append((width // 2, y, y + GAP))
            y += GAP
        box = _box(stage, y, width - 2 * MARGIN)
        boxes.append(box)
        y += box.height
    return Drawing(width, y + MARGIN, tuple(boxes), tuple(arrows))


def _box(stage: Stage, y: int, width: int) -> Box:
    room = width - 2 * PAD
    texts = [(line, True) for line in wrapped(stage.title, room)]
    texts += [(line, False) for text in (stage.facts, stage.says) for line in wrapped(text, room)]
    lines = tuple(
        Line(MARGIN + PAD, y + PAD + LETTER + at * LEADING, text, bold) for at, (text, bold) in enumerate(texts)
    )
    return Box(stage.kind, y, width, 2 * PAD + LETTER + (len(lines) - 1) * LEADING + 4, lines)


def wrapped(text: str, room: int) -> list[str]:
    """Lines no wider than `room`. Words of Latin letters stay whole where they fit on a line at all."""
    lines, line = [], ""
    for part in _parts(text):
        if line and _width(line + part) > room:
            lines.append(line.rstrip())
            line = part.lstrip()
        else:
            line += part
        while _width(line) > room:  # one word longer than a line
            cut = next(at for at in range(1, len(line) + 1) if _width(line[:at]) > room) - 1
            lines.append(line[: max(cut, 1)])
            line = line[max(cut, 1) :]
    return [*lines, line.rstrip()] if line.strip() else lines


CLOSING = "，。；：、！？）》”%"


def _parts(text: str) -> list[str]:
    """What may not be torn apart: a word of Latin letters, a sign with the punctuation after it."""
    parts: list[str] = []
    for sign in " ".join(text.split()):
        joins = parts and (sign in CLOSING or (_is_latin(sign) and _is_latin(parts[-1][-1])))
        if joins:
            parts[-1] += sign
        else:
            parts.append(sign)
    return parts


def _is_latin(sign: str) -> bool:
    return sign != " " and not _is_wide(sign)


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WFA"


def _width(text: str) -> float:
    return sum(LETTER if _is_wide(sign) else LETTER * 0.6 for sign in text)
