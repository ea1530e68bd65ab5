"""What a guide says back: an answer, and a reason, in people's words. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date

from backend.core.conditions import Band, Key, Reason, Somewhere, Value
from backend.scenarios.model import Question, Scenario


def answer_words(question: Question, value: Value) -> str:
    """The answer as its option is worded, or as it was typed."""
    if isinstance(value, frozenset):
        return "、".join(option.label for option in question.options if option.value in value)
    for option in question.options:
        if option.means == value:
            return option.label
    if isinstance(value, bool):
        return "是" if value else "否"
    if question.kind == "money" and isinstance(value, int):
        return f"{value // 100} 元" if value % 100 == 0 else f"{value / 100:.2f} 元"
    return _plain(value) + question.unit


def _plain(value: Value) -> str:
    if isinstance(value, Band):
        return "–".join("" if end is None else str(end) for end in (value.low, value.high))
    if isinstance(value, Somewhere):
        return "、".join(value.inside)
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else str(value)


def plain_words(question: Question | None, value: Value) -> str:
    """A constant of a rule, as the question would have it said."""
    return answer_words(question, value) if question else _plain(value)


def reason_words(scenario: Scenario, reason: Reason) -> str:
    """The author's words for a condition; without them, the questions and answers it looked at."""
    return reason.say or "，".join(
        _fact_words(scenario, key, value) for key, value in reason.values if value is not None
    )


def because(scenario: Scenario, reasons: Iterable[Reason], names: Mapping[str, str]) -> str:
    """老人年满 80 周岁、户籍在海口；您是子女: what the author said of each party, under what it is called."""
    said: dict[str, list[str]] = {}
    for reason in reasons:
        words = reason_words(scenario, reason)
        roles = {key.partition(".")[0] for key, _ in reason.values if "." in key}
        name = names.get(roles.pop(), "") if reason.say and len(roles) == 1 else ""
        if words and words not in said.setdefault(name, []):
            said[name].append(words)
    return "；".join(f"{name}{'、'.join(words)}" for name, words in said.items() if words)


def _fact_words(scenario: Scenario, key: Key, value: Value) -> str:
    question = scenario.question(key)
    return f"{question.text}{answer_words(question, value)}" if question else _plain(value)


def answer_to_send(question: Question, value: Value) -> list[str]:
    """The answer as it stands in an address or a form."""
    if isinstance(value, frozenset):
        return [option.value for option in question.options if option.value in value]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    for option in question.options:
        if option.means == value:
            return [option.value]
    if question.kind == "money" and isinstance(value, int):
        return [f"{value // 100}.{value % 100:02}" if value % 100 else str(value // 100)]
    return [str(value)]
