"""What is known of somebody already, so that a guide need not ask it: her profile, certificates, registers."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec

from backend.accounts.consents import PREFILL, agreed
from backend.catalogue.answers import value_of
from backend.catalogue.model import Pack
from backend.certificates.queries import facts_in, valid_of
from backend.core.conditions import Band, Fact, Key, Operand, Somewhere, Value
from backend.core.conditions import Facts as Judged
from backend.core.conditions_sight import Gap, Sight
from backend.core.conditions_values import contains
from backend.core.db import Tx
from backend.parties.model import Known, Party
from backend.parties.queries import parties_of, scope_of
from backend.registers.queries import facts_about
from backend.scenarios.model import Question, Scenario
from backend.scenarios.words import answer_to_send

ME = "me"
VOUCHED = ("A", "B")
IDENTITY = {"person": "person.id_number", "business": "business.uscc"}
Typed = dict[str, list[str]]


class Found(msgspec.Struct, frozen=True):
    """`answers` as they would be typed; `sources` by question. `bound`: party → whose facts these are; `choices`: for a
    party nobody has been named for, those it could be. `held`: (party, source) of
    every fact, so which certificates and registers speak of whom. `labels`: what she calls a party."""

    answers: Typed = {}
    sources: dict[Key, str] = {}
    bound: dict[str, UUID] = {}
    choices: dict[str, tuple[Party, ...]] = {}
    held: frozenset[tuple[UUID, str]] = frozenset()
    labels: dict[str, str] = {}


async def found_of(tx: Tx, scenario: Scenario, pack: Pack, chosen: Mapping[str, UUID]) -> Found:
    """Nothing for a stranger or an officer. Under a mandate, what its scope lets see."""
    if tx.visitor is None or tx.viewer.officer or not scenario.parties:
        return Found()
    scope = await scope_of(tx)
    parties, facts = await parties_of(tx, scope)
    bound, choices = bound_to(scenario, parties, chosen, tx.viewer.principal_id, acting=tx.viewer.acting)
    known = await _with_registers(tx, parties, facts, frozenset(scope.elements) if scope else None)
    if not tx.viewer.acting:  # an agent has them only inside a filing
        for party, element, fact in facts_in(await valid_of(tx), pack, scope):
            known[party, element] = (*known.get((party, element), ()), fact)
    answers, sources = dict[str, list[str]](), dict[str, str]()
    for question in scenario.questions:
        role, _dot, element = question.ask.partition(".")
        if role in bound:
            told = _told(question, scenario.parties[role], element, bound[role], known, pack, tx)
            if told:
                answers[question.ask], sources[question.ask] = told
    held = frozenset((owner, one.source) for (owner, _), told in known.items() for one in told)
    labels = {role: parties[id_].label for role, id_ in bound.items() if parties[id_].label}
    return Found(answers, sources, bound, choices, held, labels)


def bound_to(
    scenario: Scenario, parties: Mapping[UUID, Party], chosen: Mapping[str, UUID], principal: UUID, *, acting: bool
) -> tuple[dict[str, UUID], dict[str, tuple[Party, ...]]]:
    """`me` is the principal; so is the only person of a guide that a helper walks for her. The rest is chosen."""
    bound: dict[str, UUID] = {}
    choices: dict[str, tuple[Party, ...]] = {}
    persons = [role for role, kind in scenario.parties.items() if kind == "person"]
    for role, kind in scenario.parties.items():
        fitting = {id_: party for id_, party in parties.items() if party.kind == kind and not party.handler}
        herself = role == ME or (acting and persons == [role])
        if chosen.get(role) in fitting:
            bound[role] = chosen[role]
        elif herself and principal in fitting:
            bound[role] = principal
        if role != ME and _tells(scenario, role) and fitting:
            choices[role] = tuple(fitting.values())
    return bound, choices


def _tells(scenario: Scenario, role: str) -> bool:
    return any(question.ask.startswith(f"{role}.") for question in scenario.questions)


async def _with_registers(
    tx: Tx,
    parties: Mapping[UUID, Party],
    facts: Mapping[tuple[UUID, str], tuple[Known, ...]],
    seen: frozenset[str] | None,
) -> dict[tuple[UUID, str], tuple[Known, ...]]:
    """Registers are asked only with her consent, and by the number her account was opened with."""
    found, own = dict(facts), parties.get(tx.viewer.principal_id)
    numbers = facts.get((own.id, IDENTITY.get(own.kind, "")), ()) if own else ()
    number = next((known.value for known in numbers if known.source == "profile"), None)
    if own is None or number is None or not await agreed(tx, own.id, PREFILL):
        return found
    for fact in (await facts_about(tx, [number]))[number]:
        if seen is None or fact.element in seen:
            cell = (own.id, fact.element)
            found[cell] = (*found.get(cell, ()), Known(fact.value, fact.source, "B", fact.at))
    return found


def _told(
    question: Question,
    kind: str,
    element: str,
    party: UUID,
    known: Mapping[tuple[UUID, str], tuple[Known, ...]],
    pack: Pack,
    tx: Tx,
) -> tuple[list[str], str] | None:
    """One question's answer out of the facts, also one that only follows from others, as an age from a birth date."""
    best = {code: one for (owner, code), all_ in known.items() if owner == party and (one := best_of(all_)) is not None}
    facts = {
        code: Fact(value_of(pack.elements[code], one.value), one.trust, one.source, one.at.date())
        for code, one in best.items()
        if code in pack.elements
    }
    value = Sight(Judged(facts, meanings=pack.meanings, on=tx.today)).value(Operand(f"{kind}.{element}"))
    answer = None if isinstance(value, Gap) else as_answer(question, value)  # type: ignore[arg-type]
    if answer is None:
        return None
    direct = best.get(f"{kind}.{element}")
    return answer, direct.source if direct else "derived"


def best_of(known: Iterable[Known]) -> Known | None:
    """The most trusted, then the newest; none where authorities disagree: then the person is asked."""
    told = sorted(known, key=lambda fact: (fact.trust, -fact.at.timestamp(), fact.source))
    vouched = [fact for fact in told if fact.trust in VOUCHED]
    disagree = any(fact.value != vouched[0].value for fact in vouched)
    return told[0] if told and not disagree else None


def as_answer(question: Question, value: Value) -> list[str] | None:
    """The value as somebody would answer this question: the option or band it lies in. None if it is none of them."""
    if not question.options:
        return answer_to_send(question, value)
    if isinstance(value, frozenset):
        return sorted(value) if value <= {option.value for option in question.options} else None
    for option in question.options:
        rough = isinstance(option.means, (Band, Somewhere))
        if option.value == value or (rough and contains(option.means, value)):
            return [option.value]
    return None
