"""Answering a correction notice: every point at once, with new photos, a new value or a word about it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from obstore.store import ObjectStore

from backend.cases.actions import move
from backend.cases.model import Case, Defect, Fact
from backend.cases.queries import REPLY, all_facts, facts_place, open_defects
from backend.cases.questioned import question_correction
from backend.catalogue.answers import AnswerError, read_answer
from backend.catalogue.model import Element
from backend.catalogue.queries import city, item_version
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.files import Pressed, keep
from backend.core.i18n import _

LONGEST_REPLY = 500
MOST_PHOTOS = 6

Typed = Mapping[str, Sequence[str]]


class Photos(msgspec.Struct, frozen=True):
    """What was photographed, by field, already made safe; and what could not be kept, each with why."""

    kept: Mapping[str, Sequence[Pressed]] = {}
    problems: tuple[Problem, ...] = ()


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One point of the notice, and where it is answered. `element`: the question to answer anew, if it is one."""

    n: int
    defect: Defect
    element: Element | None = None

    @property
    def answer(self) -> str:
        return f"answer-{self.n}"

    @property
    def photo(self) -> str:
        return f"photo-{self.n}"


async def points_of(tx: Tx, case: Case) -> list[Point]:
    elements = (await item_version(tx.db, case.item_code, case.item_version)).elements
    defects = await open_defects(tx.db, case.id)
    return [Point(n=n, defect=d, element=elements.get(d.element)) for n, d in enumerate(defects)]


async def answer_correction(tx: Tx, store: ObjectStore, case: Case, typed: Typed, photos: Photos) -> Case:
    """`typed["answer-0"]` and `photos["photo-0"]` answer the first point, and so on. Invalid with every point still open."""
    points = await points_of(tx, case)
    values = _read(tx, points, typed, photos)
    for point in points:
        await _keep_photos(tx, store, case, point, photos.kept.get(point.photo, ()))
    said = await _keep_answers(tx, case, points, values)
    moved = await move(tx, case, "corrected")
    await question_correction(tx, case.id, said, (await city(tx.db)).pack)
    return moved


def _read(tx: Tx, points: Sequence[Point], typed: Typed, photos: Photos) -> dict[int, Any]:
    """The answers by point; a photo alone answers a point about a material."""
    values, problems = {}, list(photos.problems)
    spoiled = {problem.field for problem in photos.problems}
    for point in points:
        taken = photos.kept.get(point.photo, ())
        try:
            value = _value(tx, point, [text for text in typed.get(point.answer, ()) if text.strip()])
            if value is not None:
                values[point.n] = value
            elif not taken and point.photo not in spoiled:
                problems.append(_unanswered(point))
        except AnswerError as error:
            problems.append(msgspec.structs.replace(error.problem, field=point.answer))
        if len(taken) > MOST_PHOTOS:
            problems.append(Problem(_("这一项最多交 6 个文件。"), point.photo))
    if problems:
        raise Invalid(*problems)
    return values


def _value(tx: Tx, point: Point, texts: list[str]) -> Any:
    if point.element:
        return read_answer(point.element, texts, tx.today)
    words = "\n".join(texts).strip()
    if len(words) > LONGEST_REPLY:
        raise AnswerError(_("这一栏请写在 500 字以内。"))
    return words or None


def _unanswered(point: Point) -> Problem:
    if point.defect.material:
        return Problem(_("请拍一张照片交上；交不了，就写明原因。"), point.photo)
    return Problem(_("请回答这一项。"), point.answer)


async def _keep_photos(tx: Tx, store: ObjectStore, case: Case, point: Point, photos: Sequence[Pressed]) -> None:
    """The new pages stand for the material from now on; the old ones stay in the store."""
    for position, pressed in enumerate(photos if point.defect.material else ()):
        file_id = await keep(tx, store, pressed)
        await tx.db.execute(
            "INSERT INTO case_files (case_id, subject, material, position, file_id, added_at) VALUES ($1, $2, $3, $4, $5, $6)",
            case.id,
            point.defect.subject or case.principal_id,
            point.defect.material,
            position,
            file_id,
            tx.now,
        )


async def _keep_answers(tx: Tx, case: Case, points: Sequence[Point], values: Mapping[int, Any]) -> list[Fact]:
    """Answers join the sealed facts; what was filed first stays readable behind them."""
    said = [
        Fact(
            subject=point.defect.subject or case.principal_id,
            element=point.defect.element if point.element else f"{REPLY}.{point.n}",
            value=values[point.n],
            source="corrected",
            trust="D",
            at=tx.now,
        )
        for point in points
        if point.n in values
    ]
    if said:
        sealed = tx.key.seal_value([*await all_facts(tx, case), *said], facts_place(case.id))
        await tx.db.execute("UPDATE cases SET facts_sealed = $2 WHERE id = $1", case.id, sealed)
    return said
