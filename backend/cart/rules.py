"""The sheet and the list of materials: the union over all lines, each question and each material once. Pure.

The order of lines and of answers does not matter: what a line asks depends only on what is settled, and what is shown
is ordered by the vocabulary.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

import msgspec

from backend.cart.excluding import clashes
from backend.cart.held import LAPSED, replaces, vouches_as
from backend.cart.line_rules import state_of
from backend.cart.model import (
    Cell,
    Line,
    LineState,
    MaterialKey,
    Need,
    Question,
    RoleQuestion,
    Saved,
    Settled,
    Sheet,
    Told,
    Way,
)
from backend.cart.pledge_text import stands
from backend.cart.renewal import renewal_of
from backend.cart.renewal_model import Renewal
from backend.cart.settle import Settler, follows
from backend.catalogue.answers import AnswerError, read_answer
from backend.catalogue.model import Pack, Satisfied
from backend.core.errors import Problem
from backend.core.i18n import _
from backend.parties.model import Party

MOST_LINES = 30


def sheet_of(lines: Iterable[Line], parties: Mapping[UUID, Party], told: Told, pack: Pack, on: date) -> Sheet:
    lines = sorted(lines, key=lambda line: (line.position, str(line.id)))
    settler = Settler(told, pack, on)
    states = {line.id: state_of(line, pack, settler, on) for line in lines if not line.gone}
    order = _Order(parties, pack)
    questions = _questions(states, settler, pack, order)
    materials = _materials(states, lines, told, order, pack)
    roles = tuple(_undeclared(role) for state in states.values() for role in state.roles)
    renewals = _renewals(lines, states, told, pack, on)
    excluded = clashes(lines, told.under_way, {line: state.situations for line, state in states.items()})
    return Sheet(
        questions=questions,
        roles=roles,
        materials=materials,
        states=states,
        settled=_settled(states, settler),
        problems=(*(clash.problem for clash in excluded), *_problems(lines, renewals, roles, questions, materials)),
        saved=_saved(states, questions, materials),
        renewals=renewals,
    )


def _renewals(
    lines: list[Line], states: Mapping[UUID, LineState], told: Told, pack: Pack, on: date
) -> dict[UUID, Renewal]:
    """Lines on an older version, where that makes a difference to her."""
    found = [
        renewal_of(line, line.before, states[line.id], told, pack, on)
        for line in lines
        if line.before and line.id in states
    ]
    return {renewal.line: renewal for renewal in found if renewal.matters}


class _Order:
    """Where a cell stands: by topic, then whom it is about (herself first), then as the vocabulary lists it."""

    def __init__(self, parties: Mapping[UUID, Party], pack: Pack) -> None:
        self.parties = parties
        self.kinds = {kind: place for place, kind in enumerate(pack.city.kinds)}
        self.topics: dict[str, int] = {}
        for element in pack.elements.values():
            self.topics.setdefault(element.topic, len(self.topics))
        self.places = {code: place for place, code in enumerate((*pack.elements, *pack.materials))}

    def subject(self, subject: UUID) -> tuple[int, int, str]:
        party = self.parties.get(subject)
        if party is None:
            return (2, 0, str(subject))
        return (0 if party.is_self else 1, self.kinds.get(party.kind, 99), str(subject))

    def question(self, question: Question) -> tuple[object, ...]:
        topic = self.topics[question.element.topic]
        return (topic, self.subject(question.subject), self.places[question.element.code])

    def need(self, need: Need) -> tuple[object, ...]:
        return (self.subject(need.subject), self.places[need.material.code], need.variant)


def _questions(states: Mapping[UUID, LineState], settler: Settler, pack: Pack, order: _Order) -> tuple[Question, ...]:
    needed: dict[Cell, list[UUID]] = {}
    required: set[Cell] = set()
    for state in states.values():
        for cell, must in state.cells.items():
            needed.setdefault(cell, []).append(state.line)
            required |= {cell} if must else set()
    found = (
        _question(cell, tuple(by), cell in required, settler, pack)
        for cell, by in needed.items()
        if not follows(pack.elements[cell[1]], cell, pack, needed, settler)
    )
    return tuple(sorted(found, key=order.question))


def _question(cell: Cell, by: tuple[UUID, ...], required: bool, settler: Settler, pack: Pack) -> Question:
    answer, settled = settler.told.answers.get(cell), settler.get(cell)
    question = Question(
        subject=cell[0],
        element=pack.elements[cell[1]],
        needed_by=by,
        required=required,
        settled=settled,
        raw=answer.raw if answer else "",
    )
    return msgspec.structs.replace(question, problem=_unanswered(question, settler.on))


def _unanswered(question: Question, on: date) -> Problem | None:
    if question.raw:
        return unreadable(question, question.raw, on)
    if question.required and not question.filled:
        return Problem(_("还没有填：%(label)s"), question.name, {"label": question.element.label})
    return None


def unreadable(question: Question, raw: str, on: date) -> Problem:
    """Why this text cannot be the answer."""
    try:
        read_answer(question.element, [raw], on)
    except AnswerError as error:
        return msgspec.structs.replace(error.problem, field=question.name)
    return Problem(_("请再看一遍：%(label)s"), question.name, {"label": question.element.label})


def _materials(
    states: Mapping[UUID, LineState], lines: list[Line], told: Told, order: _Order, pack: Pack
) -> tuple[Need, ...]:
    merged: dict[MaterialKey, Need] = {}
    for state in states.values():
        for need in state.materials:
            merged[need.key] = _merged(merged.get(need.key), need, state.line)
    sources = _sources(told)
    return tuple(sorted((_satisfied(need, lines, told, sources, pack) for need in merged.values()), key=order.need))


def _merged(one: Need | None, other: Need, line: UUID) -> Need:
    """One document for both: the strictest age, both notes."""
    if one is None:
        return msgspec.structs.replace(other, needed_by=(line,))
    ages = [age for age in (one.max_age_days, other.max_age_days) if age is not None]
    return msgspec.structs.replace(
        one,
        needed_by=one.needed_by if line in one.needed_by else (*one.needed_by, line),
        required=one.required or other.required,
        max_age_days=min(ages, default=None),
        note=" ".join(dict.fromkeys(note for note in (one.note, other.note) if note)),
    )


def _sources(told: Told) -> dict[UUID, set[str]]:
    """Subject → which registers and certificates know it."""
    found: dict[UUID, set[str]] = {}
    for (subject, _element), known in told.known.items():
        found.setdefault(subject, set()).update(fact.source for fact in known)
    for held in told.certificates:
        if held.party_id:
            found.setdefault(held.party_id, set()).add(vouches_as(held))
    return found


def _satisfied(need: Need, lines: list[Line], told: Told, sources: Mapping[UUID, set[str]], pack: Pack) -> Need:
    """What she handed in counts first; else the first of the ways that holds, in the catalogue's order."""
    files = told.files.get(need.key, ())
    barred = _barred(need, lines, told)
    pledge = next((way.pledge for way in need.material.satisfied_by if way.pledge and not barred), "")
    ways = ((w, by) for s in need.material.satisfied_by for w, by in [_held(s, need, lines, told, sources)] if w)
    way, by = ("file", "") if files else next(ways, ("", ""))
    missing = not way and need.required
    problem = _missed(need, told, pack) if missing else None
    return msgspec.structs.replace(need, files=files, pledge=pledge, barred=barred, way=way, by=by, problem=problem)


