"""Two texts of an item, and what is different between them, in the words of the form. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from backend.catalogue.model import Item, Pack
from backend.catalogue.situations import situation
from backend.core.conditions import Condition, ConditionError, decode
from backend.core.conditions_form_values import typed_of
from backend.editing.fields import SECTIONS, Spec
from backend.editing.filled import Raw, listed, unordered, whole
from backend.editing.lists import Lists
from backend.editing.model import Change


class Side:
    """One of the two texts, with what its names mean."""

    def __init__(self, raw: Raw, item: Item, pack: Pack, lists: Lists) -> None:
        self.raw, self.item, self.pack, self.lists = whole(raw), item, pack, lists

    def rule(self, data: Raw | None) -> str:
        """The rule in a sentence; the city may have lost a word of it."""
        if not data:
            return ""
        try:
            return self.sentence(decode(data))
        except (ConditionError, KeyError):
            return data.get("say", "") or "一条条件"

    def sentence(self, condition: Condition) -> str:
        said = situation(self.pack, self.item, condition)
        return f"{condition.rule}：{said}" if condition.rule and said != condition.rule else said


def changes_of(before: Side, after: Side, sections: Iterable[str] | None = None) -> list[Change]:
    """In the order of the form; of these pages only, where they are named."""
    wanted = set(sections) if sections is not None else {section.name for section in SECTIONS}
    found = []
    for section in SECTIONS:
        if section.name in wanted:
            found += list(_changes(section.specs, before.raw, after.raw, before, after, ""))
    return found


def _changes(
    specs: Iterable[Spec], was: Raw, now: Raw, before: Side, after: Side, where: str
) -> Iterator[Change]:  # fmt: skip
    for spec in specs:
        old, new = (raw.get(spec.name) if spec.name else raw for raw in (was, now))
        if unordered(spec, old) == unordered(spec, new):
            continue
        place = f"{where}{spec.label}"
        if spec.kind == "group":
            yield from _changes(spec.parts, old or {}, new or {}, before, after, f"{place}：")
        elif spec.kind in ("rows", "named"):
            yield from _rows(spec, old, new, before, after, place)
        else:
            said = Change(place, words(spec, old, was, before), words(spec, new, now, after))
            if said.was != said.now:
                yield said


def _rows(spec: Spec, old: Any, new: Any, before: Side, after: Side, place: str) -> Iterator[Change]:
    """Rows are the same if they have the same name; then only what is different in them is told."""
    first, second = _titled(spec, old, before), _titled(spec, new, after)
    for title, row in first.items():
        if title not in second:
            yield Change(place, _summary(spec, row, before, title), "")
        elif row != second[title]:
            yield from _changes(spec.parts, row, second[title], before, after, f"{place}：{title}：")
    for title, row in second.items():
        if title not in first:
            yield Change(place, "", _summary(spec, row, after, title))
    if first.keys() == second.keys() and list(first) != list(second):
        yield Change(f"{place}的顺序", "、".join(first), "、".join(second))


def _titled(spec: Spec, value: Any, side: Side) -> dict[str, Raw]:
    """The rows by what each is about; the second one about the same says that it is the second."""
    found: dict[str, Raw] = {}
    for row in listed(spec, value):
        title = _title(spec, row, side)
        again = sum(one == title or one.startswith(f"{title}（第 ") for one in found)
        found[f"{title}（第 {again + 1} 条）" if again else title] = row
    return found


def _title(spec: Spec, row: Raw, side: Side) -> str:
    key = spec.key or next((part.name for part in spec.parts if part.kind in ("text", "select")), "")
    fixed = next((part for part in spec.parts if part.name == key and part.options), None)
    if spec.parts[0].name == "":
        return str(row.get("rule") or row.get("say") or side.rule(row))
    return side.lists.label(fixed.options, str(row.get(key, ""))) if fixed else str(row.get(key, ""))


def _summary(spec: Spec, row: Raw, side: Side, title: str) -> str:
    """A whole row in one line."""
    if spec.parts[0].name == "":
        return side.rule(row)
    parts = [
        (p, row.get(p.name))
        for p in spec.parts
        if p.kind not in ("rows", "named", "group", "fixed") and p.name != "required"
    ]
    said = [(part.label, words(part, value, row, side)) for part, value in parts if value not in (None, "", False)]
    more = "；".join(f"{label}：{text}" for label, text in said if text and text != _title(spec, row, side))
    return f"{title}（{more}）" if more and len(more) < 120 else title


def words(spec: Spec, value: Any, row: Raw, side: Side) -> str:
    """One value as people read it."""
    if value is None or value == "":
        return ""
    match spec.kind:
        case "rule":
            return side.rule(value)
        case "tick":
            return "是" if value else "否"
        case "lines":
            return "、".join(value)
        case "choices":
            return _answer(row.get(spec.key, ""), list(value), side)
        case "boxes":
            return "、".join(side.lists.label(spec.options, str(one)) for one in value)
        case "money":
            return f"{'、'.join(typed_of(side.lists.money, 'is', value))} 元"
        case "value":
            return _answer(row.get(spec.key, ""), value, side)
        case "select" | "fixed":
            return side.lists.label(spec.options, str(value))
    return str(value)


def _answer(fact: str, value: Any, side: Side) -> str:
    named = side.lists.facts.get(fact)
    texts = typed_of(named, "is", value)
    return "、".join((named.options.get(text, text) if named else text) for text in texts)
