"""The cart's pages: what is in it, for whom each thing is, and everything once more before filing."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.accounts.levels import ASKED
from backend.accounts.standing import standing_of
from backend.cart import routes_kept, routes_materials, routes_share, routes_sheet, routes_signing
from backend.cart.actions import Wanted, add_lines, bind_line, remove_line
from backend.cart.answering import carry_over
from backend.cart.forms import choices_in, number_in, speaker_of
from backend.cart.naming import roles_of
from backend.cart.queries import open_draft, prepared_for
from backend.cart.renewing import renew_line
from backend.cart.review import review_page
from backend.catalogue.model import Item
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.web import PERSON, local_path, page, read_form, see_other
from backend.core.workdays import calendar


@get("/cart", opt=PERSON, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    draft = await open_draft(tx)
    removed = await _removed(request, tx) if "removed" in request.query_params else None
    if draft is None or not draft.lines:
        return page(request, tx, "cart/empty.html", removed=removed, preparing=await prepared_for(tx))
    speaker = speaker_of(tx, draft)
    sheet = draft.sheet
    return page(
        request,
        tx,
        "cart/show.html",
        draft=draft,
        lines=speaker.lines(await calendar(tx.db, tx.today)),
        filled=sum(q.filled for q in sheet.questions),
        open=[speaker.question(q) for q in sheet.open],
        needs=[speaker.need(need) for need in sheet.materials],
        missing=[speaker.need(need) for need in sheet.materials if need.problem],
        added=number_in(request.query_params.get("added", "")),
        already=request.query_params.get("already", "")[:100],
        stopped=request.query_params.get("gone", "")[:100],
        removed=removed,
        preparing=await prepared_for(tx),
        standing=await standing_of(tx),
        asked_level=ASKED,
    )


async def _removed(request: Request, tx: Tx) -> Item | None:
    """What she has just taken out, to be put back with one tap."""
    published = await city(tx.db)
    name = published.titles.get(request.query_params.get("removed", ""))
    return published.pack.items[name] if name else None


@post("/cart/lines", opt=PERSON, include_in_schema=False)
async def add(request: Request, tx: NamedDependency[Tx]) -> Response[None]:
    """One tap: `item` once or several times; optionally `bind.<role>` (a party id or "new") and `answer.<role>.<field>`."""
    form = await read_form(request)
    binds = choices_in({name.removeprefix("bind."): text for name, text in form.fields if name.startswith("bind.")})
    codes = list(dict.fromkeys(code for code in form.all("item") if code))
    added = await add_lines(tx, [Wanted(code, binds) for code in codes])
    told = {name.removeprefix("answer."): text for name, text in form.fields if name.startswith("answer.")}
    if told and added.lines and (draft := await open_draft(tx)):
        await carry_over(tx, draft, added.lines, told)
    query = {"added": len(added.lines)} | ({"already": "、".join(added.already)} if added.already else {})
    return see_other(local_path(form.text("next"), "/cart?" + urlencode(query)))


@post("/cart/lines/{line_id:uuid}/removal", opt=PERSON, include_in_schema=False)
async def remove(tx: NamedDependency[Tx], line_id: FromPath[UUID]) -> Response[None]:
    line = await remove_line(tx, line_id)
    return see_other("/cart?" + urlencode({"removed": line.item.code}))


@post("/cart/lines/{line_id:uuid}/renewal", opt=PERSON, include_in_schema=False)
async def renew(tx: NamedDependency[Tx], line_id: FromPath[UUID]) -> Response[None]:
    """She has read what a newer version changes; from here on the line is hers by that version."""
    await renew_line(tx, line_id)
    return see_other(f"/cart#line.{line_id}")


@get("/cart/lines/{line_id:uuid}/parties", opt=PERSON, include_in_schema=False)
async def parties_page(request: Request, tx: NamedDependency[Tx], line_id: FromPath[UUID]) -> Response[str]:
    """Which flat, which account, who is the spouse: chosen anew for one line."""
    draft = await open_draft(tx)
    line = draft.line(line_id) if draft else None
    if draft is None or line is None:
        raise NotFound()
    roles = roles_of(draft, line, tx.viewer.principal_name)
    return page(request, tx, "cart/parties.html", line=line, roles=roles, cart=draft.cart_id)


@post("/cart/lines/{line_id:uuid}/parties", opt=PERSON, include_in_schema=False)
async def choose_parties(request: Request, tx: NamedDependency[Tx], line_id: FromPath[UUID]) -> Response[None]:
    form = await read_form(request)
    chosen = {name.removeprefix("role."): text for name, text in form.fields if name.startswith("role.")}
    await bind_line(tx, line_id, choices_in(chosen))
    return see_other("/cart")


@get("/cart/review", opt=PERSON, include_in_schema=False)
async def review(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """Everything once more; the form below files it. Its key is made here: sending it twice files once."""
    draft = await open_draft(tx)
    if draft is None or not draft.lines:
        return see_other("/cart")
    return await review_page(request, tx, draft, str(uuid4()))


ROUTES = [
    *(show, add, remove, renew, parties_page, choose_parties, review),
    *routes_sheet.ROUTES,
    *routes_materials.ROUTES,
    *routes_signing.ROUTES,
    *routes_kept.ROUTES,
    *routes_share.ROUTES,
]
