"""What the pages of a guide show of a journey. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from backend.core.clock import Calendar
from backend.core.conditions import Value
from backend.core.i18n import _
from backend.scenarios.checklist import checklist
from backend.scenarios.journey import Journey, path_of
from backend.scenarios.known import ME
from backend.scenarios.model import Fit, Question
from backend.scenarios.progress import questions_left
from backend.scenarios.words import answer_to_send, answer_words, because

ASKED = "_asked"
FROM = {"profile": _("来自您的资料"), "derived": _("由您的资料算出"), "filing": _("来自您以前填过的")}


def question_of(journey: Journey, question: Question, on: date) -> dict[str, Any]:
    scenario, stands = journey.scenario, journey.stands
    others = [one for one in stands.answered if one.ask != question.ask]
    before = {one.ask: journey.given[one.ask] for one in others}
    said = [one for one in others if one not in journey.prefilled]
    return {
        "scenario": scenario,
        "question": question,
        "value": _shown(question, journey),
        "options": _offered(journey, question),
        "kept": [(ask, text) for ask, texts in journey.typed.items() if ask != question.ask for text in texts],
        "action": path_of(scenario),
        "asked_field": ASKED,
        "known": [_row(journey, one) for one in said],
        "prefilled": [_row(journey, one) for one in journey.prefilled if one.ask != question.ask],
        "done": len(said),
        "left": max(questions_left(scenario, before, on), 1),
        "back": journey.link(said[-1].ask) if said else "/scenarios",
        "here": journey.link(),
        "parties": parties_of(journey, question),
    }


def _offered(journey: Journey, question: Question) -> list[dict[str, str]]:
    if question.kind == "region":
        return [{"value": code, "label": name} for code, name in journey.pack.city.regions.items()]
    offered = journey.stands.offered.get(question.ask, question.options)
    return [{"value": option.value, "label": option.label, "hint": option.help} for option in offered]


def _shown(question: Question, journey: Journey) -> Any:
    """What stands in the field: as typed, and options by their value however they were written."""
    values = {option.label: option.value for option in question.options}
    told = [values.get(answer, answer) for answer in journey.answers.get(question.ask, [])]
    return told if question.kind == "several" else (told[0] if told else None)


def parties_of(journey: Journey, question: Question) -> list[dict[str, Any]]:
    """Whom the question could be about, where her own records know such people or things."""
    role = question.ask.partition(".")[0]
    chosen = journey.found.bound.get(role)
    if role not in journey.found.choices or role in journey.draft.parties:
        return []
    return [
        {"id": str(party.id), "label": party.label, "self": party.is_self, "chosen": party.id == chosen}
        for party in journey.found.choices[role]
    ]


def _row(journey: Journey, question: Question) -> dict[str, Any]:
    row = {
        "label": question.text,
        "value": _told(journey, question),
        "change": journey.link(question.ask),
    }
    if question in journey.prefilled:
        source = journey.found.sources[question.ask]
        row["source"], row["record"] = FROM.get(source, ""), _record(journey, source)
    return row


def _told(journey: Journey, question: Question) -> str:
    """The answer in words; a place by its name where the city names it."""
    words = answer_words(question, journey.given[question.ask])
    return journey.pack.city.regions.get(words, words) if question.kind == "region" else words


def _record(journey: Journey, source: str) -> str:
    """What the city calls a register or a certificate."""
    kind, _dot, name = source.partition(".")
    listed: Any = journey.pack.registers if kind == "register" else journey.pack.certificates
    return listed[name].label if name in listed else ""


def result_of(journey: Journey, on: date, days: Calendar) -> dict[str, Any]:
    stands, pack = journey.stands, journey.pack
    fits = tuple(fit for fit in stands.results if fit.result.item in pack.items)
    near = [fit for fit in stands.almost if fit.result.item in pack.items]
    return {
        "scenario": journey.scenario,
        "items": [_item(journey, fit) for fit in fits],
        "almost": [_item(journey, fit) for fit in near],
        "advice": [fit.result.advice for fit in stands.results if fit.result.advice],
        "ready": checklist(journey.scenario, fits, pack, journey.used, on, _held(journey), days),
        "known": [_row(journey, one) for one in stands.answered],
        "lines": _lines(journey, fits),
        "typed": [(ask, text) for ask, texts in journey.typed.items() for text in texts],
        "again": path_of(journey.scenario),
        "here": journey.link(),
        "back": journey.link(stands.answered[-1].ask) if stands.answered else "/scenarios",
    }


def _held(journey: Journey) -> set[tuple[str, str]]:
    roles: dict[UUID, str] = {id_: role for role, id_ in journey.found.bound.items()}
    return {(roles[owner], source) for owner, source in journey.found.held if owner in roles}


def _item(journey: Journey, fit: Fit) -> dict[str, Any]:
    item = journey.pack.items[fit.result.item]
    return {
        "title": item.name,
        "href": f"/items/{item.code}",
        "org": journey.pack.departments[item.department].name,
        "errands": item.visits.count,
        "instant": bool(item.instant),
        "days": item.limits.promised if item.limits.unit == "workday" else None,
        "fee": item.fee.amount if item.fee.charged else 0,
        "because": because(journey.scenario, fit.reasons, called(journey)),
    }


def called(journey: Journey) -> dict[str, str]:
    """您 for herself, 您父亲 for somebody she has a name for, else as the guide says."""
    names = {**journey.scenario.calls}
    if ME in journey.scenario.parties:
        names.setdefault(ME, "您")
    return names | {role: f"您{label}" for role, label in journey.found.labels.items() if role != ME}


def _lines(journey: Journey, fits: tuple[Fit, ...]) -> list[tuple[str, str]]:
    """The fields of the cart's form: each item's code, who it is for, and what she said exactly, so that it is not asked
    again. What is known anyway the cart finds for itself."""
    lines = [("item", journey.pack.items[fit.result.item].code) for fit in fits]
    told: dict[str, set[str]] = {}
    for fit in fits:
        for role, party in fit.result.bind.items():
            if party in journey.draft.parties:
                told.setdefault(f"bind.{role}", set()).add(str(journey.draft.parties[party]))
            for ask, answer in _exact(journey, party):
                told.setdefault(f"answer.{role}.{ask.partition('.')[2]}", set()).add(answer)
    return lines + [(name, answers.pop()) for name, answers in told.items() if len(answers) == 1]


def _exact(journey: Journey, party: str) -> Iterator[tuple[str, str]]:
    """The answers about one party that say exactly what an application asks; bands and rough places do not."""
    known = journey.prefilled
    for question in journey.scenario.questions:
        fact = journey.used.get(question.ask)
        value: Value | None = fact.value if fact and question not in known else None
        if question.ask.startswith(f"{party}.") and isinstance(value, (bool, str, int, date)):
            yield question.ask, answer_to_send(question, value)[0]
