"""Asking for a mandate, and answering."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import PERSON, Form, page, read_form, see_other
from backend.mandates.forms import DAYS, ask_of, choices, matters_of
from backend.mandates.model import USUAL_DAYS
from backend.mandates.requests import agree, ask, close, request_of


@get("/mandates/ask", opt=PERSON, include_in_schema=False)
async def ask_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _form_page(request, tx, Form([("days", str(USUAL_DAYS))], []), [])


@post("/mandates/requests", opt=PERSON, include_in_schema=False)
async def ask_for_mandate(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """The same answer whether or not anybody is known by that name and number."""
    form, published = await read_form(request), await city(tx.db)
    try:
        async with tx.db.transaction():
            asked = await ask(tx, ask_of(form, published), matters_of(form, published).words)
    except Invalid as invalid:
        return await _form_page(request, tx, form, list(invalid.problems))
    return see_other(f"/mandates/requests/{asked}")


@get("/mandates/requests/{asked:uuid}", opt=PERSON, include_in_schema=False)
async def show_request(request: Request, tx: NamedDependency[Tx], asked: FromPath[UUID]) -> Response[str]:
    found = await request_of(tx, asked)
    mine = found.principal_id == tx.viewer.id
    return page(request, tx, "mandates/request.html", asked=found, mine=mine, open=found.open_at(tx.now), problems=[])


@post("/mandates/requests/{asked:uuid}/answer", opt=PERSON, include_in_schema=False)
async def answer_request(request: Request, tx: NamedDependency[Tx], asked: FromPath[UUID]) -> Response[Any]:
    """The principal agrees or refuses; the agent can only take her question back."""
    form, found = await read_form(request), await request_of(tx, asked)
    if form.text("agreed") != "yes" or found.principal_id != tx.viewer.id:
        await close(tx, asked, tx.viewer.id)
        return see_other(f"/mandates/requests/{asked}")
    try:
        mandate = await agree(tx, asked, tx.viewer.id, "self")
    except Invalid as invalid:
        problems = list(invalid.problems)
        return page(
            request, tx, "mandates/request.html", status=422, asked=found, mine=True, open=True, problems=problems
        )
    return see_other(f"/mandates/{mandate}")


async def _form_page(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    return page(
        request,
        tx,
        "mandates/ask.html",
        status=422 if problems else 200,
        form=form,
        problems=problems,
        **choices(await city(tx.db)),
        days=DAYS,
    )


ROUTES = [ask_page, ask_for_mandate, show_request, answer_request]
