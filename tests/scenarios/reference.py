"""The plainest possible reading of a guide's file, written without looking at the engine: every question answered at
once, two values of truth, no skipping. Works on the plain data of the file alone."""

import random
from datetime import date, timedelta
from typing import Any

Answers = dict[str, Any]
ABSENT = object()


class Reference:
    def __init__(self, guide: dict[str, Any], answers: Answers, today: date) -> None:
        self.guide, self.answers, self.today = guide, answers, today
        self.questions = {question["ask"]: question for question in guide["questions"]}

    def visible(self, ask: str) -> bool:
        question = self.questions[ask]
        listed = question.get("choose") or question.get("several")
        offered = not isinstance(listed, dict) or bool(offered_of(self, question))
        return ("when" not in question or self.holds(question["when"])) and offered

    def value(self, fact: str) -> Any:
        if fact in self.guide.get("derived", {}):
            return self.computed(*next(iter(self.guide["derived"][fact].items())))
        if not self.visible(fact) or fact not in self.answers:
            return ABSENT
        return converted(self.questions[fact], self.answers[fact])

    def computed(self, how: str, of: Any) -> Any:
        values = [self.value(one) for one in (of if isinstance(of, list) else [of])]
        if ABSENT in values:
            return ABSENT
        start, end = (*values, self.today)[:2]
        if how.startswith("days"):
            return (end - start).days
        years = end.year - start.year
        months = years * 12 + end.month - start.month
        if how.startswith("years"):
            return years - ((end.month, end.day) < (start.month, start.day))
        last = (end + timedelta(days=1)).day == 1
        return months if end.day >= start.day or last else months - 1

    def holds(self, rule: dict[str, Any]) -> bool:
        if "holds" in rule:
            return self.holds(self.guide["rules"][rule["holds"]])
        if "all" in rule:
            return all([self.holds(part) for part in rule["all"]])
        if "any" in rule:
            return any([self.holds(part) for part in rule["any"]])
        if "not" in rule:
            return not self.holds(rule["not"])
        if "count" in rule:
            worth = [(part.get("when", part), part.get("worth", 1)) for part in rule["count"]]
            return test(rule, sum(value for part, value in worth if self.holds(part)))
        if "sum" in rule:
            terms = [part if isinstance(part, dict) else {"fact": part} for part in rule["sum"]]
            values = [(self.value(term["fact"]), term.get("times", 1)) for term in terms]
            return test(rule, sum(value * times for value, times in values if value is not ABSENT))
        if "compare" in rule:
            one, other = self.value(rule["compare"]), self.value(rule["with"])
            if ABSENT in (one, other):
                return False
            plus = rule.get("plus", 0)
            other += timedelta(days=plus) if isinstance(other, date) else plus
            return test({rule.get("by", "is"): other}, one)
        value = self.value(rule["fact"])
        if "known" in rule:
            return (value is not ABSENT) is rule["known"]
        return value is not ABSENT and test(rule, value)

    def results(self) -> list[str]:
        found = [one["id"] for one in self.guide["results"] if "when" not in one or self.holds(one["when"])]
        others = [one["id"] for one in self.guide["results"] if one.get("otherwise")]
        found = [one for one in found if one not in others] or others
        return found[:1] if self.guide.get("show") == "first" else found


def test(rule: dict[str, Any], value: Any) -> bool:
    for op, limit in rule.items():
        if op in OPS:
            return OPS[op](value, limit)
    raise AssertionError(rule)


def day(limit: Any) -> Any:
    return date.fromisoformat(limit) if isinstance(limit, str) else limit


OPS: dict[str, Any] = {
    "is": lambda v, c: v == c, "is_not": lambda v, c: v != c, "in": lambda v, c: v in c, "at_least": lambda v, c: v >= c,
    "at_most": lambda v, c: v <= c, "more_than": lambda v, c: v > c, "less_than": lambda v, c: v < c,
    "before": lambda v, c: v < day(c), "after": lambda v, c: v > day(c), "includes": lambda v, c: c in v,
}  # fmt: skip


def converted(question: dict[str, Any], answer: Any) -> Any:
    kind = question.get("type")
    if kind == "money":
        return round(float(answer) * 100)
    return date.fromisoformat(answer) if kind == "date" else set(answer) if "several" in question else answer


def offered_of(reference: Reference, question: dict[str, Any]) -> list[str]:
    listed = question.get("choose") or question.get("several")
    if isinstance(listed, list):
        return list(listed)
    return [
        value
        for value, one in listed.items()
        if isinstance(one, str) or "when" not in one or reference.holds(one["when"])
    ]


def some_journey(guide: dict[str, Any], dice: random.Random, today: date) -> Answers:
    """Answers to every question, also to those that are hidden; each as it would be typed, and each one that is taken."""
    answers: Answers = {}
    for question in guide["questions"]:
        for _ in range(5000):
            answers[question["ask"]] = some_answer(Reference(guide, answers, today), question, dice)
            reference = Reference(guide, answers, today)
            if not reference.visible(question["ask"]) or all(
                reference.holds(must["that"]) for must in question.get("must", [])
            ):
                break
        else:
            raise AssertionError(f"no answer is taken: {question['ask']}")
    return answers


def some_answer(reference: Reference, question: dict[str, Any], dice: random.Random) -> Any:
    kind = question.get("type")
    if kind == "yes_no":
        return dice.random() < 0.5
    if kind == "date":
        earliest = -700 if "least" not in question else (day(str(question["least"])) - reference.today).days
        latest = 0 if question.get("most") == "today" else 300
        return (reference.today + timedelta(days=dice.randint(earliest, latest))).isoformat()
    if kind == "money":
        return dice.choice([0, 100, 123.45, dice.randint(0, 2000), dice.randint(0, 40000)])
    if kind in ("number", "years"):
        return dice.randint(question.get("least", 0), question.get("most", 100))
    offered = offered_of(reference, question) or ["?"]
    if "choose" in question:
        return dice.choice(offered)
    none = question.get("none")
    real = [one for one in offered if one != none]
    return [none] if none and dice.random() < 0.2 else dice.sample(real, dice.randint(1, len(real)))
