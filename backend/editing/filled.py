"""A page of the form as it was filled in: texts, rows, rules. From stored data, from what was sent, after a button. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from backend.catalogue.pack_format import ItemFile
from backend.core.conditions_form import Part, Vocabulary, part_of
from backend.core.conditions_form import after as rule_after
from backend.core.conditions_form import typed as rule_typed
from backend.core.conditions_form_values import Named, typed_of
from backend.editing.fields import Spec

Raw = dict[str, Any]
MOST_ROWS = 200


class Filled(msgspec.Struct, frozen=True):
    """`texts` by field; `rows` of lists; `groups` inside; `rules` by field, None where there is no condition."""

    texts: dict[str, tuple[str, ...]] = {}
    rows: dict[str, tuple["Filled", ...]] = {}
    groups: dict[str, "Filled"] = {}
    rules: dict[str, Part | None] = {}

    def text(self, name: str) -> str:
        return next(iter(self.texts.get(name, ())), "")


def opened(raw: Raw, specs: Iterable[Spec], words: Vocabulary) -> Filled:
    """An item's stored data as somebody would have typed it, with what stands for everything that was not written."""
    return filled_of(specs, whole(raw), words)


def whole(raw: Raw) -> Raw:
    """An item's data with every default written out."""
    written: Raw = msgspec.to_builtins(msgspec.convert(raw, ItemFile))
    return written


def filled_of(specs: Iterable[Spec], raw: Raw, words: Vocabulary) -> Filled:
    found = _Parts()
    for spec in specs:
        value = raw.get(spec.name) if spec.name else raw
        match spec.kind:
            case "rule":
                found.rules[spec.name] = part_of(value, words) if value else None
            case "rows" | "named":
                found.rows[spec.name] = tuple(filled_of(spec.parts, one, words) for one in listed(spec, value))
            case "group":
                found.groups[spec.name] = filled_of(spec.parts, value or {}, words)
            case "value":
                named = words.facts.get(raw.get(spec.key, ""))
                found.texts[spec.name] = typed_of(named, "is", value) if value is not None else ()
            case _:
                found.texts[spec.name] = _texts(spec, value)
    return found.filled()


class _Parts:
    def __init__(self) -> None:
        self.texts: dict[str, tuple[str, ...]] = {}
        self.rows: dict[str, tuple[Filled, ...]] = {}
        self.groups: dict[str, Filled] = {}
        self.rules: dict[str, Part | None] = {}

    def filled(self) -> Filled:
        return Filled(self.texts, self.rows, self.groups, self.rules)


def listed(spec: Spec, value: Any) -> list[Raw]:
    """The rows of a list, also of one stored more shortly: `applicant.name`, `{spouse: "person?"}`, `{fact: value}`."""
    if spec.name == "roles":
        return [_role(name, written) for name, written in (value or {}).items()]
    if spec.kind == "named":
        second = spec.parts[1].name
        return [{spec.key: key, second: one} for key, one in (value or {}).items()]
    short = spec.name in ("asks", "materials")
    rows = [{spec.key: one} if isinstance(one, str) else one for one in value or []]
    return [{"required": True, **one} for one in rows] if short else rows


def unordered(spec: Spec, value: Any) -> Any:
    """The value with ticked boxes in one fixed order: whoever ticks them chooses which, not in which order."""
    match spec.kind:
        case "boxes" | "choices":
            return sorted(map(str, value or ()))
        case "group" if value:
            return value | {part.name: unordered(part, value.get(part.name)) for part in spec.parts}
        case "rows" if spec.parts[0].name:
            group = msgspec.structs.replace(spec, kind="group")
            return [unordered(group, row) for row in listed(spec, value)]
    return value


def _role(name: str, written: Any) -> Raw:
    kind, label = (written, "") if isinstance(written, str) else (written["kind"], written.get("label", ""))
    plain = kind.rstrip("?").partition("[")[0]
    return {"name": name, "kind": plain, "span": kind.removeprefix(plain) or "one", "label": label}


