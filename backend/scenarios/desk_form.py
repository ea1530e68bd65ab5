"""A guide's text as an editor changes it: a page for the whole, one for each question, one for each result. Pure.

Named rules and derived facts are pages as well. What the form has no field for (options that depend on answers) stays as
it was written.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from backend.catalogue.model import Pack
from backend.core.conditions_form import Part, Vocabulary, part_of
from backend.core.conditions_form_values import Named
from backend.scenarios.desk_form_names import (
    NAMED,
    Form,
    add_named,
    named_part,
    read_derived,
    read_named_rule,
    with_named,
    without_named,
)
from backend.scenarios.scenario_questions import OF_TYPE
from backend.scenarios.scenario_rules import spelt

Raw = dict[str, Any]
KINDS = ("element", "choose", "several", "bands", *OF_TYPE)
LINE = re.compile(r"\s*([^：:=]+?)\s*(?:[：:=]\s*(.+?)\s*)?")
REGION = re.compile(r"\d{6}|\d{9}|\d{12}|elsewhere")
NEW_QUESTION: Raw = {"text": "新的问题", "choose": ["是这样", "不是这样"]}
NEW_RESULT: Raw = {"advice": "新的提示"}


class Place(msgspec.Struct, frozen=True):
    """One page of the form: `basics`, `q3`, `r0`; `n1` a rule with a name, `d0` a fact that is worked out."""

    kind: str
    at: int = 0

    @property
    def list_name(self) -> str:
        return {"q": "questions", "r": "results", "n": "rules", "d": "derived"}[self.kind]

    @property
    def named(self) -> bool:
        """Stored under its name."""
        return self.kind in ("n", "d")

    @property
    def name(self) -> str:
        return self.kind if self.kind == "basics" else f"{self.kind}{self.at}"


def place_of(name: str, data: Raw) -> Place | None:
    """None for a page this guide has not."""
    found = re.fullmatch(r"([qrnd])(\d{1,3})", name, re.ASCII)
    if not found:
        return Place("basics") if name == "basics" else None
    place = Place(found[1], int(found[2]))
    return place if place.at < len(data.get(place.list_name, ())) else None


def part_at(data: Raw, place: Place) -> Raw:
    if place.named:
        return named_part(place.kind, *list(data[place.list_name].items())[place.at])
    return data if place.kind == "basics" else data[place.list_name][place.at]


def with_part(data: Raw, place: Place, part: Raw) -> Raw:
    if place.kind == "basics":
        return {**data, **part}
    if place.named:
        return with_named(data, place.list_name, place.at, part)
    listed = list(data[place.list_name])
    listed[place.at] = part
    return {**data, place.list_name: listed}


def rearranged(data: Raw, do: str) -> Raw:
    """After a button: `add:q`, `up:q3`, `down:r1`, `remove:r0`. Anything else changes nothing."""
    deed, _colon, name = do.partition(":")
    if deed == "add" and name in ("n", "d"):
        return add_named(data, name)
    if deed == "add" and name in ("q", "r"):
        return _added(data, name)
    place = place_of(name, data)
    if place is None or place.kind == "basics":
        return data
    if place.named:
        return without_named(data, place.list_name, place.at) if deed == "remove" else data
    listed = list(data[place.list_name])
    one = listed.pop(place.at)
    to = {"up": max(0, place.at - 1), "down": place.at + 1}.get(deed)
    if to is not None:
        listed.insert(to, one)
    return {**data, place.list_name: listed} if deed in ("up", "down", "remove") and listed else data


def _added(data: Raw, kind: str) -> Raw:
    if kind == "q":
        used = {one.get("ask") for one in data["questions"]}
        name = next(f"q{n}" for n in range(1, 1000) if f"q{n}" not in used)
        return {**data, "questions": [*data["questions"], {"ask": name, **NEW_QUESTION}]}
    used = {one.get("id") or one.get("item") or one.get("advice") for one in data["results"]}
    name = next(f"advice_{n}" for n in range(1, 1000) if f"advice_{n}" not in used)
    return {**data, "results": [*data["results"], {"id": name, **NEW_RESULT}]}


def kind_of(question: Raw) -> str:
    written = next((kind for kind in ("choose", "several", "bands") if question.get(kind)), None)
    return written or question.get("type") or "element"


def option_lines(question: Raw) -> str:
    """One option a line: `value：label`, or the label alone."""
    kind = kind_of(question)
    listed = question.get(kind, ()) if kind in ("choose", "several", "bands") else ()
    if not isinstance(listed, dict):
        return "\n".join(spelt(one) for one in listed)
    return "\n".join(f"{value}：{_label(one)}" for value, one in listed.items())


def _label(one: Any) -> str:
    return str(one["label"]) if isinstance(one, dict) else spelt(one)


def read_basics(data: Raw, form: Form) -> Raw:
    """Order and display only where they are not what they are anyway."""
    chosen = {"order": form.text("order"), "show": form.text("show")}
    usual = {"order": "fewest", "show": "all"}
    texts = {word: form.text(word) for word in ("title", "summary", "glyph")}
    kept = {word: value for word, value in data.items() if word not in chosen}
    return {**kept, **texts, **{word: said for word, said in chosen.items() if said and said != usual[word]}}


def read_question(question: Raw, form: Form, rule: Raw | None) -> Raw:
    kept = {word: question[word] for word in ("must",) if word in question}
    ask = {"ask": form.text("ask") or question["ask"]}
    words = {word: form.text(word) for word in ("text", "help", "why", "unit", "none") if form.text(word)}
    limits = {word: _limit(form.text(word)) for word in ("least", "most") if form.text(word)}
    force = {"force": True} if form.text("force") else {}
    return {**ask, **words, **_answered(question, form), **limits, **({"when": rule} if rule else {}), **force, **kept}


def _answered(question: Raw, form: Form) -> Raw:
    kind = form.text("kind")
    if kind in ("choose", "several", "bands"):
        return {kind: _options(question.get(kind), form.text("options"), plain=kind == "bands")}
    return {"type": kind} if kind in OF_TYPE else {}


def _options(before: Any, text: str, *, plain: bool) -> Any:
    pairs = [(found[1], found[2]) for line in text.splitlines() if line.strip() and (found := LINE.fullmatch(line))]
    if plain or not any(label for _, label in pairs):
        return [value for value, _ in pairs]
    old = before if isinstance(before, dict) else {}
    return {
        value: {**old[value], "label": label or value} if isinstance(old.get(value), dict) else label or value
        for value, label in pairs
    }


def _limit(text: str) -> int | float | str:
    try:
        return int(text)
    except ValueError:
        return text


def read_result(result: Raw, form: Form, rule: Raw | None) -> Raw:
    item = form.text("item")
    what = {"item": item} if item else {"advice": form.text("advice")}
    name = {"id": form.text("id")} if form.text("id") else {}
    pairs = [LINE.fullmatch(line) for line in form.text("bind").splitlines() if line.strip()]
    bind = {pair[1]: pair[2] for pair in pairs if pair and pair[2]}
    rest = {"otherwise": True} if form.text("otherwise") else {"when": rule} if rule else {}
    return {**name, **what, **({"bind": bind} if bind and item else {}), **rest}


def vocabulary_of(data: Raw, pack: Pack, *, fits: bool) -> Vocabulary:
    """What a rule may speak of here: the guide's questions and derived facts, each with how it is answered."""
    facts = {one["ask"]: _named(one, data.get("parties", {}), pack) for one in data["questions"] if one.get("ask")}
    facts |= {name: Named(kind="number", key=name, label=name) for name in data.get("derived", {})}
    return Vocabulary(facts=facts, fits=fits, named={name: name for name in data.get("rules", {})})


