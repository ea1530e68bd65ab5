"""The catalogue desk: the items of an officer's departments, one item with its versions, and the moves she may make."""

from datetime import date
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.guide import page_of_item
from backend.catalogue.item_flow import flow_of
from backend.catalogue.queries import city, version_with_pack
from backend.catalogue.states import LABELS, MOVES, OPEN, State, moves_from
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.web import OFFICER, Form, language_of, page, read_form, see_other
from backend.editing import routes_form, routes_import, routes_languages, routes_pack, routes_trials, routes_words
from backend.editing.actions import begin, begin_from_guide, begin_new, move
from backend.editing.candidate import candidate, findings
from backend.editing.differences import Side, changes_of
from backend.editing.fields import SECTIONS
from backend.editing.lists import lists_of
from backend.editing.model import Change, Desk, Finding, Text, Version
from backend.editing.queries import desk_of, desks_of, history_of, items_on_desk, text_of


@get("/desk/items", opt=OFFICER, include_in_schema=False)
async def items(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """Her departments' items: what is being worked on first."""
    return await _list_page(request, tx, Form([], []), [])


@post("/desk/items", opt=OFFICER, include_in_schema=False)
async def new_item(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """A new item: from nothing, like another one, or out of a guide that was imported."""
    form = await read_form(request)
    guide, like = form.text("guide"), await _to_copy(tx, form.text("like"))
    try:
        if guide:
            code = await begin_from_guide(tx, form.text("department"), guide)
        else:
            code = await begin_new(tx, form.text("department"), form.text("name"), like)
    except Invalid as refusal:
        return await _list_page(request, tx, form, list(refusal.problems), status=422)
    return see_other(f"/desk/items/{code}/draft/basics")


async def _to_copy(tx: Tx, code: str) -> Text | None:
    if not code:
        return None
    desk = await desk_of(tx, code)
    return await text_of(tx, desk.in_force(tx.today) or desk.versions[0])


async def _list_page(
    request: Request, tx: Tx, form: Form, problems: list[Problem], *, status: int = 200
) -> Response[str]:
    desks, asked = await desks_of(tx), request.query_params
    state = State(asked["state"]) if asked.get("state") in set(OPEN) else None
    words = asked.get("q", "").strip()[:100]
    departments = (await city(tx.db)).pack.departments
    return page(
        request, tx, "editing/list.html", status=status, form=form, problems=problems, q=words, state=state, labels=LABELS,
        states=OPEN, rows=await items_on_desk(tx, list(desks), words, state), departments=departments,
        mine=[short for short, roles in desks.items() if "editor" in roles and short in departments],
    )  # fmt: skip


@get("/desk/items/{code:str}", opt=OFFICER, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> Response[str]:
    return await _show_page(request, tx, await desk_of(tx, code), Form([], []), [])


@post("/desk/items/{code:str}/draft", opt=OFFICER, include_in_schema=False)
async def begin_draft(tx: NamedDependency[Tx], code: FromPath[str]) -> Response[None]:
    await begin(tx, await desk_of(tx, code))
    return see_other(f"/desk/items/{code}/draft/basics")


@post("/desk/items/{code:str}/moves", opt=OFFICER, include_in_schema=False)
async def make_move(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> Response[Any]:
    """One move on the version as she saw it; what stands in the way comes all at once, and what she wrote is kept."""
    form, desk = await read_form(request), await desk_of(tx, code)
    version = next((one for one in desk.versions if str(one.version) == form.text("version")), None)
    if version is None:
        raise NotFound()
    try:
        async with tx.db.transaction():
            seen, first = form.text("revision"), _day(form.text("first"))
            await move(
                tx, desk, version, form.text("move"), int(seen) if seen.isdecimal() else 0, form.text("reason"), first
            )
    except (Invalid, Conflict) as refusal:
        return await _show_page(request, tx, desk, form, list(refusal.problems), status=refusal.status)
    return see_other(f"/desk/items/{code}?done={form.text('move')}")


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(Problem(_("这个日期看不懂，请写成 2026-01-31 这样。"), "first")) from None


async def _show_page(
    request: Request, tx: Tx, desk: Desk, form: Form, problems: list[Problem], *, status: int = 200
) -> Response[str]:
    found, changes = await draft_of(tx, desk)
    moves = [(version, made) for version in desk.versions for made in moves_from(version.state, desk.roles, wrote=version.wrote)
             if not version.over(tx.today)]  # fmt: skip
    return page(
        request, tx, "editing/show.html", status=status, desk=desk, form=form, problems=problems, labels=LABELS, moves=moves,
        findings=found, changes=changes, sections=SECTIONS, done=MOVES.get(request.query_params.get("done", "")),
        history=await history_of(tx, desk.code), words={name: made.says for name, made in MOVES.items()},
    )  # fmt: skip


async def draft_of(tx: Tx, desk: Desk) -> tuple[list[Finding], list[Change]]:
    """What the rules find in the draft, and what it changes of what is in force."""
    if desk.draft is None:
        return [], []
    published, text = await city(tx.db), await text_of(tx, desk.draft)
    tried, before = candidate(published, text.raw), await _before(tx, desk)
    found = findings(published, tried)
    if before is None:
        return found, []
    mine = [desk.department_id]
    old_item, old_pack = await version_with_pack(tx.db, desk.code, before.version)
    old = Side((await text_of(tx, before)).raw, old_item, old_pack, lists_of(old_pack, old_item, mine))
    return found, changes_of(old, Side(text.raw, tried.item, tried.pack, lists_of(tried.pack, tried.item, mine)))


async def _before(tx: Tx, desk: Desk) -> Version | None:
    """What is in force, else what was last."""
    past = (
        v for v in desk.versions if v.state in (State.PUBLISHED, State.WITHDRAWN) and v.first and v.first <= tx.today
    )
    return desk.in_force(tx.today) or next(past, None)


@get("/desk/items/{code:str}/preview", opt=OFFICER, include_in_schema=False)
async def preview(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> Response[str]:
    """Any version as people read it on their phones, by the same template."""
    desk, asked = await desk_of(tx, code), request.query_params.get("version", "")
    version = next((one for one in desk.versions if not asked or str(one.version) == asked), None)
    if version is None:
        raise NotFound()
    if version.state in (State.PUBLISHED, State.WITHDRAWN):
        item, pack = await version_with_pack(tx.db, code, version.version)
    else:
        tried = candidate(await city(tx.db), (await text_of(tx, version)).raw)
        item, pack = tried.item, tried.pack
    lang = language_of(request)
    shown = msgspec.structs.replace(page_of_item(pack, item, lang), questions=())
    return page(
        request, tx, "editing/preview.html", item=shown, flow=flow_of(shown, lang, large=False), version=version, labels=LABELS,
        address=str(request.url.with_replacements(path=f"/items/{code}", query="")),
    )  # fmt: skip


ROUTES = [
    items,
    new_item,
    show,
    begin_draft,
    make_move,
    preview,
    *routes_form.ROUTES,
    *routes_import.ROUTES,
    *routes_languages.ROUTES,
    *routes_words.ROUTES,
    *routes_pack.ROUTES,
    *routes_trials.ROUTES,
]
