"""The cart as JSON: the same rules as the pages. Answers are plain values (fen, ISO dates, true/false, codes of choices)."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.cart.actions import Added, Wanted, add_lines, lock_draft, remove_line
from backend.cart.answering import carry_over, save_answers
from backend.cart.fields import typed
from backend.cart.forms import choices_in, pressed_in, speaker_of
from backend.cart.materials import attach, detach, need_named, room_for, sign
from backend.cart.messages import NeedWords, QuestionWords, Speaker
from backend.cart.model import Draft
from backend.cart.queries import open_draft
from backend.cart.renewing import renew_line
from backend.catalogue.model import Pack
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.files import keep
from backend.core.i18n import _, translate, wanted
from backend.core.idempotency import fingerprint, once
from backend.core.render import saying
from backend.core.web import PERSON, read_form, request_tx
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


class Cart(msgspec.Struct, frozen=True, kw_only=True):
    """Filing takes `id` and `version` as they are here; `problems` must be empty then."""

    id: UUID
    version: int
    lines: list[CartLine]
    filled: int
    questions: int
    materials: int
    saved_questions: tuple[int, int]
    saved_materials: tuple[int, int]
    problems: list[Said]


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
    """`way`: "" nothing yet, file, certificate, register, result_of, pledge."""

    name: str
    subject: str
    label: str
    required: bool
    way: str
    files: list[UUID]
    pledge: str
    formats: list[str]
    needed_by: list[UUID]


class SheetView(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    questions: list[AskedQuestion]
    materials: list[AskedMaterial]
    problems: list[Said]


class NewLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`bind`: role → the id of a party of the cart, or "new"."""

    item: str
    bind: dict[str, str] = {}


class NewLines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`answers`: `role.field` → text, what a guide knows already."""

    lines: Annotated[list[NewLine], msgspec.Meta(min_length=1, max_length=30)]
    answers: dict[str, str] = {}


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`version`: the cart's as last read. `answers`: question name → plain value, null clears it."""

    version: int
    answers: dict[str, str | int | bool | list[str] | None]


class Pledge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    material: str
    signed: bool


@get("/api/v1/cart", opt=PERSON, tags=["cart"])
async def read_cart(request: Request, tx: NamedDependency[Tx]) -> Cart:
    """The open cart of whoever the session acts for; 404 without one."""
    return await _cart(request, tx, await _draft(tx))


@post("/api/v1/cart/lines", opt=PERSON, tags=["cart"], status_code=201)
async def add(request: Request, tx: NamedDependency[Tx], data: JSONBody[NewLines]) -> Response[Added]:
    """Puts items in, all or nothing. The `Idempotency-Key` header is required: a replay adds nothing more."""

    async def make() -> Added:
        added = await add_lines(tx, [Wanted(line.item, choices_in(line.bind)) for line in data.lines])
        if data.answers and added.lines:
            await carry_over(tx, await _draft(tx), added.lines, data.answers)
        return added

    asked = {"principal": tx.viewer.principal_id, **msgspec.to_builtins(data)}
    key = request.headers.get("idempotency-key", "")
    outcome, replayed = await once(tx, "cart-lines", key, fingerprint(asked), make)
    headers = {"Location": "/api/v1/cart", "Idempotency-Replayed": str(replayed).lower()}
    return Response(msgspec.convert(outcome, Added), status_code=201, headers=headers)


@delete("/api/v1/cart/lines/{line_id:uuid}", opt=PERSON, tags=["cart"], status_code=204)
async def remove(tx: NamedDependency[Tx], line_id: FromPath[UUID]) -> None:
    await remove_line(tx, line_id)


@post("/api/v1/cart/lines/{line_id:uuid}/renewal", opt=PERSON, tags=["cart"], status_code=204)
async def renew(tx: NamedDependency[Tx], line_id: FromPath[UUID]) -> None:
    """Goes over to the version in force; answers that fit no more are asked again. Sent twice it does nothing more."""
    await renew_line(tx, line_id)


@get("/api/v1/cart/sheet", opt=PERSON, tags=["cart"])
async def read_sheet(request: Request, tx: NamedDependency[Tx]) -> SheetView:
    """Each question and each material of the cart, once."""
    return await _sheet(request, tx, await _draft(tx))


