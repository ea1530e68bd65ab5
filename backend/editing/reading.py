"""From a filled-in page to the item's stored data, or everything that is wrong with it at once. Pure."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from backend.catalogue.pack_format import ItemFile
from backend.catalogue.pack_read import told
from backend.core.conditions_form import Vocabulary
from backend.core.conditions_form_rule import rule_of
from backend.core.conditions_form_values import Named, ValueProblem, value_of
from backend.core.errors import Problem
from backend.core.i18n import _
from backend.editing.fields import SPEC_OF, Spec
from backend.editing.filled import Filled, Raw, unordered, whole
from backend.editing.lists import Lists

ROLE_NAME = re.compile(r"[a-z][a-z_]{0,29}")


class Reading(msgspec.Struct, frozen=True):
    """`raw` counts only where there are no problems."""

    raw: Raw
    problems: tuple[Problem, ...]


def read(specs: Iterable[Spec], filled: Filled, words: Vocabulary, lists: Lists) -> Reading:
    reader = _Reader(words, lists)
    raw = reader.all(tuple(specs), filled, "")
    return Reading(raw, tuple(reader.problems))


def merged(before: Raw, page: Raw) -> Raw:
    """The item's data with this page's; what means the same as before stays written as it was."""
    fresh = {key: value for key, value in (before | page).items() if value is not None or key in before}
    old, new = whole(before), whole(fresh)
    same = {key for key in page if unordered(SPEC_OF[key], old[key]) == unordered(SPEC_OF[key], new[key])}
    keys = [*before, *(field.name for field in msgspec.structs.fields(ItemFile) if field.name not in before)]
    found = {key: before.get(key) if key in same else fresh.get(key) for key in keys}
    return {key: value for key, value in found.items() if value is not None}


def converts(raw: Raw) -> Problem | None:
    """Why this cannot be an item at all; what is merely wrong with it is for the guide rules to say."""
    try:
        msgspec.convert(raw, ItemFile)
    except msgspec.ValidationError as error:
        place = re.search(r"\$\.(\w+(?:\.\w+|\[\d+\])*)", str(error))
        field = re.sub(r"\[(\d+)\]", r".\1", place[1]) if place else "name"
        return Problem(_("还不对：%(why)s"), field, {"why": told(str(error))})
    return None


class _Reader:
    def __init__(self, words: Vocabulary, lists: Lists) -> None:
        self.words, self.lists = words, lists
        self.problems: list[Problem] = []

    def wrong(self, place: str, say: str) -> None:
        self.problems.append(Problem(say, place))

    def all(self, specs: tuple[Spec, ...], filled: Filled, place: str) -> Raw:
        return {spec.name: self.one(spec, filled, f"{place}{spec.name}") for spec in specs}

    def one(self, spec: Spec, filled: Filled, place: str) -> Any:
        match spec.kind:
            case "rule":
                return self.rule(filled, spec, place.rstrip("."))
            case "rows":
                if not (spec.blank or filled.rows[spec.name]):
                    self.wrong(place, _("这里还没有填。"))
                return [self.row(spec, row, f"{place}.{n}") for n, row in enumerate(filled.rows[spec.name])]
            case "named":
                return self.named(spec, filled.rows[spec.name], place)
            case "group":
                return self.group(spec, filled.groups[spec.name], place)
            case "value":
                return self.value(spec, filled, place)
            case "choices":
                return self.choices(spec, filled, place)
        return self.text(spec, filled.texts.get(spec.name, ()), place)

    def rule(self, filled: Filled, spec: Spec, place: str) -> Raw | None:
        rule, problems = rule_of(filled.rules.get(spec.name), place, self.words)
        self.problems += problems
        return rule

    def row(self, spec: Spec, row: Filled, place: str) -> Any:
        if spec.parts[0].name == "":  # a list of rules
            rule, problems = rule_of(row.rules.get(""), place, self.words)
            self.problems += problems or ([] if rule else [Problem(_("这条规则是空的，写上条件或者移出。"), place)])
            return rule
        raw = {key: value for key, value in self.all(spec.parts, row, f"{place}.").items() if value not in (None, "")}
        if spec.name in ("asks", "materials"):
            raw = {key: value for key, value in raw.items() if (key, value) != ("required", True)}
            return raw[spec.key] if raw.keys() == {spec.key} else raw
        return {key: value for key, value in raw.items() if value is not False}

    def named(self, spec: Spec, rows: tuple[Filled, ...], place: str) -> Raw:
        found: Raw = {}
        for n, row in enumerate(rows):
            key = row.text(spec.key)
            if key in found:
                self.wrong(f"{place}.{n}.{spec.key}", _("这一个写了两次，留一个就行。"))
            found[key] = (
                self.role(row, f"{place}.{n}") if spec.name == "roles" else self.under(spec, row, f"{place}.{n}")
            )
        return found

    def under(self, spec: Spec, row: Filled, place: str) -> Any:
        self.text(spec.parts[0], row.texts.get(spec.key, ()), f"{place}.{spec.key}")
        part = spec.parts[1]
        return self.one(part, row, f"{place}.{part.name}")

    def role(self, row: Filled, place: str) -> Any:
        name, kind, span, label = (row.text(word) for word in ("name", "kind", "span", "label"))
        if not ROLE_NAME.fullmatch(name):
            self.wrong(f"{place}.name", _("代号只用小写字母和下划线，例如 spouse。"))
        if kind not in self.lists.values("kinds"):
            self.wrong(f"{place}.kind", _("请从列出的几项里选。"))
        if span not in self.lists.values("spans") and not re.fullmatch(r"\[\d{1,2}\.\.\d{1,2}\]", span, re.ASCII):
            self.wrong(f"{place}.span", _("请从列出的几项里选。"))
        written = kind + ("" if span == "one" else span)
        return {"kind": written, "label": label} if label else written

    def group(self, spec: Spec, filled: Filled, place: str) -> Raw | None:
        there = (*(any(texts) for texts in filled.texts.values()), *filled.rules.values(), *filled.rows.values())
        if spec.optional and not any(there):
            return None
        raw = self.all(spec.parts, filled, f"{place}.")
        wanting = {part.name for part in spec.parts if part.kind in ("text", "select")}
        return {key: value for key, value in raw.items() if value is not None and (value != "" or key not in wanting)}

    def value(self, spec: Spec, filled: Filled, place: str) -> Any:
        named = self.lists.facts.get(filled.text(spec.key))
        if named is None:
            return None
        try:
            return value_of(named, "is" if named.kind != "choices" else "in", filled.texts.get(spec.name, ()))
        except ValueProblem as problem:
            self.wrong(place, problem.say)
            return None

    def choices(self, spec: Spec, filled: Filled, place: str) -> list[str]:
        """Some answers of another field's question; none at all would mean that nobody may apply."""
        named, given = self.lists.facts.get(filled.text(spec.key)), filled.texts.get(spec.name, ())
        known = named.options if named else {}
        if not any(given):
            self.wrong(place, _("这里还没有填。"))
        elif not set(given) <= set(known):
            self.wrong(place, _("请从列出的几项里选。"))
        return list(dict.fromkeys(given))

    def text(self, spec: Spec, texts: tuple[str, ...], place: str) -> Any:
        given = [text for text in texts if text]
        match spec.kind:
            case "tick":
                return bool(given)
            case "lines":
                return list(dict.fromkeys(line.strip() for text in given for line in text.splitlines() if line.strip()))
            case "boxes":
                return self.boxes(spec, given, place)
        if not given:
            if not spec.blank:
                self.wrong(place, _("这里还没有填。"))
            return "" if spec.kind in ("text", "long") else None
        return self.given(spec, given[0], place)

    def boxes(self, spec: Spec, given: list[str], place: str) -> list[str]:
        known = self.lists.values(spec.options)
        if any(one not in known for one in given):
            self.wrong(place, _("请从列出的几项里选。"))
        return list(dict.fromkeys(given))

    def given(self, spec: Spec, text: str, place: str) -> Any:
        if spec.kind in ("number", "money"):
            return self.number(spec, text, place)
        if spec.kind == "date":
            return self.read(Named(kind="date"), text, place)
        if spec.kind in ("select", "fixed"):
            if text not in self.lists.values(spec.options):
                self.wrong(place, _("请从列出的几项里选。"))
            return int(text) if spec.options == "depths" and text.isdecimal() else text
        return text.replace("\r\n", "\n")

    def number(self, spec: Spec, text: str, place: str) -> Any:
        found = self.read(Named(kind="money" if spec.kind == "money" else "years"), text, place)
        if isinstance(found, int) and found < 0:
            self.wrong(place, _("这里不能是负数。"))
        return found

    def read(self, named: Named, text: str, place: str) -> Any:
        try:
            return value_of(named, "is", (text,))
        except ValueProblem as problem:
            self.wrong(place, problem.say)
            return 0
