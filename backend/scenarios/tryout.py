"""Trying a guide at the desk: where answers lead, and which condition decided what. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Any

from backend.core.conditions import All, AnyOf, Condition, Facts, judge, uses_of
from backend.core.i18n import _
from backend.scenarios.answers import read_answers
from backend.scenarios.model import Scenario
from backend.scenarios.rules import Outlook, step
from backend.scenarios.words import answer_words

STANDS = {True: _("成立"), False: _("不成立"), None: _("还不知道")}


def tryout(scenario: Scenario, sent: Mapping[str, list[str]], on: date) -> dict[str, Any]:
    """`rows`: a field for each question; `trace`: each result with all its comparisons, in the rule's own order."""
    answers = {ask: texts for ask, texts in sent.items() if any(texts) and scenario.question(ask)}
    stands = step(scenario, answers, on)
    given, _invalid = read_answers(scenario, answers)
    look = Outlook(scenario, given, on)
    return {
        "rows": [
            {
                "question": question,
                "name": f"try.{question.ask}",
                "value": answers.get(question.ask, []),
                "wrong": stands.invalid.get(question.ask, ""),
                "hidden": question.ask in look.hidden,
                "next": stands.next is not None and stands.next.ask == question.ask,
            }
            for question in scenario.questions
        ],
        "next": stands.next,
        "answered": [(one.text, answer_words(one, given[one.ask])) for one in stands.answered],
        "trace": [
            {
                "name": result.item or result.advice,
                "verdict": look.stands[result.id][0],
                "parts": [_part(scenario, node, look.facts) for node in _said(result.when)],
            }
            for result in scenario.results
        ],
    }


def _said(node: Condition) -> Iterator[Condition]:
    """The parts of a rule that speak for themselves: what the author put into words, else every comparison."""
    parts = node.of if isinstance(node, (All, AnyOf)) and not node.say else None
    if parts is None:
        yield node
    else:
        yield from chain.from_iterable(_said(part) for part in parts)


def _part(scenario: Scenario, node: Condition, facts: Facts) -> dict[str, Any]:
    """With the answers it looked at, and the questions still open."""
    found = judge(node, facts)
    looked = dict.fromkeys(use.fact for use in uses_of(node))
    asked = [question for fact in looked if (question := scenario.question(fact))]
    said = "、".join(
        f"{one.text}{answer_words(one, facts.known[one.ask].value) if one.ask in facts.known else ''}" for one in asked
    )
    return {"words": node.say or said, "verdict": found.verdict, "asked": said if node.say else ""}
