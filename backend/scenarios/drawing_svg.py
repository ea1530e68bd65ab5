"""The graph of a guide as SVG, laid out here: layers from left to right, every edge with its words where it arrives. Pure.

Each box is as tall as it has edges coming in, one line each, so that no two labels lie on each other, however many
there are; a label begins with the number of the question it comes from, so that nobody has to follow a line.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape

import msgspec

from backend.scenarios.drawing import Edge, Graph, Node

SIZE, LINE, PAD, GAP = 14, 22, 10, 18
BOX, LABEL = 230, 190
CHARS = 15
MOST_LINES = 70
MARGIN, HEAD = 24, 56
FACE = "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
FILLS = {"question": ("#FFFFFF", "#0A558C"), "item": ("#E8F5EE", "#17693F"), "advice": ("#FFF3DA", "#7A4B00")}
LINES = ("#0A558C", "#7A4B00", "#17693F", "#6B3FA0", "#A3261B", "#2F6F73", "#8A5A00", "#44546A")


class Place(msgspec.Struct, frozen=True):
    x: int
    y: int
    height: int
    lines: tuple[str, ...]


def svg_of(graph: Graph) -> str:
    places = _places(graph)
    width = max(place.x for place in places.values()) + BOX + MARGIN
    height = max(place.y + place.height for place in places.values()) + MARGIN
    parts = [*_edges(graph, places), *(_box(node, places[node.id]) for node in graph.nodes)]
    title = escape(graph.title)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'role="img" font-family="{FACE}" font-size="{SIZE}">',
            f"<title>{title}</title>",
            f'<rect width="{width}" height="{height}" fill="#F5F7F9"/>',
            f'<text x="{MARGIN}" y="{MARGIN + 14}" font-size="20" font-weight="600" fill="#17212B">{title}</text>',
            *parts,
            "</svg>\n",
        ]
    )


def _places(graph: Graph) -> dict[str, Place]:
    """Where each box stands: in its layer, below the one before it in the author's order."""
    coming = {node.id: sum(edge.target == node.id for edge in graph.edges) for node in graph.nodes}
    below: dict[int, int] = {}
    found: dict[str, Place] = {}
    for node in graph.nodes:
        lines = tuple(wrapped(f"{node.number}. {node.text}" if node.number else node.text))
        height = 2 * PAD + LINE * max(len(lines), coming[node.id])
        y = below.get(node.layer, HEAD + MARGIN)
        below[node.layer] = y + height + GAP
        found[node.id] = Place(MARGIN + node.layer * (BOX + LABEL + 60), y, height, lines)
    return found


def wrapped(text: str, most: float = CHARS) -> Iterator[str]:
    """Lines of at most so many Chinese characters; Latin letters are half as wide."""
    line, width = "", 0.0
    for letter in text:
        wide = 1.0 if ord(letter) > 0x2E7F else 0.56
        if width + wide > most and letter not in "，。？、）”":
            yield line
            line, width = "", 0.0
        line, width = line + letter, width + wide
    yield line


def _box(node: Node, place: Place) -> str:
    fill, edge = FILLS[node.kind]
    top = place.y + (place.height - LINE * len(place.lines)) / 2 + 16
    words = "".join(
        f'<tspan x="{place.x + PAD}" y="{top + at * LINE:g}">{escape(line)}</tspan>'
        for at, line in enumerate(place.lines)
    )
    return (
        f'<g><rect x="{place.x}" y="{place.y}" width="{BOX}" height="{place.height}" rx="10" fill="{fill}" '
        f'stroke="{edge}"/><text fill="#17212B">{words}</text></g>'
    )


def _edges(graph: Graph, places: dict[str, Place]) -> Iterator[str]:
    """Where there are too many lines to follow, only their ends are drawn: the number at the label says from where."""
    numbers = {node.id: node.number for node in graph.nodes}
    arrived: dict[str, int] = {}
    labels = []
    for edge in graph.edges:
        at = arrived[edge.target] = arrived.get(edge.target, -1) + 1
        start, end = places[edge.source], places[edge.target]
        y = end.y + PAD + at * LINE + LINE // 2
        color = LINES[numbers[edge.source] % len(LINES)]
        yield _line(edge, start if len(graph.edges) <= MOST_LINES else None, end.x, y, color)
        labels.append(_label(f"{numbers[edge.source]}: {edge.label}", end.x - 14, y, color))
    yield from labels


def _line(edge: Edge, start: Place | None, x: int, y: int, color: str) -> str:
    """From the middle of the question to just before the label, then straight to the box."""
    way = f"M{x - LABEL} {y}"
    if start is not None:
        x0, y0 = start.x + BOX, start.y + start.height / 2
        bend = max(40, (x - LABEL - x0) / 2)
        way = f"M{x0} {y0:g}C{x0 + bend:g} {y0:g} {x - LABEL - bend:g} {y} {x - LABEL} {y}"
    dashes = ' stroke-dasharray="5 4"' if edge.loose else ""
    return (
        f'<path d="{way}H{x - 3}" fill="none" stroke="{color}" stroke-opacity=".55"{dashes}/>'
        f'<circle cx="{x}" cy="{y}" r="3" fill="{color}"/>'
    )


def _label(text: str, x: int, y: int, color: str) -> str:
    first = next(wrapped(text, 12))
    said = first if first == text else f"{first}…"
    return (
        f'<text x="{x}" y="{y + 4}" text-anchor="end" font-size="12" fill="{color}" stroke="#F5F7F9" stroke-width="5" '
        f'paint-order="stroke">{escape(said)}<title>{escape(text)}</title></text>'
    )