@put("/api/v1/cart/answers", opt=PERSON, tags=["cart"])
async def put_answers(request: Request, tx: NamedDependency[Tx], data: JSONBody[Answers]) -> SheetView:
    """Keeps all answers or none: every problem comes back at once, each with its question's name as `field`."""
    draft = await lock_draft(tx)
    texts = {name: _texts(draft, draft.pack, name, value) for name, value in data.answers.items()}
    outcome = await save_answers(tx, draft, texts, data.version)
    empty = {name for name, value in data.answers.items() if value is None}
    if problems := [problem for problem in outcome.problems if problem.field not in empty]:
        raise Invalid(*problems)
    return await _sheet(request, tx, await _draft(tx))


@put("/api/v1/cart/pledges", opt=PERSON, tags=["cart"])
async def put_pledge(request: Request, tx: NamedDependency[Tx], data: JSONBody[Pledge]) -> SheetView:
    """Signs the pledge of one material instead of handing it in, or takes it back."""
    draft = await lock_draft(tx)
    await sign(tx, draft, need_named(draft, data.material), signed=data.signed)
    return await _sheet(request, tx, await _draft(tx))


@post("/api/v1/cart/materials", opt=PERSON, tags=["cart"], status_code=201)
async def hand_in(request: Request) -> SheetView:
    """A multipart form: `material` names the entry, `file` one or several photos or PDFs. All are kept or none; the same
    file sent again is a further page. Checked between two transactions, as on the page."""
    async with request_tx(request) as tx:
        form = await read_form(request)
        need = need_named(await _draft(tx), form.text("material"))
        room_for(need, len(form.files("file")))
    pressed, problems = await pressed_in(form.files("file"), need.name)
    if problems or not pressed:
        raise Invalid(*(problems or (Problem(_("还没有选照片或文件。"), "file"),)))
    async with request_tx(request) as tx:
        draft = await lock_draft(tx)
        need = need_named(draft, need.name)
        room_for(need, len(pressed))
        await attach(tx, draft, need, [await keep(tx, request.app.state.files, one) for one in pressed])
        return await _sheet(request, tx, await _draft(tx))


@delete("/api/v1/cart/materials/{name:str}/{file_id:uuid}", opt=PERSON, tags=["cart"], status_code=204)
async def take_back(tx: NamedDependency[Tx], name: FromPath[str], file_id: FromPath[UUID]) -> None:
    draft = await lock_draft(tx)
    await detach(tx, draft, need_named(draft, name), file_id)


async def _draft(tx: Tx) -> Draft:
    draft = await open_draft(tx)
    if draft is None:
        raise NotFound()
    return draft


def _texts(draft: Draft, pack: Pack, name: str, value: Any) -> list[str]:
    """A plain value as a form would send it; what is of another type than its element is refused as text."""
    element = pack.elements.get(name.partition(".")[2])
    if value is None:
        return []
    if isinstance(value, list):
        return value
    matching = element is not None and isinstance(value, (bool, int))
    return [str(typed(element, value))] if matching and element else [str(value)]


async def _cart(request: Request, tx: Tx, draft: Draft) -> Cart:
    speaker, sheet = speaker_of(tx, draft), draft.sheet
    words = {line.id: line for line in speaker.lines(await calendar(tx.db, tx.today))}
    with saying(wanted(request.cookies.get("lang"), request.headers.get("accept-language", ""))) as said:
        changes = {line: [said(one) for one in found.changes] for line, found in words.items()}
    return Cart(
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
        problems=_said(request, speaker, sheet.problems),
    )


async def _sheet(request: Request, tx: Tx, draft: Draft) -> SheetView:
    speaker, sheet = speaker_of(tx, draft), draft.sheet
    return SheetView(
        version=draft.version,
        questions=[_question(speaker, q, speaker.question(q)) for q in sheet.questions],
        materials=[_material(speaker, need, speaker.need(need)) for need in sheet.materials],
        problems=_said(request, speaker, sheet.problems),
    )


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
        formats=list(words.formats),
        needed_by=list(need.needed_by),
    )


def _said(request: Request, speaker: Speaker, problems: tuple[Problem, ...]) -> list[Said]:
    lang = wanted(request.cookies.get("lang"), request.headers.get("accept-language", ""))
    return [Said(p.field, translate(lang, p.say, p.params)) for p in speaker.worded(problems)]


ROUTES = [read_cart, add, remove, renew, read_sheet, put_answers, put_pledge, hand_in, take_back]
