"""What an officer wrote into a move's form, as the event will keep it. Pure."""

from typing import Any
from uuid import UUID

from backend.cases.model import Defect
from backend.core.web import Form


def said_of(form: Form) -> dict[str, Any]:
    """The fields of the move that were filled in; defects as a list of sentences with what each is about."""
    said: dict[str, Any] = {n: text for n in ("reason", "authority", "ground", "receiver") if (text := field(form, n))}
    if days := field(form, "days"):
        said["days"] = _whole(days)
    if defects := defects_of(form):
        said["problems"] = defects
    return said


def field(form: Form, name: str) -> str:
    """On a page with several moves each asks in a field of its own: `refused.reason`."""
    return form.text(f"{form.text('move')}.{name}") or form.text(name)


def defects_of(form: Form) -> list[Defect]:
    """`defect.material.<subject>.<code>` and `defect.element.<subject>.<code>` say what is wrong with one thing; `defects` has one more a line."""
    found = [d for name, say in form.fields if name.startswith("defect.") and say and (d := _defect(name, say))]
    return found + [Defect(say=line.strip()) for line in field(form, "defects").splitlines() if line.strip()]


def _defect(name: str, say: str) -> Defect | None:
    try:
        _, kind, subject, code = name.split(".", 3)
        return Defect(say=say, subject=UUID(subject), **{kind: code}) if kind in ("material", "element") else None
    except ValueError:
        return None


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text
