"""Guides as JSON: the list, one guide's questions and results, and where some answers lead."""

from datetime import date

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.i18n import translate
from backend.core.localised import localised
from backend.core.web import ANYONE, language_of
from backend.scenarios.answers import read_answers
from backend.scenarios.model import Fit, Question, QuestionKind, Scenario
from backend.scenarios.progress import questions_left
from backend.scenarios.queries import Guides, guides
from backend.scenarios.rules import not_needed, step
from backend.scenarios.words import reason_words


class Guide(msgspec.Struct, frozen=True):
    id: str
    title: str
    summary: str


class Choice(msgspec.Struct, frozen=True):
    value: str
    label: str


class Asked(msgspec.Struct, frozen=True):
    """`none`: the value of the choice that excludes all others."""

    id: str
    text: str
    kind: QuestionKind
    choices: list[Choice]
    none: str
    help: str
    why: str
    unit: str


class Outcome(msgspec.Struct, frozen=True):
    """An item with its `code`, or advice. `reasons`: the conditions that decided, in words."""

    id: str
    item: str
    code: str
    advice: str
    bind: dict[str, str]
    reasons: list[str]


class GuideInFull(msgspec.Struct, frozen=True):
    id: str
    title: str
    summary: str
    questions: list[Asked]
    results: list[str]


class Stand(msgspec.Struct, frozen=True):
    """`next` none: nothing can change any more. `left`: about how many questions are still to come.

    `asked_not_needed`: answered questions that change nothing. `invalid`: question → sentence; such an answer counts as
    not given.
    """

    results: list[Outcome]
    almost: list[Outcome]
    next: Asked | None
    left: int
    asked_not_needed: list[str]
    invalid: dict[str, str]


@get("/api/v1/scenarios", opt=ANYONE, tags=["scenarios"], operation_id="listScenarios")
async def scenario_list(request: Request, tx: NamedDependency[Tx]) -> list[Guide]:
    found = [Guide(one.id, one.title, one.summary) for one in (await guides(tx.db)).scenarios.values()]
    return localised(found, language_of(request))


@get("/api/v1/scenarios/{scenario_id:str}", opt=ANYONE, tags=["scenarios"], operation_id="showScenario")
async def scenario_in_full(request: Request, tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> GuideInFull:
    one = (await guides(tx.db)).scenario(scenario_id)
    questions = [_asked(question) for question in one.questions]
    whole = GuideInFull(one.id, one.title, one.summary, questions, [result.id for result in one.results])
    return localised(whole, language_of(request))


@get("/api/v1/scenarios/{scenario_id:str}/step", opt=ANYONE, tags=["scenarios"], operation_id="stepScenario")
async def scenario_step(request: Request, tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Stand:
    """Answers are query parameters, named by question; several choices repeat their name."""
    found = await guides(tx.db)
    scenario = found.scenario(scenario_id)
    answers = {ask: request.query_params.getall(ask) for ask in request.query_params}
    lang = language_of(request)
    stand = _stand(found, scenario, answers, tx.today, lang)
    following = localised(stand.next, lang) if stand.next else None
    return msgspec.structs.replace(localised(stand, lang), next=following)


def _stand(found: Guides, scenario: Scenario, answers: dict[str, list[str]], today: date, lang: str) -> Stand:
    stands = step(scenario, answers, today)
    given, _ = read_answers(scenario, answers)
    return Stand(
        results=[_outcome(found, scenario, fit) for fit in stands.results],
        almost=[_outcome(found, scenario, fit) for fit in stands.almost],
        next=_asked(stands.next) if stands.next else None,
        left=questions_left(scenario, given, today),
        asked_not_needed=not_needed(scenario, answers, today),
        invalid={ask: translate(lang, sentence) for ask, sentence in stands.invalid.items()},
    )


def _asked(question: Question) -> Asked:
    choices = [Choice(option.value, option.label) for option in question.options]
    return Asked(
        question.ask, question.text, question.kind, choices, question.none, question.help, question.why, question.unit
    )


def _outcome(found: Guides, scenario: Scenario, fit: Fit) -> Outcome:
    result = fit.result
    item = found.pack.items.get(result.item)
    return Outcome(
        id=result.id,
        item=result.item,
        code=item.code if item else "",
        advice=result.advice,
        bind=dict(result.bind),
        reasons=[words for reason in fit.reasons if (words := reason_words(scenario, reason))],
    )


ROUTES = [scenario_list, scenario_in_full, scenario_step]
