"""Lines that cannot be filed together, with the reason their items give. Pure.

What two items exclude stands in both of them. An entry holds in general, for one party in a role that both have, or in one
situation of its item; two lines clash where both entries hold.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations
from uuid import UUID

import msgspec

from backend.cart.model import Line, UnderWay
from backend.catalogue.model import Exclusion
from backend.core.errors import Problem
from backend.core.i18n import _

TOGETHER = _("“%(item)s”和“%(other)s”不能一起办：%(reason)s。请移出一件。")
AT_ONCE = _("“%(other)s”正在办，不能同时办“%(item)s”：%(reason)s。")


class Clash(msgspec.Struct, frozen=True):
    """`line` came later; `other`: the line before it, None where that is a case already."""

    line: UUID
    other: UUID | None
    problem: Problem


def clashes(
    lines: Iterable[Line], under_way: Iterable[UnderWay] = (), holding: Mapping[UUID, frozenset[str]] | None = None
) -> list[Clash]:
    """`holding`: line → its item's situations that are certain; without it only what excludes in every situation."""
    lines, holding = [line for line in lines if not line.gone], holding or {}
    found = []
    for one, other in combinations(lines, 2):
        reason = _reason(other, one, holding)
        if reason and _reason(one, other, holding):
            found.append(Clash(other.id, one.id, _said(TOGETHER, other, one.item.name, reason)))
    for line in lines:
        for case in under_way:
            if reason := _against_case(line, case):
                found.append(Clash(line.id, None, _said(AT_ONCE, line, case.item.name, reason)))
    return found


def _reason(line: Line, other: Line, holding: Mapping[UUID, frozenset[str]]) -> str:
    """Why the line's item does not go with the other, "" where it does."""
    return next(
        (
            entry.say
            for entry in _entries(line, other.item.name, holding)
            if not entry.same or set(line.parties.get(entry.same, ())) & set(other.parties.get(entry.same, ()))
        ),
        "",
    )


def _against_case(line: Line, case: UnderWay) -> str:
    """What excludes only in one situation is left to the department here: whether a case is in it was decided by others."""
    if not any(back.item == line.item.name and not back.situation for back in case.item.excludes):
        return ""
    entries = _entries(line, case.item.name, {})
    same = (e.say for e in entries if not e.same or set(line.parties.get(e.same, ())) & case.parties)
    return next(same, "")


def _entries(line: Line, item: str, holding: Mapping[UUID, frozenset[str]]) -> Iterable[Exclusion]:
    certain = holding.get(line.id, frozenset())
    return (e for e in line.item.excludes if e.item == item and (not e.situation or e.situation in certain))


def _said(words: str, line: Line, other: str, reason: str) -> Problem:
    return Problem(words, f"line.{line.id}", {"item": line.item.name, "other": other, "reason": reason})
