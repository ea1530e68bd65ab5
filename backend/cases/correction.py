"""Answering a correction notice: every point at once, with a new photo, a new value or a word about it."""

from collections.abc import Mapping, Sequence

from obstore.store import ObjectStore

from backend.cases.actions import move
from backend.cases.model import Case, CaseFile, Defect, Fact
from backend.cases.queries import all_facts, facts_place, open_defects
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.files import store_upload
from backend.core.i18n import _

REPLY = "filing.correction_reply"
LONGEST_REPLY = 500
MOST_FILES = 6

Uploads = Mapping[str, Sequence[tuple[bytes, str]]]


async def answer_correction(tx: Tx, store: ObjectStore, case: Case, typed: Mapping[str, str], uploads: Uploads) -> Case:
    """`typed["answer-0"]` and `uploads["file-0"]` answer the first point of the notice, and so on.

    Invalid, with every point still open, before anything is kept.
    """
    defects = await open_defects(tx.db, case.id)
    if problems := _open_points(defects, typed, uploads):
        raise Invalid(*problems)
    for n, defect in enumerate(defects):
        await _keep_files(tx, store, case, defect, n, uploads.get(f"file-{n}", ()))
    await _keep_words(tx, case, defects, typed)
    return await move(tx, case, "corrected")


def _open_points(defects: Sequence[Defect], typed: Mapping[str, str], uploads: Uploads) -> list[Problem]:
    problems = []
    for n, defect in enumerate(defects):
        words, files = typed.get(f"answer-{n}", "").strip(), uploads.get(f"file-{n}", ())
        if len(words) > LONGEST_REPLY:
            problems.append(Problem(_("这一栏请写在 500 字以内。"), f"answer-{n}"))
        if len(files) > MOST_FILES:
            problems.append(Problem(_("这一项最多交 6 个文件。"), f"file-{n}"))
        if defect.material and not files and not words:
            problems.append(Problem(_("请拍一张照片交上；交不了，就写明原因。"), f"file-{n}"))
        elif not defect.material and not words and not files:
            problems.append(Problem(_("请回答这一项。"), f"answer-{n}"))
    return problems


async def _keep_files(
    tx: Tx, store: ObjectStore, case: Case, defect: Defect, n: int, files: Sequence[tuple[bytes, str]]
) -> None:
    """New pages stand for the material from now on; a photo nobody asked for goes with the reply."""
    subject, material = defect.subject or case.principal_id, defect.material or REPLY
    for position, (content, name) in enumerate(files):
        try:
            file_id = await store_upload(tx, store, content, name)
        except Invalid as refusal:
            raise Invalid(*(Problem(p.say, f"file-{n}", p.params) for p in refusal.problems)) from refusal
        page = CaseFile(
            subject=subject,
            material=material,
            variant="" if defect.material else str(n),
            position=position,
            file_id=file_id,
        )
        await tx.db.execute(
            """INSERT INTO case_files (case_id, subject, material, variant, position, file_id, added_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)""",
            *(case.id, page.subject, page.material, page.variant, page.position, page.file_id, tx.now),
        )


async def _keep_words(tx: Tx, case: Case, defects: Sequence[Defect], typed: Mapping[str, str]) -> None:
    """Answers join the sealed facts: what was filed first stays readable beside them."""
    said = [
        Fact(
            subject=defect.subject or case.principal_id,
            element=defect.element or f"{REPLY}.{n}",
            value=words,
            source="corrected",
            trust="D",
            at=tx.now,
        )
        for n, defect in enumerate(defects)
        if (words := typed.get(f"answer-{n}", "").strip())
    ]
    if said:
        facts = [*await all_facts(tx, case), *said]
        sealed = tx.key.seal_value(facts, facts_place(case.id))
        await tx.db.execute("UPDATE cases SET facts_sealed = $2 WHERE id = $1", case.id, sealed)
