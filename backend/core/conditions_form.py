"""A condition as rows of a form: what was typed in each, what a button does to them, and the rule that comes of it. Pure.

    part = part_of(rule, vocabulary)             # a stored rule as rows; None: no rule
    part = typed(form.fields, "fits")            # what somebody sent, nothing judged yet
    part = after(part, "fits", form.text("do"))  # what a button makes of it: rows added, moved, taken out
    rule, problems = rule_of(part, "fits", vocabulary)   # conditions_form_rule.py: the rule, or all that is wrong
    row = row_of(part, "fits", vocabulary)       # conditions_form_rows.py: for components/condition_form.html

A field is called `<place>.<word>`, a row inside another `<place>.<number>`: `fits.head`, `fits.0.fact`, `fits.0.value`.
The buttons are called `do` and send `<deed>:<place>`. A rule in words the form has no row for is carried along as it is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from backend.core.conditions_form_values import Named, typed_of
from backend.core.conditions_model import OPERATORS

Raw = dict[str, Any]
Typed = dict[str, tuple[str, ...]]

MAX_ROWS_DEEP = 14
GROUPS = ("all", "any", "not")
OVER_MEMBERS = ("every", "some", "count", "sum")
SUMMED = ("score", "total")  # several conditions with what each is worth; several numbers added up
TERM = "term"  # one number of a total
HEADS = ("fact", "compare", *GROUPS, *SUMMED, *OVER_MEMBERS, "item", "holds")
OTHER = "other"  # a rule the form has no row for, as JSON
SAID = ("say", "basis", "rule")
FIELDS = frozenset(
    {
        "head",
        "op",
        "fact",
        "value",
        "from",
        "trust",
        "with",
        "with_from",
        "with_trust",
        "plus",
        "role",
        "worth",
        "times",
        *SAID,
        OTHER,
    }
)
DEEDS = ("begin", "add", "group", "remove", "up", "down", "wrap", "out", "show")


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule may speak of here. `facts` by key (`applicant.age`); `sources`: `register.population` → its name;
    `repeated`: roles with several members → their name. `named`: rules of this guide that may be called by name. `fits`:
    `item: fits` may be said; `ruled`: rows carry a name."""

    facts: Mapping[str, Named]
    sources: Mapping[str, str] = {}
    repeated: Mapping[str, str] = {}
    named: Mapping[str, str] = {}
    fits: bool = False
    ruled: bool = False


class Part(msgspec.Struct, frozen=True):
    """One row: the texts of its fields, and the rows inside it."""

    said: Typed
    parts: tuple["Part", ...] = ()

    @property
    def head(self) -> str:
        return self.text("head") or "fact"

    def text(self, word: str) -> str:
        return next(iter(self.said.get(word, ())), "")


BLANK = Part({"head": ("fact",)})
BEGUN = Part({"head": ("all",)}, (BLANK,))
BLANK_TERM = Part({"head": (TERM,)})
COUNTED, PAID = Named(kind="number"), Named(kind="money")


def summed(part: Part, words: Vocabulary) -> Named:
    """What a total is compared with: money where its first number is money."""
    first = words.facts.get(part.parts[0].text("fact")) if part.head == "total" and part.parts else None
    return PAID if first and first.kind == "money" else COUNTED


def part_of(rule: Raw | None, words: Vocabulary) -> Part | None:
    """A stored rule as somebody would have typed it."""
    if rule is None:
        return None
    head = _head_of(rule)
    said: Typed = {"head": (head,)}
    said |= {word: (str(rule[word]),) for word in (*SAID, "from", "trust") if rule.get(word)}
    match head:
        case "all" | "any":
            return Part(said, tuple(part for one in rule[head] if (part := part_of(one, words))))
        case "not":
            return Part(said, _inside(rule["not"], words))
        case "fact":
            return Part(said | {"fact": (rule["fact"],)} | _compared(rule, words.facts.get(rule["fact"])))
        case "compare":
            return Part(said | _two_sides(rule))
        case "every" | "some":
            return Part(said | {"role": (rule[head],)}, _inside(rule["that"], words))
        case "count" | "sum" if isinstance(rule[head], str):
            of: Typed = {"role": (rule[head],)} if head == "count" else {"fact": (rule[head],)}
            number = words.facts.get(rule[head]) if head == "sum" else None
            return Part(said | of | _compared(rule, number or Named(kind="number")), _inside(rule.get("that"), words))
        case "score" | "total":
            return _summed_part(rule, said, words)
        case "item" | "holds":
            return Part(said | ({"role": (str(rule["holds"]),)} if head == "holds" else {}))
    return Part({"head": (OTHER,), OTHER: (msgspec.json.encode(rule).decode(),)})


def _head_of(rule: Raw) -> str:
    for head, kept in (("score", "count"), ("total", "sum")):
        if isinstance(rule.get(kept), list):
            return head
    return next((head for head in HEADS if head in rule), OTHER)


def _summed_part(rule: Raw, said: Typed, words: Vocabulary) -> Part:
    if "count" in rule:
        return Part(said | _compared(rule, COUNTED), tuple(_weighed(one, words) for one in rule["count"]))
    terms = tuple(_term(one) for one in rule["sum"])
    return Part(said | _compared(rule, summed(Part(said, terms), words)), terms)