def _named(question: Raw, parties: Mapping[str, str], pack: Pack) -> Named:
    role, _dot, field = question["ask"].partition(".")
    element = pack.elements.get(f"{parties.get(role)}.{field}")
    kind, listed = kind_of(question), question.get(kind_of(question), ())
    options = {spelt(v): _label(o) for v, o in (listed.items() if isinstance(listed, dict) else zip(listed, listed, strict=True))} \
        if kind in ("choose", "several") else dict(element.options) if element else {}  # fmt: skip
    kinds = {
        "choose": "choice",
        "several": "choices",
        "bands": "years",
        "element": str(element.type) if element else "text",
    }
    type_ = kinds.get(kind, kind)
    if kind == "choose" and options and all(REGION.fullmatch(value) for value in options):
        type_ = "region"
    return Named(
        kind=type_, key=question["ask"], label=question.get("text") or (element.label if element else question["ask"]),
        unit=question.get("unit") or (element.unit if element else ""), options=options,
    )  # fmt: skip


def rule_part(part: Raw, words: Vocabulary) -> Part | None:
    return part_of(part.get("rule", part.get("when")), words)


READERS: dict[str, Callable[[Raw, Form, Raw | None], Raw]] = {
    "q": read_question,
    "r": read_result,
    "n": read_named_rule,
    "d": read_derived,
}


def skeleton(title: str) -> Raw:
    return {
        "title": title,
        "questions": [{"ask": "first", "text": "第一个问题", "choose": {"yes": "是", "no": "不是"}}],
        "results": [{"id": "hint", "advice": "第一条提示", "when": {"fact": "first", "is": "yes"}}],
    }


def lines_of(bind: Mapping[str, str] | None) -> str:
    return "\n".join(f"{role}：{party}" for role, party in (bind or {}).items())


def names_of(data: Raw) -> Sequence[tuple[str, str]]:
    """Each page's name and what it is called in the list."""
    questions = [(f"q{n}", one.get("text") or one.get("ask", "")) for n, one in enumerate(data["questions"])]
    results = [(f"r{n}", one.get("item") or one.get("advice", "")) for n, one in enumerate(data["results"])]
    named = [(f"{kind}{n}", name) for kind, words in NAMED.items() for n, name in enumerate(data.get(words, {}))]
    return [("basics", ""), *questions, *results, *named]
