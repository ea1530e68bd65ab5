"""What the applicant changed with a correction: each answer and each material, before and after. Pure."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from backend.cases.model import CaseFile, Event, Fact


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that was given anew; `before` None: it was not asked before."""

    subject: UUID
    element: str
    before: Fact | None
    after: Fact


class HandedIn(msgspec.Struct, frozen=True, kw_only=True):
    """One material that was handed in anew; the earlier pages can still be looked at."""

    subject: UUID
    material: str
    before: list[CaseFile]
    after: list[CaseFile]


def corrected_at(events: Sequence[Event]) -> datetime | None:
    """When the last correction came in; None while there was none."""
    return max((e.at for e in events if e.kind == "corrected"), default=None)


def answers_changed(facts: Sequence[Fact], since: datetime) -> list[Answered]:
    """`facts`: every one ever given, in order. Only what reads differently now."""
    found = []
    for subject, element in dict.fromkeys((f.subject, f.element) for f in facts):
        given = [f for f in facts if (f.subject, f.element) == (subject, element)]
        old, new = [f for f in given if f.at < since], [f for f in given if f.at >= since]
        if new and (not old or old[-1].value != new[-1].value):
            found.append(Answered(subject=subject, element=element, before=old[-1] if old else None, after=new[-1]))
    return found


def files_changed(files: Sequence[CaseFile], since: datetime) -> list[HandedIn]:
    """`files`: every one ever handed in. Of what was there before, the last filing."""
    found = []
    for subject, material in dict.fromkeys((f.subject, f.material) for f in files):
        given = [f for f in files if (f.subject, f.material) == (subject, material) and f.added_at]
        new = [f for f in given if f.added_at and f.added_at >= since]
        old = [f for f in given if f.added_at and f.added_at < since]
        last = max((f.added_at for f in old if f.added_at), default=None)
        if new:
            before = [f for f in old if f.added_at == last]
            found.append(HandedIn(subject=subject, material=material, before=before, after=new))
    return found
