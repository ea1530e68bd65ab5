"""Guides: one question a page, the answers in the address, and at the end what fits and why. Nothing is stored."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.conditions import Value
from backend.core.db import Tx
from backend.core.i18n import _
from backend.core.web import ANYONE, page
from backend.scenarios.answers import read_answers
from backend.scenarios.checklist import checklist
from backend.scenarios.model import Fit, Question, Scenario, Step
from backend.scenarios.progress import questions_left
from backend.scenarios.queries import Guides, guides
from backend.scenarios.rules import step, used_by
from backend.scenarios.words import answer_to_send, answer_words, reason_words

ASKED, CHANGE = "_asked", "_change"
Typed = dict[str, list[str]]


@get("/scenarios", opt=ANYONE, include_in_schema=False)
async def scenario_list(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    found = await guides(tx.db)
    rows = [
        {"title": one.title, "text": one.summary, "href": _path(one), "glyph": found.glyphs[one.id]}
        for one in found.scenarios.values()
    ]
    return page(request, tx, "scenarios/list.html", rows=rows)


@get("/scenarios/{scenario_id:str}", opt=ANYONE, include_in_schema=False)
async def walk(request: Request, tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Response[str]:
    """The next question, a question to change (`_change`), or the end. `_asked`: the question of the page before."""
    found = await guides(tx.db)
    scenario = found.scenario(scenario_id)
    typed = answers_in(request, scenario)
    stands = step(scenario, typed, tx.today)
    asked = request.query_params.get(ASKED, "")
    question = _to_ask(scenario, stands, request.query_params.get(CHANGE, ""))
    if question is None:
        return page(request, tx, "scenarios/result.html", **_end(found, scenario, stands, typed, tx))
    error = stands.invalid.get(question.ask) or (_("请先选一个答案。") if asked == question.ask else "")
    context = _question(scenario, stands, question, typed, tx)
    return page(request, tx, "scenarios/question.html", error=error, status=422 if error else 200, **context)


def answers_in(request: Request, scenario: Scenario) -> Typed:
    """The answers in the address, by question in the author's order. Empty ones and strange names are passed over."""
    found = {question.ask: request.query_params.getall(question.ask, []) for question in scenario.questions}
    return {ask: answers for ask, answers in found.items() if any(answers)}


def _to_ask(scenario: Scenario, stands: Step, change: str) -> Question | None:
    """First an answer that makes no sense, then the one to be changed, then the next."""
    if stands.invalid:
        return scenario.question(next(iter(stands.invalid)))
    return next((one for one in stands.answered if one.ask == change), stands.next)


def _question(scenario: Scenario, stands: Step, question: Question, typed: Typed, tx: Tx) -> dict[str, Any]:
    given, _invalid = read_answers(scenario, typed)
    before = {one.ask: given[one.ask] for one in stands.answered if one.ask != question.ask}
    left = questions_left(scenario, before, tx.today)
    others = [one for one in stands.answered if one.ask != question.ask]
    return {
        "scenario": scenario,
        "question": question,
        "value": _shown(question, typed),
        "options": [{"value": option.value, "label": option.label} for option in question.options],
        "kept": [(ask, answer) for ask, answers in typed.items() if ask != question.ask for answer in answers],
        "action": _path(scenario),
        "asked_field": ASKED,
        "known": _known(scenario, others, typed, given),
        "done": len(others),
        "left": max(left, 1),
        "back": _link(scenario, typed, others[-1].ask) if others else "/scenarios",
    }


def _shown(question: Question, typed: Typed) -> Any:
    """What stands in the field: as typed, and options by their value however they were written."""
    answers = typed.get(question.ask, [])
    values = {option.label: option.value for option in question.options}
    told = [values.get(answer, answer) for answer in answers]
    return told if question.kind == "several" else (told[0] if told else None)


def _end(found: Guides, scenario: Scenario, stands: Step, typed: Typed, tx: Tx) -> dict[str, Any]:
    given, _invalid = read_answers(scenario, typed)
    used = used_by(scenario, given, tx.today)
    fits = tuple(fit for fit in stands.results if fit.result.item in found.pack.items)
    return {
        "scenario": scenario,
        "items": [_item(found, scenario, fit) for fit in fits],
        "almost": [_item(found, scenario, fit) for fit in stands.almost if fit.result.item in found.pack.items],
        "advice": [fit.result.advice for fit in stands.results if fit.result.advice],
        "ready": checklist(scenario, fits, found.pack, used, tx.today),
        "known": _known(scenario, list(stands.answered), typed, given),
        "lines": _lines(found, scenario, fits, {ask: fact.value for ask, fact in used.items()}),
        "again": _path(scenario),
    }


def _item(found: Guides, scenario: Scenario, fit: Fit) -> dict[str, Any]:
    item = found.pack.items[fit.result.item]
    return {
        "title": item.name,
        "href": f"/items/{item.code}",
        "org": found.pack.departments[item.department].name,
        "errands": item.visits.count,
        "instant": bool(item.instant),
        "days": item.limits.promised if item.limits.unit == "workday" else None,
        "fee": item.fee.amount if item.fee.charged else 0,
        "reasons": [words for reason in fit.reasons if (words := reason_words(scenario, reason))],
    }


def _lines(found: Guides, scenario: Scenario, fits: tuple[Fit, ...], given: dict[str, Value]) -> list[tuple[str, str]]:
    """The fields of the cart's form: each item's code, and what is known exactly, so that it is not asked again."""
    codes = [("item", found.pack.items[fit.result.item].code) for fit in fits]
    told: dict[str, set[str]] = {}
    for fit in fits:
        for role, party in fit.result.bind.items():
            for ask, answer in _exact(scenario, party, given):
                told.setdefault(f"answer.{role}.{ask.partition('.')[2]}", set()).add(answer)
    return codes + [(name, answers.pop()) for name, answers in told.items() if len(answers) == 1]


def _exact(scenario: Scenario, party: str, given: dict[str, Value]) -> Iterator[tuple[str, str]]:
    """The answers about one party that say exactly what an application asks; bands and rough places do not."""
    for question in scenario.questions:
        value = given.get(question.ask)
        if question.ask.startswith(f"{party}.") and isinstance(value, (bool, str, int, date)):
            yield question.ask, answer_to_send(question, value)[0]


def _known(scenario: Scenario, answered: list[Question], typed: Typed, given: dict[str, Value]) -> list[dict[str, str]]:
    return [
        {"label": one.text, "value": answer_words(one, given[one.ask]), "change": _link(scenario, typed, one.ask)}
        for one in answered
    ]


def _path(scenario: Scenario) -> str:
    return f"/scenarios/{quote(scenario.id)}"


def _link(scenario: Scenario, typed: Typed, change: str) -> str:
    """This place of the journey with one answer to be given again; nothing later is lost."""
    return f"{_path(scenario)}?{urlencode({**typed, CHANGE: change}, doseq=True)}"


ROUTES = [scenario_list, walk]
