"""A page of the form as the template draws it. Pure."""

from collections.abc import Iterable
from typing import Any

import msgspec

from backend.core.conditions_form import Vocabulary
from backend.core.conditions_form_rows import Option, Row, row_of
from backend.core.i18n import _
from backend.editing.fields import Spec
from backend.editing.filled import Filled
from backend.editing.lists import Groups, Lists, options_of


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field. `text` and `texts`: what stands in it; `rows` of a list, `fields` of a group, `rule` of a condition;
    `said`: a fixed choice in words; `pick`: from what a new row is chosen."""

    kind: str
    place: str
    label: str
    hint: str
    blank: bool
    text: str = ""
    texts: tuple[str, ...] = ()
    options: Groups = ()
    said: str = ""
    fields: tuple["Field", ...] = ()
    rows: tuple["Line", ...] = ()
    rule: Row | None = None
    pick: Groups = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a list."""

    place: str
    title: str
    fields: tuple[Field, ...]
    first: bool
    last: bool


def fields_of(
    specs: Iterable[Spec], filled: Filled, words: Vocabulary, lists: Lists, place: str = ""
) -> tuple[Field, ...]:
    return tuple(_field(spec, filled, words, lists, f"{place}{spec.name}") for spec in specs)


def _field(spec: Spec, filled: Filled, words: Vocabulary, lists: Lists, place: str) -> Field:
    more: dict[str, Any] = {}
    kind: str = spec.kind
    match spec.kind:
        case "rule":
            place = place.rstrip(".")
            more["rule"] = row_of(filled.rules.get(spec.name), place, _ruled(words, spec))
        case "rows" | "named":
            rows = filled.rows[spec.name]
            more["rows"] = tuple(
                Line(
                    place=f"{place}.{n}",
                    title=_title(spec, row, lists),
                    fields=fields_of(spec.parts, row, words, lists, f"{place}.{n}."),
                    first=n == 0,
                    last=n == len(rows) - 1,
                )
                for n, row in enumerate(rows)
            )
            more["pick"] = _unused(lists.groups(spec.pick), {row.text(spec.key) for row in rows})
            kind = "rows"
        case "group":
            more["fields"] = fields_of(spec.parts, filled.groups[spec.name], words, lists, f"{place}.")
        case _:
            more["texts"] = filled.texts.get(spec.name, ())
            more["text"] = next(iter(more["texts"]), "")
            more["options"] = lists.groups(spec.options)
    if spec.kind == "fixed":
        more["said"] = lists.label(spec.options, more["text"])
    if spec.kind == "choices":
        more["options"] = _choices(filled.text(spec.key), lists)
    if spec.kind == "value":
        kind, more["options"] = _input(filled.text(spec.key), lists)
    return Field(kind=kind, place=place, label=spec.label, hint=spec.hint, blank=spec.blank, **more)


def _ruled(words: Vocabulary, spec: Spec) -> Vocabulary:
    return msgspec.structs.replace(words, ruled=spec.ruled)


def _title(spec: Spec, row: Filled, lists: Lists) -> str:
    """What the row is about, for its heading."""
    fixed = next((part for part in spec.parts if part.kind == "fixed"), None)
    if fixed:
        return lists.label(fixed.options, row.text(fixed.name))
    named = next((part.name for part in spec.parts if part.kind == "text"), "")
    rule = row.rules.get("")
    return rule.text("rule") or rule.text("say") if rule else row.text(named)


def _unused(groups: Groups, used: set[str]) -> Groups:
    left = ((group, tuple(option for option in options if option.value not in used)) for group, options in groups)
    return tuple((group, options) for group, options in left if options)


def _choices(fact: str, lists: Lists) -> Groups:
    """What this fact can be answered with."""
    return (("", options_of(lists.facts[fact].options)),) if fact in lists.facts else ()


def _input(fact: str, lists: Lists) -> tuple[str, Groups]:
    """How the value of this fact is typed."""
    named = lists.facts.get(fact)
    if named is None:
        return "text", ()
    if named.kind == "yes_no":
        return "select", (("", (Option("yes", _("是")), Option("no", _("否")))),)
    options = _choices(fact, lists)
    return {"choice": "select", "region": "select", "choices": "boxes", "date": "date"}.get(named.kind, "text"), options