def _texts(spec: Spec, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if spec.kind == "tick":
        return ("yes",) if value else ()
    if spec.kind == "lines":
        return ("\n".join(value),)
    if spec.kind in ("boxes", "choices"):
        return tuple(map(str, value))
    if spec.kind == "money":
        return typed_of(Named(kind="money"), "is", value)
    return (str(value),)


def typed(specs: Iterable[Spec], fields: list[tuple[str, str]], place: str = "") -> Filled:
    """What was sent of these fields. A row is there if any of its fields was sent."""
    found = _Parts()
    for spec in specs:
        here = f"{place}{spec.name}"
        match spec.kind:
            case "rule":
                found.rules[spec.name] = rule_typed(fields, here.rstrip("."))
            case "rows" | "named":
                numbers = sorted(_numbers(fields, f"{here}."))[:MOST_ROWS]
                found.rows[spec.name] = tuple(typed(spec.parts, fields, f"{here}.{n}.") for n in numbers)
            case "group":
                found.groups[spec.name] = typed(spec.parts, fields, f"{here}.")
            case _:
                found.texts[spec.name] = tuple(text.strip() for name, text in fields if name == here)
    return found.filled()


def _numbers(fields: list[tuple[str, str]], begin: str) -> set[int]:
    heads = {name.removeprefix(begin).partition(".")[0] for name, _text in fields if name.startswith(begin)}
    return {int(head) for head in heads if head.isascii() and head.isdecimal() and len(head) < 4}


def after(specs: Iterable[Spec], filled: Filled, do: str, picked: Callable[[str], str], place: str = "") -> Filled:
    """The page after a button: `add:steps`, `remove:steps.2`, `up:steps.2`, or a button of a rule. `picked`: what was
    chosen for a new row of this list."""
    found = _Parts()
    found.texts = dict(filled.texts)
    for spec in specs:
        here = f"{place}{spec.name}"
        match spec.kind:
            case "rule":
                found.rules[spec.name] = rule_after(filled.rules.get(spec.name), here.rstrip("."), do)
            case "rows" | "named":
                rows = tuple(
                    after(spec.parts, row, do, picked, f"{here}.{n}.") for n, row in enumerate(filled.rows[spec.name])
                )
                found.rows[spec.name] = _moved(spec, rows, here, do, picked)
            case "group":
                found.groups[spec.name] = after(spec.parts, filled.groups[spec.name], do, picked, f"{here}.")
    return found.filled()


def _moved(
    spec: Spec, rows: tuple[Filled, ...], here: str, do: str, picked: Callable[[str], str]
) -> tuple[Filled, ...]:
    deed, _colon, at = do.partition(":")
    if deed == "add" and at == here:
        chosen = picked(f"{here}.new") if spec.pick else ""
        return (*rows, _new(spec, chosen)) if chosen or not spec.pick else rows
    number = at.removeprefix(f"{here}.")
    if (
        deed not in ("remove", "up", "down")
        or not (number.isascii() and number.isdecimal())
        or int(number) >= len(rows)
    ):
        return rows
    others = [row for n, row in enumerate(rows) if n != int(number)]
    if deed != "remove":
        others.insert(max(int(number) - 1, 0) if deed == "up" else int(number) + 1, rows[int(number)])
    return tuple(others)


def _new(spec: Spec, chosen: str) -> Filled:
    """An empty row; what is nearly always so is ticked already."""
    found = _Parts()
    for part in spec.parts:
        if part.kind in ("rows", "named"):
            found.rows[part.name] = ()
        elif part.kind == "group":
            found.groups[part.name] = typed(part.parts, [])
        elif part.kind == "rule":
            found.rules[part.name] = None
        else:
            found.texts[part.name] = (chosen,) if part.name == spec.key and chosen else ()
    found.texts |= {"required": ("yes",)} if "required" in found.texts else {}
    return found.filled()


def rules_in(filled: Filled) -> Iterator[Part]:
    yield from (rule for rule in filled.rules.values() if rule)
    for inner in (*filled.groups.values(), *(row for rows in filled.rows.values() for row in rows)):
        yield from rules_in(inner)
