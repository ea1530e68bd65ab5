"""Two texts of a word, and what is different between them, in the words of the form. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from backend.editing.fields import Spec
from backend.editing.filled import listed
from backend.editing.lists import Lists
from backend.editing.model import Change

Raw = dict[str, Any]


def changed_words(specs: Iterable[Spec], was: Raw, now: Raw, lists: Lists, where: str = "") -> Iterator[Change]:
    for spec in specs:
        old, new = was.get(spec.name), now.get(spec.name)
        if spec.kind == "group":
            yield from changed_words(spec.parts, old or {}, new or {}, lists, f"{where}{spec.label}：")
        elif (before := _said(spec, old, lists)) != (after := _said(spec, new, lists)):
            yield Change(f"{where}{spec.label}", before, after)


def _said(spec: Spec, value: Any, lists: Lists) -> str:
    if value in (None, "", [], {}):
        return ""
    match spec.kind:
        case "rows" | "named":
            return "；".join(_row(spec, row, lists) for row in listed(spec, value))
        case "boxes":
            return "、".join(lists.label(spec.options, str(one)) for one in value)
        case "select":
            return lists.label(spec.options, str(value))
        case "lines":
            return "、".join(value)
        case "tick":
            return "是" if value else ""
        case "group":
            return "，".join(said for part in spec.parts if (said := _said(part, value.get(part.name), lists)))
    return str(value)


def _row(spec: Spec, row: Raw, lists: Lists) -> str:
    """A whole row in one line."""
    parts = ((part, _said(part, row.get(part.name), lists)) for part in spec.parts)
    return "，".join(f"{part.label}：{said}" for part, said in parts if said)
