"""How a page of a form is described: its fields, in a few words each. Pure."""

from typing import Any, Literal

import msgspec

from backend.core.i18n import _

Kind = Literal["text", "long", "lines", "tick", "number", "money", "date", "select", "boxes", "choices", "fixed", "rule", "rows", "named", "group", "value"]  # fmt: skip


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """One field. `options` names a list of `lists.py`; `parts` are the fields of a row or a group; `pick`: a row is added by
    choosing from this list, and the choice goes into the row's field `key`. `blank`: may stay empty. `optional` (a group):
    is there only when something in it is filled in. `named` is a list of rows stored under a name each; `choices`: some of what
    the question in `key` can be answered with."""

    name: str
    kind: Kind
    label: str
    hint: str = ""
    options: str = ""
    parts: tuple["Spec", ...] = ()
    pick: str = ""
    key: str = ""
    blank: bool = False
    optional: bool = False
    ruled: bool = False


class Section(msgspec.Struct, frozen=True):
    """One page of the form."""

    name: str
    title: str
    specs: tuple[Spec, ...]


def a_text(name: str, label: str, hint: str = "", *, blank: bool = True) -> Spec:
    return Spec(name=name, kind="text", label=label, hint=hint, blank=blank)


def a_long(name: str, label: str, hint: str = "") -> Spec:
    return Spec(name=name, kind="long", label=label, hint=hint, blank=True)


def a_lines(name: str, label: str, hint: str = _("一行写一个")) -> Spec:
    return Spec(name=name, kind="lines", label=label, hint=hint, blank=True)


def a_tick(name: str, label: str) -> Spec:
    return Spec(name=name, kind="tick", label=label, blank=True)


def a_number(name: str, label: str, hint: str = "", *, blank: bool = False) -> Spec:
    return Spec(name=name, kind="number", label=label, hint=hint, blank=blank)


def a_select(name: str, label: str, options: str, hint: str = "", *, blank: bool = False) -> Spec:
    return Spec(name=name, kind="select", label=label, options=options, hint=hint, blank=blank)


def a_boxes(name: str, label: str, options: str, hint: str = "") -> Spec:
    return Spec(name=name, kind="boxes", label=label, options=options, hint=hint, blank=True)


def a_rule(name: str, label: str, hint: str = "") -> Spec:
    return Spec(name=name, kind="rule", label=label, hint=hint, blank=True)


def a_rows(name: str, label: str, *parts: Spec, hint: str = "", **more: Any) -> Spec:
    return Spec(name=name, kind="rows", label=label, parts=parts, hint=hint, blank=True, **more)


def a_group(name: str, label: str, *parts: Spec, **more: Any) -> Spec:
    return Spec(name=name, kind="group", label=label, parts=parts, blank=True, **more)
