"""Answers into the draft: every readable one is kept, every other stays as it was typed with its problem."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from backend.cart.actions import declare
from backend.cart.model import Answer, Cell, Draft, Question, RoleQuestion
from backend.cart.pledged import Pledged
from backend.cart.queries import about
from backend.catalogue.answers import AnswerError, read_answer
from backend.catalogue.model import ElementType, Pack
from backend.core.db import Tx
from backend.core.errors import NotFound, Problem
from backend.core.i18n import _

Typed = Mapping[str, list[str]]
"""Field name → what was typed: `<subject>.<element>`, or `<line>.role.<role>`."""


class Outcome(msgspec.Struct, frozen=True):
    """What could not be kept as a value, and how much was."""

    problems: tuple[Problem, ...]
    kept: int


async def save_answers(tx: Tx, draft: Draft, typed: Typed, seen: int) -> Outcome:
    """`draft` is locked for this write; `seen`: the cart's version when the person's page was made.

    An answer that another device has changed since then is not overwritten: that is a problem of its field. Fields that
    are hidden by now are left alone; a subject that is not in this cart is NotFound.
    """
    pack = draft.pack
    questions = {question.name: question for question in draft.sheet.questions}
    _refuse_foreign(draft, typed, pack)
    problems: list[Problem] = []
    kept: dict[Cell, Answer] = {}
    for name, texts in typed.items():
        if name in questions:
            found = _judged(tx, draft, questions[name], texts, seen, pack)
            problems += [found.problem] if found.problem else []
            kept |= {questions[name].cell: found.answer} if found.answer else {}
    problems += await _declare_roles(tx, draft, typed)
    await store_answers(tx, draft.cart_id, draft.version, kept)
    return Outcome(tuple(problems), sum(answer.value is not None for answer in kept.values()))


class _Judged(msgspec.Struct, frozen=True):
    answer: Answer | None = None
    problem: Problem | None = None


def _judged(tx: Tx, draft: Draft, question: Question, texts: list[str], seen: int, pack: Pack) -> _Judged:
    """The answer to write, if it is another than what counts now, and what is wrong with it."""
    before, raw = draft.told.answers.get(question.cell), ",".join(text.strip() for text in texts if text.strip())
    try:
        value = _read(tx, question, texts, pack)
    except AnswerError as error:
        said = msgspec.structs.replace(error.problem, field=question.name)
        same = before is not None and before.raw == raw
        return _Judged(None if same else Answer(raw=raw, version=draft.version), said)
    if value is None:
        return _emptied(draft, question, before, seen)
    if question.settled is not None and question.settled.value == value:
        return _Judged(Answer(value, version=draft.version) if before and before.source else None)
    if before is not None and before.version > seen:
        return _Judged(problem=_changed_elsewhere(question))
    return _Judged(Answer(value, version=draft.version))


def _read(tx: Tx, question: Question, texts: list[str], pack: Pack) -> Any:
    value = read_answer(question.element, texts, tx.today)
    if value is not None and question.element.type is ElementType.region and value not in pack.city.regions:
        raise AnswerError(_("请从列出的地方里选一个。"))
    return value


def _emptied(draft: Draft, question: Question, before: Answer | None, seen: int) -> _Judged:
    """Nothing typed: a value that stood on her page is cleared, one that came since stays."""
    missing = Problem(_("这一项还没有填：%(label)s"), question.name, {"label": question.element.label})
    if before is not None and before.version > seen:
        return _Judged()
    there = question.filled or bool(before and before.raw)
    return _Judged(Answer(version=draft.version) if there else None, missing if question.required else None)


def _changed_elsewhere(question: Question) -> Problem:
    said = _("“%(label)s”刚才在另一台设备上改过了。请看一看哪个对，再交一次。")
    return Problem(said, question.name, {"label": question.element.label})


def _refuse_foreign(draft: Draft, typed: Typed, pack: Pack) -> None:
    subjects = {str(line.id) for line in draft.lines} | {str(party) for party in draft.parties}
    for name in typed:
        subject, _dot, rest = name.partition(".")
        if subject not in subjects or (rest not in pack.elements and not rest.startswith("role.")):
            raise NotFound()


async def _declare_roles(tx: Tx, draft: Draft, typed: Typed) -> list[Problem]:
    problems = []
    for role in draft.sheet.roles:
        if role.name in typed:
            count = _count(role, "".join(typed[role.name]).strip())
            line = draft.line(role.line)
            if count is None:
                said = _("%(label)s：请填 %(least)s 到 %(most)s 之间的数。")
                problems.append(Problem(said, role.name, {"label": role.label, "least": role.least, "most": role.most}))
            elif line:
                await declare(tx, line, role.role, count)
    return problems


def _count(role: RoleQuestion, text: str) -> int | None:
    count = {"yes": 1, "no": 0}.get(text, int(text) if text.isdecimal() and len(text) < 4 else -1)
    return count if role.least <= count <= role.most else None


async def store_answers(tx: Tx, cart: UUID, version: int, answers: Mapping[Cell, Answer]) -> None:
    """Seals and writes any number of answers in one statement."""
    await _store(tx, cart, version, [(*cell, _stored(answer)) for cell, answer in answers.items()])


async def store_pledge(tx: Tx, draft: Draft, subject: UUID, element: str, signed: Pledged | None) -> None:
    """`element`: `pledge.<material>#<variant>`; None takes it back."""
    await _store(tx, draft.cart_id, draft.version, [(subject, element, {"value": msgspec.to_builtins(signed)})])


async def _store(tx: Tx, cart: UUID, version: int, rows: list[tuple[UUID, str, dict[str, Any]]]) -> None:
    if not rows:
        return
    await tx.db.execute(
        """INSERT INTO answers (cart_id, subject, element, sealed, version, at)
           SELECT $1, a.subject, a.element, a.sealed, $2, $3
             FROM unnest($4::uuid[], $5::text[], $6::bytea[]) AS a(subject, element, sealed)
           ON CONFLICT (cart_id, subject, element)
           DO UPDATE SET sealed = excluded.sealed, version = excluded.version, at = excluded.at""",
        cart,
        version,
        tx.now,
        [subject for subject, _element, _data in rows],
        [element for _subject, element, _data in rows],
        [tx.key.seal_value(data, about(cart, subject, element)) for subject, element, data in rows],
    )


def _stored(answer: Answer) -> dict[str, Any]:
    if answer.raw:
        return {"raw": answer.raw}
    return {"value": answer.value, "from": answer.source} if answer.source else {"value": answer.value}


async def carry_over(tx: Tx, draft: Draft, lines: Iterable[UUID], told: Mapping[str, str]) -> None:
    """Answers a guide already has, `applicant.household` → text, for lines just put in. What cannot be one is left out,
    and nothing the draft knows already is touched."""
    fresh, pack, kept = set(lines), draft.pack, dict[Cell, Answer]()
    for question in draft.sheet.questions:
        for line in (draft.line(id_) for id_ in question.needed_by if id_ in fresh):
            roles = [name for name, ids in line.parties.items() if question.subject in ids] if line else []
            field = question.element.code.partition(".")[2]
            text = next((told[f"{role}.{field}"] for role in roles if f"{role}.{field}" in told), None)
            if text and not question.filled and question.cell not in draft.told.answers:
                try:
                    kept[question.cell] = Answer(_read(tx, question, [text], pack), version=draft.version)
                except AnswerError:
                    continue
    await store_answers(tx, draft.cart_id, draft.version, {c: a for c, a in kept.items() if a.value is not None})
