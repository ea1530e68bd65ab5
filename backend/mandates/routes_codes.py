"""Showing a code on the principal's phone, typing it on the agent's, and the sheet for the counter."""

from typing import Any

import segno
from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.i18n import _
from backend.core.printing import printed
from backend.core.web import PERSON, Form, language_of, network_of, page, paper, read_form, request_tx, see_other
from backend.mandates.actions import consent_text
from backend.mandates.codes import bring_code, make_code, plain
from backend.mandates.forms import choices, grant_of, matters_of
from backend.mandates.model import USUAL_DAYS, Mandate
from backend.mandates.queries import mandates_of
from backend.mandates.sights import paper as helpers_paper

WRONG = _("代码不对、过期了，或者不是给您的。请核对，也请对方看看写的是不是您登录用的姓名。")


@get("/mandates/show-code", opt=PERSON, include_in_schema=False)
async def code_form(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _form_page(request, tx, Form([("days", str(USUAL_DAYS))], []), [])


@post("/mandates/show-code", opt=PERSON, include_in_schema=False)
async def show_code(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """First the very words; with `agreed` the code, on this answer alone: it is not stored readably."""
    form, published = await read_form(request), await city(tx.db)
    asked, matters = grant_of(form, published), matters_of(form, published).words
    if form.text("agreed") != "yes" and asked.agent_name and asked.days:
        words = consent_text(tx.viewer.name, asked.agent_name, asked.days, matters, tx.today)
        return page(
            request, tx, "mandates/consent.html", consent=words, typed=form.fields, action="/mandates/show-code"
        )
    try:
        async with tx.db.transaction():
            code = await make_code(tx, asked, matters)
    except Invalid as invalid:
        return await _form_page(request, tx, form, list(invalid.problems))
    address = f"{request.app.state.settings.public_url}/mandates/code?c={code}"
    picture = segno.make(address, error="m", micro=False).svg_data_uri(scale=6, border=4, light="white")
    return page(request, tx, "mandates/code_shown.html", code=code, picture=picture, agent=asked.agent_name)


@get("/mandates/code", opt=PERSON, include_in_schema=False)
async def type_code_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    typed = plain(request.query_params.get("c", ""))[:12]
    return page(request, tx, "mandates/code.html", typed=typed, problems=[])


@post("/mandates/code", opt=PERSON, include_in_schema=False)
async def type_mandate_code(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """A wrong code is answered, not refused: the try must stay counted."""
    typed = (await read_form(request)).text("code")
    try:
        mandate = await bring_code(tx, typed, network_of(request))
    except Invalid as invalid:
        problems = [Problem(p.say, "code") for p in invalid.problems]
        return page(request, tx, "mandates/code.html", status=422, typed=typed, problems=problems)
    if mandate is None:
        problem = Problem(WRONG, "code")
        return page(request, tx, "mandates/code.html", status=422, typed=typed, problems=[problem])
    return see_other(f"/mandates/{mandate}")


@get("/mandates/print", opt=PERSON, include_in_schema=False)
async def counter_sheet(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """Who may act for me, on one page for the counter."""
    return page(request, tx, "mandates/print.html", rows=await _given(tx))


@get("/mandates/print.pdf", opt=PERSON, include_in_schema=False)
async def large_sheet(request: Request) -> Response[bytes]:
    """The same in large print."""
    async with request_tx(request) as tx:
        address = f"{request.app.state.settings.public_url}/mandates"
        data = helpers_paper(tx.viewer.name, await _given(tx), tx.today, address, language_of(request))
    return paper(await printed("who_may_act.typ", data), "helpers")


async def _given(tx: Tx) -> list[tuple[Mandate, str]]:
    """Live ones, each with the names of its items."""
    titles = (await city(tx.db)).titles
    given = [m for m in await mandates_of(tx) if m.principal_id == tx.viewer.id and m.live(tx.today)]
    return [(m, "、".join(titles.get(code, code) for code in m.items or [])) for m in given]


async def _form_page(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    return page(
        request,
        tx,
        "mandates/show_code.html",
        status=422 if problems else 200,
        form=form,
        problems=problems,
        **choices(await city(tx.db)),
    )


ROUTES = [code_form, show_code, type_code_page, type_mandate_code, counter_sheet, large_sheet]
