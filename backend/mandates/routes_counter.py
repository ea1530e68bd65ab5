"""At the counter: taking a mandate in on paper, printing what is signed, and the second officer's look."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.files import press
from backend.core.i18n import _
from backend.core.printing import printed
from backend.core.web import OFFICER, Form, language_of, page, paper, read_form, request_tx, see_other
from backend.mandates.counter import confirm, on_paper, refuse, scan, sheet, take_in, waiting, withdraw
from backend.mandates.forms import choices, paper_of
from backend.mandates.model import ACTIONS, USUAL_DAYS

EMPTY = Form([("days", str(USUAL_DAYS)), *(("actions", action) for action in ACTIONS)], [])


@get("/desk/mandates", opt=OFFICER, include_in_schema=False)
async def on_the_counter(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    need_role(tx, "window")
    return page(
        request, tx, "mandates/counter_list.html", rows=await waiting(tx), said=request.query_params.get("done", "")
    )


@get("/desk/mandates/new", opt=OFFICER, include_in_schema=False)
async def new_paper(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    need_role(tx, "window")
    return await _form_page(request, tx, EMPTY, [])


@post("/desk/mandates", opt=OFFICER, include_in_schema=False)
async def take_paper_in(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    need_role(tx, "window")
    form = await read_form(request)
    try:
        async with tx.db.transaction():
            asked = await take_in(tx, paper_of(form, await city(tx.db)))
    except Invalid as invalid:
        return await _form_page(request, tx, form, list(invalid.problems))
    return see_other(f"/desk/mandates/{asked}")


@get("/desk/mandates/{asked:uuid}", opt=OFFICER, include_in_schema=False)
async def compare(request: Request, tx: NamedDependency[Tx], asked: FromPath[UUID]) -> Response[str]:
    return await _paper_page(request, tx, asked, [])


@get("/desk/mandates/{asked:uuid}/paper.pdf", opt=OFFICER, include_in_schema=False)
async def print_paper(request: Request, asked: FromPath[UUID]) -> Response[bytes]:
    """What the principal signs, in large print."""
    async with request_tx(request) as tx:
        need_role(tx, "window")
        data = sheet((await on_paper(tx, asked)).consent, asked, language_of(request))
    return paper(await printed("consent.typ", data), "mandate")


@post("/desk/mandates/{asked:uuid}/paper", opt=OFFICER, include_in_schema=False)
async def scan_paper(request: Request, asked: FromPath[UUID]) -> Response[Any]:
    """The signed paper. It is checked between two transactions, as every upload is."""
    async with request_tx(request) as tx:
        need_role(tx, "window")
        await on_paper(tx, asked)
        uploads = (await read_form(request)).files("paper")
        if not uploads:
            return await _paper_page(request, tx, asked, [Problem(_("请拍下或选择签好字的授权书。"), "paper")])
    try:
        pressed = await press(await uploads[0].read(), uploads[0].filename)
    except Invalid as invalid:
        async with request_tx(request) as tx:
            return await _paper_page(request, tx, asked, [Problem(p.say, "paper", p.params) for p in invalid.problems])
    async with request_tx(request) as tx:
        await scan(tx, request.app.state.files, asked, pressed)
    return see_other(f"/desk/mandates/{asked}")


@post("/desk/mandates/{asked:uuid}/answer", opt=OFFICER, include_in_schema=False)
async def second_look(request: Request, tx: NamedDependency[Tx], asked: FromPath[UUID]) -> Response[Any]:
    """The second officer confirms or refuses; the first one can only take it back."""
    need_role(tx, "window")
    form = await read_form(request)
    if form.text("answer") == "withdraw":
        await withdraw(tx, asked)
        return see_other("/desk/mandates")
    try:
        async with tx.db.transaction():
            await (confirm(tx, asked) if form.text("answer") == "alike" else refuse(tx, asked, form.text("reason")))
    except Invalid as invalid:
        return await _paper_page(request, tx, asked, list(invalid.problems), form.text("reason"))
    return see_other("/desk/mandates?done=" + ("confirmed" if form.text("answer") == "alike" else "refused"))


def need_role(tx: Tx, *roles: str) -> None:
    """Missing and forbidden look the same."""
    if not tx.viewer.roles & set(roles):
        raise NotFound()


async def _paper_page(
    request: Request, tx: Tx, asked: UUID, problems: list[Problem], reason: str = ""
) -> Response[str]:
    need_role(tx, "window")
    found = await on_paper(tx, asked)
    return page(
        request,
        tx,
        "mandates/counter_show.html",
        status=422 if problems else 200,
        asked=found,
        mine=found.first_officer == tx.viewer.id,
        problems=problems,
        reason=reason,
    )


async def _form_page(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    return page(
        request,
        tx,
        "mandates/counter_new.html",
        status=422 if problems else 200,
        form=form,
        problems=problems,
        **choices(await city(tx.db)),
    )


ROUTES = [on_the_counter, new_paper, take_paper_in, compare, print_paper, scan_paper, second_look]
