"""The desk's page of one person: who may act for her, read out, printed, ended; and what ends everything."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.files import press
from backend.core.i18n import _
from backend.core.printing import printed
from backend.core.web import OFFICER, Form, language_of, page, paper, read_form, request_tx, see_other
from backend.mandates import sights
from backend.mandates.forms import shown_of
from backend.mandates.losses import enter_loss
from backend.mandates.model import Mandate
from backend.mandates.queries import mandates_about
from backend.mandates.routes_counter import need_role
from backend.mandates.sights import Sight, sight_of

NO_MATCH = _("对不上。请照着身份证再问一遍姓名、号码和核对的数字。")


@get("/desk/people", opt=OFFICER, include_in_schema=False)
async def ask_who(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    need_role(tx, "window", "hotline")
    return _ask_page(request, tx, Form([], []), [])


@post("/desk/people", opt=OFFICER, include_in_schema=False)
async def find_person(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """At a counter by the card; on the line by what only she should know. A wrong answer stays counted."""
    need_role(tx, "window", "hotline")
    form = await read_form(request)
    try:
        sight = await _sight(tx, form)
    except Invalid as invalid:
        return _ask_page(request, tx, form, list(invalid.problems))
    if sight is None:
        return _ask_page(request, tx, form, [Problem(NO_MATCH, "person_number")])
    return see_other(f"/desk/people/{sight}")


async def _sight(tx: Tx, form: Form) -> UUID | None:
    if form.text("way") == "hotline":
        need_role(tx, "hotline")
        return await sights.on_the_line(tx, shown_of(form, "person"), form.text("answer"))
    need_role(tx, "window")
    return await sights.at_counter(tx, shown_of(form, "person"))


@get("/desk/people/{sight:uuid}", opt=OFFICER, include_in_schema=False)
async def one_person(request: Request, tx: NamedDependency[Tx], sight: FromPath[UUID]) -> Response[str]:
    return await _person_page(request, tx, sight, [])


@get("/desk/people/{sight:uuid}/helpers.pdf", opt=OFFICER, include_in_schema=False)
async def print_helpers(request: Request, sight: FromPath[UUID]) -> Response[bytes]:
    async with request_tx(request) as tx:
        seen = await sight_of(tx, sight)
        given = [row for row in await _named(tx, seen) if row[0].principal_id == seen.person_id]
        address = f"{request.app.state.settings.public_url}/mandates"
        data = sights.paper(seen.name, given, tx.today, address, language_of(request))
    return paper(await printed("who_may_act.typ", data), "helpers")


@post("/desk/people/{sight:uuid}/mandates/{mandate:uuid}/revocation", opt=OFFICER, include_in_schema=False)
async def end_for_her(tx: NamedDependency[Tx], sight: FromPath[UUID], mandate: FromPath[UUID]) -> Response[None]:
    await sights.end_at_desk(tx, await sight_of(tx, sight), mandate)
    return see_other(f"/desk/people/{sight}?done=ended")


@post("/desk/people/{sight:uuid}/loss", opt=OFFICER, include_in_schema=False)
async def enter(request: Request, sight: FromPath[UUID]) -> Response[Any]:
    """Death or loss of capacity, with the paper that says so."""
    async with request_tx(request) as tx:
        await sight_of(tx, sight)
        form = await read_form(request)
        uploads = form.files("paper")
        if not uploads:
            return await _person_page(request, tx, sight, [Problem(_("请拍下或选择证明原件。"), "paper")], form)
    try:
        pressed = await press(await uploads[0].read(), uploads[0].filename)
        async with request_tx(request) as tx:
            await enter_loss(tx, request.app.state.files, await sight_of(tx, sight), form.text("reason"), pressed)
    except Invalid as invalid:
        async with request_tx(request) as tx:
            return await _person_page(request, tx, sight, [_of_paper(p) for p in invalid.problems], form)
    return see_other(f"/desk/people/{sight}?done=loss")


def _of_paper(problem: Problem) -> Problem:
    return problem if problem.field else Problem(problem.say, "paper", problem.params)


async def _named(tx: Tx, seen: Sight) -> list[tuple[Mandate, str]]:
    """The live ones, each with the names of its items."""
    titles = (await city(tx.db)).titles
    found = [m for m in await mandates_about(tx, seen.person_id) if m.live(tx.today)]
    return [(m, "、".join(titles.get(code, code) for code in m.items or [])) for m in found]


async def _person_page(
    request: Request, tx: Tx, sight: UUID, problems: list[Problem], form: Form | None = None
) -> Response[str]:
    seen = await sight_of(tx, sight)
    return page(
        request,
        tx,
        "mandates/sight.html",
        status=422 if problems else 200,
        seen=seen,
        rows=await _named(tx, seen),
        problems=problems,
        form=form or Form([], []),
        done=request.query_params.get("done", ""),
    )


def _ask_page(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    ways = [way for way, role in (("counter", "window"), ("hotline", "hotline")) if role in tx.viewer.roles]
    return page(
        request,
        tx,
        "mandates/sight_ask.html",
        status=422 if problems else 200,
        form=form,
        problems=problems,
        ways=ways,
    )


ROUTES = [ask_who, find_person, one_person, print_helpers, end_for_her, enter]
