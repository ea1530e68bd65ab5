"""The rule that the rows of `conditions_form.py` make, or everything that is wrong with them at once. Pure."""

from collections.abc import Callable
from typing import Any

import msgspec

from backend.core.conditions_decode import decode
from backend.core.conditions_form import COUNTED, HEADS, OTHER, SAID, Part, Raw, Vocabulary, summed
from backend.core.conditions_form_values import Named, ValueProblem, value_of
from backend.core.conditions_model import ConditionError
from backend.core.errors import Problem
from backend.core.i18n import _

WRITTEN = (*HEADS, OTHER)


def rule_of(part: Part | None, place: str, words: Vocabulary) -> tuple[Raw | None, list[Problem]]:
    """The rule as it is stored, and everything that is wrong with it; the rule counts only where nothing is."""
    if part is None:
        return None, []
    problems: list[Problem] = []
    rule = _Writer(words, problems).rule(part, place)
    if not problems:
        try:
            decode(written_out(rule))
        except ConditionError as error:
            problems.append(Problem(_("这里还不对：%(why)s"), f"{place}.head", {"why": error.sentence}))
    return rule, problems


def written_out(rule: Any) -> Any:
    """A rule called by its name as something that can be decoded; whether there is one of that name is told elsewhere."""
    if isinstance(rule, list):
        return [written_out(one) for one in rule]
    if isinstance(rule, dict):
        called = {"fact": "named", "known": True} if "holds" in rule else {}
        return called or {word: written_out(part) for word, part in rule.items()}
    return rule


