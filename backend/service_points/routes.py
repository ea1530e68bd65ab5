"""Helping one person at a time: opening a visit, her signature, the slip she takes home, the end."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.queries import Published, city
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.files import press
from backend.core.i18n import _
from backend.core.printing import printed
from backend.core.web import ACCOUNT, ANYONE, COOKIE, Form, language_of, page, paper, read_form, request_tx, see_other
from backend.mandates.counter import sheet
from backend.mandates.forms import choices, shown_of
from backend.mandates.themes import chosen
from backend.service_points import routes_organisations
from backend.service_points.model import Place
from backend.service_points.queries import done_in, my_place, open_visit, points, visit_for
from backend.service_points.visits import Opening, close, open_one, sign, slip


@get("/service-points", opt=ANYONE, include_in_schema=False)
async def where_to_go(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """Where one can walk in and be helped."""
    return page(request, tx, "service_points/list.html", points=await points(tx))


@get("/visits", opt=ACCOUNT, include_in_schema=False)
async def at_work(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """The member of staff's own first page: whom she is helping, or the next one."""
    place, visit = await my_place(tx), await open_visit(tx)
    done = await done_in(tx, visit) if visit else []
    titles = (await city(tx.db)).titles
    names = [titles.get(code, code) for code in visit.items] if visit else []
    return page(request, tx, "service_points/visits.html", place=place, visit=visit, done=done, names=names)


@get("/visits/new", opt=ACCOUNT, include_in_schema=False)
async def new_visit(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    await my_place(tx)
    return see_other("/visits") if await open_visit(tx) else await _form_page(request, tx, Form([], []), [])


@post("/visits", opt=ACCOUNT, include_in_schema=False)
async def begin(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    place, form, published = await my_place(tx), await read_form(request), await city(tx.db)
    try:
        async with tx.db.transaction():
            visit = await open_one(tx, place, _opening(form, published, place))
    except Invalid as invalid:
        return await _form_page(request, tx, form, list(invalid.problems))
    return see_other(f"/visits/{visit}/signature")


@get("/visits/{visit:uuid}/signature", opt=ACCOUNT, include_in_schema=False)
async def ask_to_sign(request: Request, tx: NamedDependency[Tx], visit: FromPath[UUID]) -> Response[str]:
    return await _sign_page(request, tx, visit, [])


@get("/visits/{visit:uuid}/paper.pdf", opt=ACCOUNT, include_in_schema=False)
async def print_consent(request: Request, visit: FromPath[UUID]) -> Response[bytes]:
    """For signing on paper."""
    async with request_tx(request) as tx:
        data = sheet((await visit_for(tx, visit)).consent, visit, language_of(request))
    return paper(await printed("consent.typ", data), "consent")


@post("/visits/{visit:uuid}/signature", opt=ACCOUNT, include_in_schema=False)
async def take_signature(request: Request, visit: FromPath[UUID]) -> Response[Any]:
    """What she drew on the tablet, or a photo of the paper she signed: the same field. Checked between two transactions."""
    async with request_tx(request) as tx:
        await visit_for(tx, visit)
        form = await read_form(request)
        uploads = form.files("signature")
        if not uploads:
            return await _sign_page(
                request, tx, visit, [Problem(_("还没有签名。请在框里签，或拍下签好字的纸。"), "signature")]
            )
    try:
        pressed = await press(await uploads[0].read(), uploads[0].filename)
    except Invalid as invalid:
        async with request_tx(request) as tx:
            return await _sign_page(
                request, tx, visit, [Problem(p.say, "signature", p.params) for p in invalid.problems]
            )
    async with request_tx(request) as tx:
        signed_on = "tablet" if form.text("drawn") == "yes" else "paper"
        token = request.cookies.get(COOKIE, "")
        await sign(tx, request.app.state.files, token, await visit_for(tx, visit), signed_on, pressed)
    return see_other("/visits")


@get("/visits/{visit:uuid}/slip.pdf", opt=ACCOUNT, include_in_schema=False)
async def print_slip(request: Request, visit: FromPath[UUID]) -> Response[bytes]:
    """In large print, before the visit ends: afterwards the member of staff sees nothing of her."""
    async with request_tx(request) as tx:
        place, found = await my_place(tx), await visit_for(tx, visit)
        data = slip(tx, place, found, await done_in(tx, found), language_of(request))
    return paper(await printed("slip.typ", data), "slip")


@post("/visits/{visit:uuid}/end", opt=ACCOUNT, include_in_schema=False)
async def end(request: Request, tx: NamedDependency[Tx], visit: FromPath[UUID]) -> Response[None]:
    await close(tx, request.cookies.get(COOKIE, ""), await visit_for(tx, visit))
    return see_other("/visits?done=ended")


def _opening(form: Form, published: Published, place: Place) -> Opening:
    wanted = chosen(published, form.all("themes"), form.all("items"))
    try:
        point = UUID(form.text("point"))
    except ValueError:
        point = None
    only = place.counters[0] if len(place.counters) == 1 else ""
    return Opening(
        point=point if place.organisation_id else None,
        counter=form.text("counter") or only if place.counters else "",
        person=shown_of(form, "person"),
        items=wanted.items or [],
        matters=wanted.words,
        seen=form.text("seen") == "yes",
    )


async def _form_page(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    place = await my_place(tx)
    return page(
        request,
        tx,
        "service_points/new.html",
        status=422 if problems else 200,
        form=form,
        problems=problems,
        points=await points(tx, place.organisation_id) if place.organisation_id else [],
        counters=place.counters,
        **choices(await city(tx.db)),
    )


async def _sign_page(request: Request, tx: Tx, visit: UUID, problems: list[Problem]) -> Response[str]:
    found = await visit_for(tx, visit)
    return page(
        request, tx, "service_points/sign.html", status=422 if problems else 200, visit=found, problems=problems
    )


ROUTES = [
    where_to_go, at_work, new_visit, begin, ask_to_sign, print_consent, take_signature, print_slip, end, *routes_organisations.ROUTES,
]  # fmt: skip
