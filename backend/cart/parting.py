"""Which lines can be filed now and which have to wait, and for what. Pure.

A line that waits holds only itself and what needs its result. What goes is judged by itself: a question that another line
asks in passing (a birth date in an ID number) is asked again where that line stays behind.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

import msgspec

from backend.cart.model import Draft, Line, Need, Question
from backend.cart.rules import sheet_of
from backend.core.errors import Problem
from backend.core.i18n import _

LINE_FIELDS = ("line", "level", "sign")
"""Fields of problems that name their line second: `line.<id>`, `sign.<id>.<party>`."""


class Parted(msgspec.Struct, frozen=True):
    """`ready`: line ids in the cart's order; `waiting`: line → what it waits for."""

    ready: tuple[UUID, ...]
    waiting: dict[UUID, tuple[Problem, ...]]

    @property
    def choice(self) -> bool:
        """Some could go while others wait."""
        return bool(self.ready and self.waiting)


def only(draft: Draft, lines: Collection[UUID]) -> Draft:
    """The same draft as if it had no other lines."""
    left = tuple(line for line in draft.lines if line.id in lines)
    sheet = sheet_of(left, draft.parties, draft.told, draft.pack, draft.on)
    return msgspec.structs.replace(draft, lines=left, sheet=sheet)


def parted(draft: Draft, problems: Iterable[Problem]) -> Parted:
    """`problems`: everything that stands in the way of the whole cart."""
    waiting: dict[UUID, list[Problem]] = {}
    for problem in problems:
        concerned = lines_of(draft, problem)
        if not concerned:
            return Parted((), {})
        for line in concerned:
            waiting.setdefault(line, []).append(problem)
    while stuck := _stuck_without(draft, waiting):
        waiting |= {line: [problem] for line, problem in stuck.items()}
    ready = tuple(line.id for line in draft.lines if line.id not in waiting)
    return Parted(ready, {line.id: tuple(waiting[line.id]) for line in draft.lines if line.id in waiting})


def _stuck_without(draft: Draft, waiting: Collection[UUID]) -> dict[UUID, Problem]:
    """Lines that turn out to miss something as soon as those that wait are left out, each with one reason."""
    rest = [line for line in draft.lines if line.id not in waiting]
    if not waiting or not rest:
        return {}
    alone = only(draft, {line.id for line in rest})
    missing = [(line, problem) for problem in alone.sheet.problems for line in lines_of(alone, problem)]
    return {line: _after(draft, line, waiting) or problem for line, problem in missing}


def _after(draft: Draft, line_id: UUID, waiting: Collection[UUID]) -> Problem | None:
    """It needs the result of a line that waits."""
    needed = {need.by for need in draft.sheet.materials if line_id in need.needed_by and need.way == "result_of"}
    first = next((line for line in draft.lines if line.id in waiting and line.item.name in needed), None)
    line = draft.line(line_id)
    if first is None or line is None:
        return None
    said = _("“%(item)s”要用“%(first)s”的结果，和它一起交。")
    return Problem(said, f"line.{line_id}", {"item": line.item.name, "first": first.item.name})


def lines_of(draft: Draft, problem: Problem) -> tuple[UUID, ...]:
    """The lines that a problem holds; none where it is about the cart as a whole."""
    asked: list[Question | Need] = [*draft.sheet.questions, *draft.sheet.materials]
    for one in asked:
        if one.name == problem.field:
            return one.needed_by
    return tuple(line.id for line in draft.lines if _names(problem.field, line))


def _names(field: str, line: Line) -> bool:
    first, _dot, rest = field.partition(".")
    named = rest.partition(".")[0] if first in LINE_FIELDS else first
    return named == str(line.id)
