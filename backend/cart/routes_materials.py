"""The list of materials: what need not be handed in, a photo or a document for the rest, a pledge where one will do."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.cart.actions import lock_draft
from backend.cart.closed import closed_to_agent
from backend.cart.credit import credit_of
from backend.cart.forms import id_in, speaker_of
from backend.cart.handing_in import given_in, kept_of, pressed_of
from backend.cart.materials import (
    attach,
    detach,
    need_named,
    photo_in,
    pledge,
    put_in_place,
    room_for,
    take_pledge_back,
    way_in,
)
from backend.cart.model import Draft, Need
from backend.cart.pledge_text import hash_of_text, text_of
from backend.cart.queries import open_draft
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.files import keep, open_file, press
from backend.core.i18n import _
from backend.core.web import PERSON, Form, page, read_form, request_tx, see_other


@get("/cart/materials", opt=PERSON, include_in_schema=False)
async def materials(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    draft = await open_draft(tx)
    if draft is None or not draft.lines:
        return see_other("/cart")
    return await _list(request, tx, draft)


@post("/cart/materials", opt=PERSON, include_in_schema=False)
async def hand_in(request: Request) -> Response[Any]:
    """`material` names the entry, `file` one or several pages, `upload` such as were sent ahead in pieces; `instead` is the
    page that the first of them replaces. What can be kept is kept; the rest is told, each with why.

    The files are checked between two transactions: that takes a while, and nothing of hers is locked meanwhile.
    """
    async with request_tx(request) as tx:
        form = await read_form(request)
        draft, name = await _named(tx, form)
        need = need_named(draft, name)
        try:
            given = await given_in(tx, form)
        except Invalid as early:
            return await _list(request, tx, draft, tuple(Problem(p.say, name, p.params) for p in early.problems))
        if not len(given):
            said = Problem(_("还没有选照片或文件：%(label)s"), need.name, {"label": need.material.label})
            return await _list(request, tx, draft, (said,))
        room_for(need, len(given))
    handed, problems = await pressed_of(given, request.app.state.files, name)
    async with request_tx(request) as tx:
        draft, name = await _named(tx, form)
        need = need_named(draft, name)
        room_for(need, len(handed))
        await _take_in(tx, draft, need, await kept_of(tx, request.app.state.files, handed), form.text("instead"))
        if not problems:
            return see_other(f"/cart/materials#{name}")
        after = await open_draft(tx)
        assert after is not None
        return await _list(request, tx, after, problems)


async def _take_in(tx: Tx, draft: Draft, need: Need, files: list[UUID], instead: str) -> None:
    """Sent a second time, the old page is gone already and the new one there."""
    old = id_in(instead) if instead else None
    there = {held.id for held in need.files}
    if old in there and files and files[0] not in there:
        await put_in_place(tx, draft, need, old, files[0])
        files = files[1:]
    await attach(tx, draft, need, files)


@post("/cart/materials/turn", opt=PERSON, include_in_schema=False)
async def turn(request: Request) -> Response[None]:
    """A quarter to the `left` or to the `right`: a new picture in the old one's place, made between two transactions."""
    async with request_tx(request) as tx:
        form = await read_form(request)
        draft, name = await _named(tx, form)
        file, way = photo_in(need_named(draft, name), id_in(form.text("file"))), way_in(form.text("way"))
        old = await open_file(tx, request.app.state.files, file)
    turned = await press(old.content, old.name, way)
    async with request_tx(request) as tx:
        draft, name = await _named(tx, form)
        need = need_named(draft, name)
        await put_in_place(tx, draft, need, file, await keep(tx, request.app.state.files, turned))
    return see_other(f"/cart/materials#{name}")


@post("/cart/materials/removal", opt=PERSON, include_in_schema=False)
async def take_back(request: Request, tx: NamedDependency[Tx]) -> Response[None]:
    form = await read_form(request)
    draft, name = await _named(tx, form)
    await detach(tx, draft, need_named(draft, name), id_in(form.text("file")))
    return see_other(f"/cart/materials#{name}")


@get("/cart/materials/pledge", opt=PERSON, include_in_schema=False)
async def read_pledge(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """The whole of it: what is pledged, what is checked, until when, and what follows. `material` names the entry."""
    draft = await open_draft(tx)
    need = need_named(draft, request.query_params.get("material", "")) if draft else None
    if draft is None or need is None or not need.pledge:
        raise NotFound()
    return _pledge_page(request, tx, draft, need, "", [])


@post("/cart/materials/pledge", opt=PERSON, include_in_schema=False)
async def sign_pledge(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """`signed`: yes signs with her own `name` the words that were `read`; anything else takes it back."""
    form = await read_form(request)
    draft, name = await _named(tx, form)
    need = need_named(draft, name)
    if form.text("signed") != "yes":
        await take_pledge_back(tx, draft, need)
        return see_other(f"/cart/materials#{name}")
    try:
        if form.text("agree") != "yes":
            raise Invalid(Problem(_("请先看一遍，勾上“我看清楚了”，再签。"), "agree"))
        await pledge(tx, draft, need, form.text("name"), form.text("read"))
    except Invalid as invalid:
        return _pledge_page(request, tx, draft, need, form.text("name"), list(invalid.problems))
    return see_other(f"/cart/materials#{name}")


def _pledge_page(
    request: Request, tx: Tx, draft: Draft, need: Need, name: str, problems: list[Problem]
) -> Response[str]:
    text = text_of(need.material)
    return page(
        request, tx, "cart/pledge.html", status=422 if problems else 200, draft=draft, need=speaker_of(tx, draft).need(need),
        text=text, read=hash_of_text(text), name=name, problems=problems,
    )  # fmt: skip


async def _named(tx: Tx, form: Form) -> tuple[Draft, str]:
    return await lock_draft(tx, id_in(form.text("cart"))), form.text("material")


async def _list(request: Request, tx: Tx, draft: Draft, problems: tuple[Problem, ...] = ()) -> Response[str]:
    speaker = speaker_of(tx, draft)
    needs = [speaker.need(need) for need in draft.sheet.materials]
    by_hand = [need for need in needs if need.way in ("", "file", "pledge")]
    return page(
        request,
        tx,
        "cart/materials.html",
        status=422 if problems else 200,
        draft=draft,
        credit=credit_of(draft),
        closed=await closed_to_agent(tx, draft),
        by_hand=by_hand,
        found=[need for need in needs if need.way not in ("", "file", "pledge")],
        left=sum(need.problem is not None for need in needs),
        open=len(draft.sheet.open),
        problems=problems,
    )


ROUTES = [materials, hand_in, turn, take_back, read_pledge, sign_pledge]