class _Writer:
    def __init__(self, words: Vocabulary, problems: list[Problem]) -> None:
        self.words, self.problems = words, problems

    def wrong(self, place: str, word: str, say: str) -> None:
        self.problems.append(Problem(say, f"{place}.{word}"))

    def rule(self, part: Part, place: str) -> Raw:
        write: Callable[[Part, str], Raw] | None = (
            getattr(self, f"_{part.head}", None) if part.head in WRITTEN else None
        )
        if write is None or (part.head == "item" and not self.words.fits):
            self.wrong(place, "head", _("请选这一条看什么。"))
            return {}
        return write(part, place) | {word: part.text(word) for word in SAID if part.text(word)}

    def _all(self, part: Part, place: str) -> Raw:
        return {"all": self.inside(part, place)}

    def _any(self, part: Part, place: str) -> Raw:
        return {"any": self.inside(part, place)}

    def _not(self, part: Part, place: str) -> Raw:
        inside = self.inside(part, place)
        if len(inside) > 1:
            self.wrong(place, "head", _("“不能成立”下面只能有一条。几条一起，请先放进一组。"))
        return {"not": next(iter(inside), {})}

    def _fact(self, part: Part, place: str) -> Raw:
        return self.operand(part, place, "fact") | self.comparison(part, place)

    def _compare(self, part: Part, place: str) -> Raw:
        left, right = self.operand(part, place, "fact"), self.operand(part, place, "with", "with_")
        by, plus = part.text("op") or "is", part.text("plus")
        rule = {"compare": left.pop("fact"), **left, "with": right if len(right) > 1 else right["fact"]}
        return rule | ({"by": by} if by != "is" else {}) | ({"plus": self.whole(plus, place)} if plus else {})

    def _every(self, part: Part, place: str) -> Raw:
        return {part.head: self.role(part, place), "that": next(iter(self.inside(part, place)), {})}

    _some = _every

    def _count(self, part: Part, place: str) -> Raw:
        return {"count": self.role(part, place)} | self.that(part, place) | self.compared(part, place, COUNTED)

    def _sum(self, part: Part, place: str) -> Raw:
        of = self.operand(part, place, "fact")
        return {"sum": of.pop("fact")} | of | self.that(part, place) | self.comparison(part, place)

    def _score(self, part: Part, place: str) -> Raw:
        rules = self.inside(part, place)
        worths = [self.number(one, f"{place}.{n}", "worth", 1) for n, one in enumerate(part.parts)]
        counted = [
            rule if worth == 1 else {"when": rule, "worth": worth} for rule, worth in zip(rules, worths, strict=True)
        ]
        return {"count": counted} | self.compared(part, place, COUNTED)

    def _total(self, part: Part, place: str) -> Raw:
        if not part.parts:
            self.wrong(place, "head", _("这一组里还没有条件，加一条，或者把这一组移出。"))
        terms = [self.term(one, f"{place}.{n}") for n, one in enumerate(part.parts)]
        return {"sum": terms} | self.compared(part, place, summed(part, self.words))

    def term(self, part: Part, place: str) -> str | Raw:
        of, times = self.operand(part, place, "fact"), self.number(part, place, "times", 1)
        of |= {"times": times} if times != 1 else {}
        return of if len(of) > 1 else str(of["fact"])

    def number(self, part: Part, place: str, word: str, usual: int) -> Any:
        """A plain number; nothing written is the usual one."""
        if not part.text(word):
            return usual
        try:
            return value_of(COUNTED, "is", (part.text(word),))
        except ValueProblem as problem:
            self.wrong(place, word, problem.say)
            return usual

    def _item(self, part: Part, place: str) -> Raw:
        return {"item": "fits"}

    def _holds(self, part: Part, place: str) -> Raw:
        if part.text("role") not in self.words.named:
            self.wrong(place, "role", _("请选一条起好名字的规则。"))
        return {"holds": part.text("role")}

    def _other(self, part: Part, place: str) -> Raw:
        """Only what can be read as a rule: it came from us and went through a browser."""
        try:
            rule = msgspec.json.decode(part.text(OTHER).encode(), type=dict[str, Any])
            decode(written_out(rule))
        except (msgspec.DecodeError, ConditionError):
            self.wrong(place, "head", _("这一条没有完整传到，请移出后重写。"))
            return {}
        return rule

    def inside(self, part: Part, place: str) -> list[Raw]:
        if not part.parts:
            self.wrong(place, "head", _("这一组里还没有条件，加一条，或者把这一组移出。"))
        return [self.rule(one, f"{place}.{number}") for number, one in enumerate(part.parts)]

    def that(self, part: Part, place: str) -> Raw:
        return {"that": self.rule(part.parts[0], f"{place}.0")} if part.parts else {}

    def role(self, part: Part, place: str) -> str:
        if part.text("role") not in self.words.repeated:
            self.wrong(place, "role", _("请选是哪些人或物。"))
        return part.text("role")

    def operand(self, part: Part, place: str, word: str, prefix: str = "") -> Raw:
        fact, source, trust = part.text(word), part.text(f"{prefix}from"), part.text(f"{prefix}trust")
        if fact not in self.words.facts:
            self.wrong(place, word, _("请选一项内容。"))
        if source and source not in self.words.sources:
            self.wrong(place, f"{prefix}from", _("没有这个来源，请重新选。"))
        if trust and trust not in ("A", "B", "C", "D"):
            self.wrong(place, f"{prefix}trust", _("没有这个可信程度，请重新选。"))
        return {"fact": fact} | ({"from": source} if source else {}) | ({"trust": trust} if trust else {})

    def whole(self, text: str, place: str) -> Any:
        try:
            return value_of(COUNTED, "is", (text,))
        except ValueProblem as problem:
            self.wrong(place, "plus", problem.say)
            return 0

    def comparison(self, part: Part, place: str) -> Raw:
        named = self.words.facts.get(part.text("fact"))
        return self.compared(part, place, named) if named else {}

    def compared(self, part: Part, place: str, named: Named) -> Raw:
        op = part.text("op")
        if op not in named.ops:
            self.wrong(place, "op", _("请选怎么比。"))
            return {}
        try:
            return {op: value_of(named, op, part.said.get("value", ()))}
        except ValueProblem as problem:
            self.wrong(place, "value", problem.say)
            return {}