def _weighed(one: Raw, words: Vocabulary) -> Part:
    """A condition of a score; without a word about it, it is worth one."""
    told = one.keys() == {"when", "worth"}
    part = part_of(one["when"] if told else one, words) or BLANK
    return Part(part.said | {"worth": (str(one["worth"]) if told else "1",)}, part.parts)


def _term(one: str | Raw) -> Part:
    data = {"fact": one} if isinstance(one, str) else one
    said = {word: (str(data[word]),) for word in ("fact", "times") if data.get(word)}
    return Part({"head": (TERM,), **said})


def _inside(rule: Raw | None, words: Vocabulary) -> tuple[Part, ...]:
    part = part_of(rule, words)
    return (part,) if part else ()


def _compared(rule: Raw, named: Named | None) -> Typed:
    op = next((op for op in OPERATORS if op in rule), "")
    return {"op": (op,), "value": typed_of(named, op, rule[op])} if op else {}


def _two_sides(rule: Raw) -> Typed:
    other = rule["with"] if isinstance(rule["with"], dict) else {"fact": rule["with"]}
    found = {
        "fact": rule["compare"],
        "with": other["fact"],
        "with_from": other.get("from"),
        "with_trust": other.get("trust"),
    }
    found |= {"op": rule.get("by", "is"), "plus": rule.get("plus")}
    return {word: (str(text),) for word, text in found.items() if text}


def typed(fields: Iterable[tuple[str, str]], place: str) -> Part | None:
    """The rows somebody sent under this place; None if there are none. Names that are no row's are left alone."""
    sent: dict[tuple[int, ...], dict[str, list[str]]] = {}
    for name, text in fields:
        if name.startswith(f"{place}."):
            *path, word = name.removeprefix(f"{place}.").split(".")
            numbers = tuple(int(n) for n in path if n.isascii() and n.isdecimal() and len(n) < 5)
            if word in FIELDS and len(numbers) == len(path) <= MAX_ROWS_DEEP:
                sent.setdefault(numbers, {}).setdefault(word, []).append(text.strip())
    return _grown(sent, ()) if "head" in sent.get((), {}) else None


def _grown(sent: dict[tuple[int, ...], dict[str, list[str]]], path: tuple[int, ...]) -> Part:
    below = sorted(p for p, said in sent.items() if len(p) == len(path) + 1 and p[:-1] == path and "head" in said)
    said = {word: tuple(texts) for word, texts in sent[path].items()}
    return Part(said, tuple(_grown(sent, p) for p in below))


def after(part: Part | None, place: str, do: str) -> Part | None:
    """The rows after this button; as they were if it belongs to another place. A group that was emptied is gone."""
    deed, _colon, at = do.partition(":")
    if deed not in DEEDS or not (at == place or at.startswith(f"{place}.")):
        return _whole(part)
    numbers = at.removeprefix(place).strip(".").split(".")
    path = [int(n) for n in numbers if n.isascii() and n.isdecimal() and len(n) < 5]
    if deed == "begin":
        return part or BEGUN
    changed = _changed((part,) if part else (), [0, *path], deed)
    return _whole(changed[0] if len(changed) == 1 else Part({"head": ("all",)}, changed) if changed else None)


def _whole(part: Part | None) -> Part | None:
    """A row whose kind was just changed to one that holds rows has one to begin with."""
    if part is None:
        return None
    inside = tuple(whole for one in part.parts if (whole := _whole(one)))
    if part.head == "total":
        return Part(part.said, tuple(Part(one.said | {"head": (TERM,)}) for one in inside) or (BLANK_TERM,))
    inside = tuple(Part(one.said | {"head": ("fact",)}) if one.head == TERM else one for one in inside)
    wanting = part.head in (*GROUPS, "score", "every", "some") and not inside
    return Part(part.said, (BLANK,) if wanting else inside)


def _changed(row: tuple[Part, ...], path: list[int], deed: str) -> tuple[Part, ...]:
    """This row of neighbours after a deed somewhere at or below it."""
    at, *rest = path
    if at >= len(row):
        return row
    part = row[at]
    if not rest:
        return _done(row, at, deed)
    if deed == "out" and len(rest) == 1 and rest[0] < len(part.parts):
        left = Part(part.said, part.parts[: rest[0]] + part.parts[rest[0] + 1 :])
        return (*row[:at], *((left,) if left.parts else ()), part.parts[rest[0]], *row[at + 1 :])
    inner = _changed(part.parts, rest, deed)
    kept = (Part(part.said, inner),) if inner or part.head not in GROUPS else ()
    return (*row[:at], *kept, *row[at + 1 :])


def _done(row: tuple[Part, ...], at: int, deed: str) -> tuple[Part, ...]:
    part, others = row[at], list(row[:at] + row[at + 1 :])
    match deed:
        case "add" | "group":
            return (*row[:at], Part(part.said, (*part.parts, BLANK if deed == "add" else BEGUN)), *row[at + 1 :])
        case "wrap":
            return (*row[:at], Part({"head": ("all",)}, (part,)), *row[at + 1 :])
        case "remove":
            return tuple(others)
        case "up" | "down":
            others.insert(max(at - 1, 0) if deed == "up" else at + 1, part)
            return tuple(others)
    return row
