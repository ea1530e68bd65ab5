"""The parts of a guide that are stored under a name: rules that others call, and facts that are worked out. Pure."""

from typing import Any, Protocol

from backend.core.conditions_derive import DERIVATIONS
from backend.core.i18n import _

Raw = dict[str, Any]
NAMED = {"n": "rules", "d": "derived"}
HOW = {
    "years_since": _("从那天起几年"),
    "months_since": _("从那天起几个月"),
    "days_since": _("从那天起几天"),
    "days_between": _("两天之间几天"),
    "months_between": _("两天之间几个月"),
    "years_between": _("两天之间几年"),
    "per_head": _("每人多少"),
    "birth_date_of_id": _("身份证号里的生日"),
    "sex_of_id": _("身份证号里的性别"),
}


class Form(Protocol):
    """What was sent."""

    def text(self, name: str, default: str = "") -> str: ...


def named_part(kind: str, name: str, value: Raw) -> Raw:
    """A rule as {name, rule}; a derived fact as {name, how, of, and}."""
    if kind == "n":
        return {"name": name, "rule": value}
    how, of = next(iter(value.items()))
    first, second = (*(of if isinstance(of, list) else [of]), "")[:2]
    return {"name": name, "how": how, "of": first, "and": second}


def with_named(data: Raw, words: str, at: int, part: Raw) -> Raw:
    """The part in its place; where a rule got another name, whoever called it calls it so."""
    entries = list(data[words].items())
    before = entries[at][0]
    name = part["name"] if part["name"] == before or part["name"] not in data[words] else before
    entries[at] = (name, part["rule"] if "rule" in part else _derived(part))
    changed = {**data, words: dict(entries)}
    return _called(changed, before, name) if words == "rules" and name != before else changed


def _derived(part: Raw) -> Raw:
    two = part["how"] in DERIVATIONS and DERIVATIONS[part["how"]].takes == 2
    return {part["how"]: [part["of"], part["and"]] if two else part["of"]}


def _called(data: Any, before: str, name: str) -> Any:
    if isinstance(data, list):
        return [_called(one, before, name) for one in data]
    if isinstance(data, dict):
        return {
            word: name if word == "holds" and one == before else _called(one, before, name)
            for word, one in data.items()
        }
    return data


def without_named(data: Raw, words: str, at: int) -> Raw:
    left = dict(one for n, one in enumerate(data[words].items()) if n != at)
    kept = {word: value for word, value in data.items() if word != words}
    return {**kept, words: left} if left else kept


def add_named(data: Raw, kind: str) -> Raw:
    """With something in it that can be read: the editor writes over it."""
    words, first = NAMED[kind], data["questions"][0]["ask"]
    there = data.get(words, {})
    stem = "规则" if kind == "n" else "worked_out_"
    name = next(f"{stem}{n}" for n in range(1, 1000) if f"{stem}{n}" not in there)
    value = {"fact": first, "known": True} if kind == "n" else {"years_since": first}
    return {**data, words: {**there, name: value}}


def read_named_rule(part: Raw, form: Form, rule: Raw | None) -> Raw:
    """A rule that was emptied stays as it was: to be rid of it, it is taken out of the list."""
    return {"name": form.text("name") or part["name"], "rule": rule or part["rule"]}


def read_derived(part: Raw, form: Form, rule: Raw | None) -> Raw:
    said = {word: form.text(word) or part[word] for word in ("name", "how", "of")}
    return {**said, "and": form.text("and")}
