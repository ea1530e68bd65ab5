"""The one sheet: a topic a page, each question once, whatever is known already filled in."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.cart.actions import lock_draft
from backend.cart.answering import save_answers
from backend.cart.asking import ask_registers, asked_lately
from backend.cart.credit import credit_of
from backend.cart.forms import answers_in, id_in, number_in, speaker_of
from backend.cart.messages import topics_of
from backend.cart.model import Draft
from backend.cart.queries import open_draft
from backend.core.db import Tx
from backend.core.errors import Problem
from backend.core.web import PERSON, Form, mode_of, page, read_form, see_other
from backend.registers.asking import remote


@get("/cart/sheet", opt=PERSON, include_in_schema=False)
async def sheet(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """One topic a page, the first with something open; `?all=1` everything that is filled in, to look over. `?ahead=` a topic as it
    comes later, whole: what a phone keeps for going on without a network (pwa/sw.js)."""
    draft = await open_draft(tx)
    if draft is None or not draft.lines:
        return see_other("/cart")
    topics = topics_of(draft)
    wanted, ahead = request.query_params.get("topic", ""), request.query_params.get("ahead", "")
    topic = wanted if wanted in topics else ahead if ahead in topics else _next_topic(draft)
    if "all" in request.query_params or (topic is None and not draft.sheet.roles):
        return await _overview(request, tx, draft)
    return await _topic_page(request, tx, draft, topic, edit=topic == wanted)


@post("/cart/sheet", opt=PERSON, include_in_schema=False)
async def save_sheet(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """Keeps what can be kept, then the next topic; with problems the same page again, nothing typed lost."""
    form = await read_form(request)
    draft = await lock_draft(tx, id_in(form.text("cart")))
    outcome = await save_answers(tx, draft, answers_in(form), number_in(form.text("seen")))
    if form.text("later"):
        return see_other("/cart")
    after = await open_draft(tx)
    assert after is not None
    await ask_registers(tx, after)
    if outcome.problems:
        edit = bool(form.text("edit"))
        return await _topic_page(
            request, tx, after, form.text("topic"), edit=edit, problems=outcome.problems, form=form
        )
    if form.text("edit"):
        return see_other("/cart/review")
    if _next_topic(after) or after.sheet.roles:
        return see_other("/cart/sheet")
    return see_other("/cart/materials" if any(need.problem for need in after.sheet.materials) else "/cart/review")


async def _overview(request: Request, tx: Tx, draft: Draft) -> Response[str]:
    speaker = speaker_of(tx, draft)
    topics = [
        (topic, speaker.sections([q for q in draft.sheet.questions if q.element.topic == topic]))
        for topic in topics_of(draft)
    ]
    return page(request, tx, "cart/answers.html", draft=draft, topics=topics)


async def _topic_page(
    request: Request,
    tx: Tx,
    draft: Draft,
    topic: str | None,
    *,
    edit: bool = False,
    problems: tuple[Problem, ...] = (),
    form: Form | None = None,
) -> Response[str]:
    speaker = speaker_of(tx, draft)
    asked = [q for q in draft.sheet.questions if q.element.topic == topic]
    elder = mode_of(request) == "elder" and not edit and "ahead" not in request.query_params
    one = next((q for q in asked if q.problem), None) if elder else None
    status, unread = (422 if problems else 200), (q.problem for q in asked if q.raw and q.problem)
    told = {problem.field: problem for problem in (*unread, *problems)}
    return page(
        request,
        tx,
        "cart/sheet.html",
        status=status,
        draft=draft,
        credit=credit_of(draft),
        topic=topic,
        topics=topics_of(draft),
        sections=speaker.sections([one] if one else asked),
        one=one is not None,
        edit=edit,
        roles=[(role, draft.line(role.line)) for role in draft.sheet.roles],
        problems={p.field: p for p in speaker.worded(told.values())},
        typed={name: form.all(name) for name, _text in form.fields} if form else {},
        filled=sum(q.filled for q in draft.sheet.questions),
        total=len(draft.sheet.questions),
        asked=await asked_lately(tx, draft),
        asks=bool(await remote(tx)),
        later=_later(draft, topic, one is not None),
    )


def _later(draft: Draft, topic: str | None, again: bool) -> list[str]:
    """The topics with something open that come after this page; `again`: this one too, of which only one question is shown."""
    waiting = {q.element.topic for q in draft.sheet.questions if q.problem}
    topics = topics_of(draft)
    at = topics.index(topic) + (not again) if topic in topics else 0
    return [later for later in topics[at:] if later in waiting]


@post("/cart/registers", opt=PERSON, include_in_schema=False)
async def ask(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """The open sheet asks by itself, so that nobody waits: what is too old or missing is left to jobs."""
    draft = await open_draft(tx)
    if draft is None:
        return see_other("/cart")
    await ask_registers(tx, draft)
    return await _asked(request, tx, draft, told=False)


@get("/cart/registers", opt=PERSON, include_in_schema=False)
async def asked(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """How far the registers have answered; the sheet looks every few seconds, without touching what is typed."""
    draft = await open_draft(tx)
    return see_other("/cart") if draft is None else await _asked(request, tx, draft, told=True)


async def _asked(request: Request, tx: Tx, draft: Draft, *, told: bool) -> Response[str]:
    """`told`: with what has come since the page was made."""
    block = "registers" if "hx-request" in request.headers else None
    return page(request, tx, "cart/registers.html", block=block, asked=await asked_lately(tx, draft), told=told)


def _next_topic(draft: Draft) -> str | None:
    """The first topic with something open."""
    waiting = {q.element.topic for q in draft.sheet.questions if q.problem}
    return next((topic for topic in topics_of(draft) if topic in waiting), None)


ROUTES = [sheet, save_sheet, ask, asked]
