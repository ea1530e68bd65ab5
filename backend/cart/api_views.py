"""The cart as programs read it: plain values (fen, ISO dates, true/false, codes of choices), sentences in their language."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request

from backend.cart.forms import speaker_of
from backend.cart.hindrances import hindrances
from backend.cart.messages import NeedWords, QuestionWords, Speaker
from backend.cart.model import Draft
from backend.cart.parting import parted
from backend.cart.pledge_text import hash_of_text, text_of
from backend.cart.queries import open_draft
from backend.cart.uses import hash_of_words, uses_of, words_of
from backend.core.db import Tx
from backend.core.errors import NotFound, Problem
from backend.core.i18n import translate
from backend.core.localised import localised
from backend.core.render import saying
from backend.core.web import language_of
from backend.core.workdays import calendar


class CartLine(msgspec.Struct, frozen=True, kw_only=True):
    """`due`: the latest day if accepted today. `bound`: role → party id(s). `fits`: None while it is open. `changes`: what a
    newer version of the item changes for her; not filed before `renewal` says that she knows."""

    id: UUID
    item: str
    name: str
    version: int
    bound: dict[str, Any]
    instant: bool
    due: date | None
    visits: int
    fits: bool | None
    gone: bool
    changes: list[str]


class Said(msgspec.Struct, frozen=True):
    """A problem in words, and the field it is about."""

    field: str
    say: str


class Waits(msgspec.Struct, frozen=True):
    """A line that cannot be filed yet, and why."""

    line: UUID
    problems: list[Said]


class UseWords(msgspec.Struct, frozen=True):
    """The certificates and registers that filing all of it uses, a sentence each, and why; filing sends `text_hash` back as
    `use` once the person has said yes to these very words."""

    words: list[str]
    text_hash: str


class Cart(msgspec.Struct, frozen=True, kw_only=True):
    """Filing takes `id` and `version` as they are here; `problems` must be empty then. Where some are `ready` while others
    wait, filing with `lines` takes those alone."""

    id: UUID
    version: int
    lines: list[CartLine]
    filled: int
    questions: int
    materials: int
    saved_questions: tuple[int, int]
    saved_materials: tuple[int, int]
    problems: list[Said]
    ready: list[UUID]
    waiting: list[Waits]
    use: UseWords | None


class AskedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    subject: str
    topic: str
    label: str
    type: str
    required: bool
    value: Any
    source: str
    trust: str
    why: str
    needed_by: list[UUID]
    choices: list[dict[str, str]]


class AskedMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """`way`: "" nothing yet, file, certificate, register, result_of, pledge. `pledge_text`: everything to be read before signing,
    `pledge_hash` its hash; `barred`: until when she may not pledge."""

    name: str
    subject: str
    label: str
    required: bool
    way: str
    files: list[UUID]
    pledge: str
    pledge_text: str
    pledge_hash: str
    barred: date | None
    formats: list[str]
    needed_by: list[UUID]


class SheetView(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    questions: list[AskedQuestion]
    materials: list[AskedMaterial]
    problems: list[Said]


async def draft_for(tx: Tx) -> Draft:
    draft = await open_draft(tx)
    if draft is None:
        raise NotFound()
    return draft


async def cart_view(request: Request, tx: Tx, draft: Draft) -> Cart:
    speaker, sheet = speaker_of(tx, draft), draft.sheet
    standing_in_the_way = (*sheet.problems, *(await hindrances(tx, draft)).problems)
    parts = parted(draft, standing_in_the_way)
    words = {line.id: line for line in speaker.lines(await calendar(tx.db, tx.today))}
    with saying(language_of(request)) as said:
        changes = {line: [said(one) for one in found.changes] for line, found in words.items()}
    view = Cart(
        id=draft.cart_id,
        version=draft.version,
        lines=[
            CartLine(
                id=line.id,
                item=line.item.code,
                name=line.item.name,
                version=line.version,
                bound=line.bound(),
                instant=words[line.id].instant,
                due=words[line.id].due,
                visits=line.item.visits.count,
                fits=sheet.states[line.id].fits if line.id in sheet.states else None,
                gone=line.gone,
                changes=changes[line.id],
            )
            for line in draft.lines
        ],
        filled=sum(question.filled for question in sheet.questions),
        questions=len(sheet.questions),
        materials=len(sheet.materials),
        saved_questions=sheet.saved.questions,
        saved_materials=sheet.saved.materials,
        problems=_said(request, speaker, standing_in_the_way),
        ready=list(parts.ready),
        waiting=[Waits(line, _said(request, speaker, found)) for line, found in parts.waiting.items()],
        use=_use(request, draft),
    )
    return localised(view, language_of(request))


def _use(request: Request, draft: Draft) -> UseWords | None:
    used = uses_of(draft)
    words = words_of(used, language_of(request))
    return UseWords(words.splitlines(), hash_of_words(words)) if used else None


async def sheet_view(request: Request, tx: Tx, draft: Draft) -> SheetView:
    speaker, sheet = speaker_of(tx, draft), draft.sheet
    view = SheetView(
        version=draft.version,
        questions=[_question(speaker, q, speaker.question(q)) for q in sheet.questions],
        materials=[_material(speaker, need, speaker.need(need)) for need in sheet.materials],
        problems=_said(request, speaker, sheet.problems),
    )
    return localised(view, language_of(request))


def _question(speaker: Speaker, question: Any, words: QuestionWords) -> AskedQuestion:
    return AskedQuestion(
        name=question.name,
        subject=speaker.subject(question.subject),
        topic=question.element.topic,
        label=words.label,
        type=str(question.element.type),
        required=question.required,
        value=question.settled.value if question.settled else None,
        source=question.settled.source if question.settled else "",
        trust=question.settled.trust if question.settled else "",
        why=words.why,
        needed_by=list(question.needed_by),
        choices=list(words.options),
    )


def _material(speaker: Speaker, need: Any, words: NeedWords) -> AskedMaterial:
    return AskedMaterial(
        name=need.name,
        subject=speaker.subject(need.subject),
        label=words.label,
        required=need.required,
        way=need.way,
        files=[file.id for file in need.files],
        pledge=need.pledge,
        pledge_text=text_of(need.material) if need.pledge else "",
        pledge_hash=hash_of_text(text_of(need.material)) if need.pledge else "",
        barred=need.barred,
        formats=list(words.formats),
        needed_by=list(need.needed_by),
    )


def _said(request: Request, speaker: Speaker, problems: tuple[Problem, ...]) -> list[Said]:
    lang = language_of(request)
    return [Said(p.field, translate(lang, p.say, p.params)) for p in speaker.worded(problems)]