def _missed(need: Need, told: Told, pack: Pack) -> Problem:
    """Where a certificate of hers would have done that holds no more, it says so."""
    gone = next((one for one in told.lapsed if one.party_id == need.subject and replaces(one, need.material)), None)
    said = {"label": need.material.label}
    if gone:
        return Problem(LAPSED[gone.standing], need.name, said | {"certificate": pack.certificates[gone.type].label})
    return Problem(_("还没有交：%(label)s"), need.name, said)


def _held(
    way: Satisfied, need: Need, lines: list[Line], told: Told, sources: Mapping[UUID, set[str]]
) -> tuple[Way, str]:
    """Whether one way of satisfying holds without a file; for a form of one filing its own parties are looked at."""
    own = [party for line in lines if line.id == need.subject for ids in line.parties.values() for party in ids]
    held = set[str]().union(*(sources.get(subject, set()) for subject in (need.subject, *own)))
    if way.certificate and f"certificate.{way.certificate}" in held:
        return "certificate", way.certificate
    if way.register and f"register.{way.register}" in held:
        return "register", way.register
    if way.result_of and _coming(way.result_of, need.subject, lines, told):
        return "result_of", way.result_of
    signed = way.pledge and stands(need.material, told.pledged.get(need.key)) and not _barred(need, lines, told)
    return ("pledge", way.pledge) if signed and way.pledge else ("", "")


def _barred(need: Need, lines: list[Line], told: Told) -> date | None:
    """Until when she may not pledge for what needs this; None where she may."""
    days = [
        told.barred[line.item.code] for line in lines if line.id in need.needed_by and line.item.code in told.barred
    ]
    return max(days, default=None) if any(way.pledge for way in need.material.satisfied_by) else None


def _coming(item: str, subject: UUID, lines: list[Line], told: Told) -> bool:
    """Another line, or a case that is with a department already, has this result about the subject."""
    makes = any(line.item.name == item and not line.gone and _about(line, subject) for line in lines)
    return makes or any(case.item.name == item and subject in case.parties for case in told.under_way)


def _about(line: Line, subject: UUID) -> bool:
    return any(subject in ids for ids in line.parties.values())


def _undeclared(role: RoleQuestion) -> RoleQuestion:
    problem = Problem(_("还没有填：%(label)s"), role.name, {"label": role.label})
    return msgspec.structs.replace(role, problem=problem)


def _settled(states: Mapping[UUID, LineState], settler: Settler) -> dict[Cell, Settled]:
    cells = {cell for state in states.values() for cell in (*state.cells, *state.reads)}
    found = {cell: settler.get(cell) for cell in cells}
    return {cell: settled for cell, settled in found.items() if settled}


def _problems(
    lines: list[Line],
    renewals: Mapping[UUID, Renewal],
    roles: Iterable[RoleQuestion],
    questions: Iterable[Question],
    materials: Iterable[Need],
) -> Iterable[Problem]:
    if not lines:
        yield Problem(_("购物车还是空的，先选一件要办的事。"), "lines")
    if len(lines) > MOST_LINES:
        yield Problem(_("一次最多办 %(most)s 件事，请先移出几件。"), "lines", {"most": MOST_LINES})
    for line in lines:
        if line.gone:
            said = _("“%(item)s”现在不能在这里办了。请移出这一件，其他的可以接着办。")
            yield Problem(said, f"line.{line.id}", {"item": line.item.name})
        elif line.id in renewals:
            said = _("“%(item)s”的办理要求变了。请先在购物车里看看哪里变了，再交。")
            yield Problem(said, f"line.{line.id}", {"item": line.item.name})
    found = [*(r.problem for r in roles), *(q.problem for q in questions), *(m.problem for m in materials)]
    yield from (problem for problem in found if problem)


def _saved(states: Mapping[UUID, LineState], questions: Iterable[Question], materials: Iterable[Need]) -> Saved:
    return Saved(
        questions=(sum(not q.prefilled for q in questions), sum(len(state.cells) for state in states.values())),
        materials=(sum(need.handed_in for need in materials), sum(len(state.materials) for state in states.values())),
    )
