"""Giving, reading and taking back a mandate; choosing whose affairs are on the screen."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import PERSON, Form, local_path, page, read_form, see_other
from backend.mandates import routes_codes, routes_counter, routes_guardians, routes_requests, routes_sights
from backend.mandates.actions import consent_text, grant, revoke
from backend.mandates.forms import DAYS, choices, grant_of, matters_of
from backend.mandates.model import USUAL_DAYS
from backend.mandates.queries import journal_of, mandate_of, mandates_held, mandates_of, whose
from backend.mandates.requests import requests_of
from backend.mandates.sights import looks_at_viewer
from backend.mandates.story import line_of


@get("/mandates", opt=PERSON, include_in_schema=False)
async def mandates(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    me = await whose(tx)
    given, held = [m for m in await mandates_of(tx) if m.principal_id == me], await mandates_held(tx)
    waiting = await requests_of(tx)
    return page(
        request,
        tx,
        "mandates/list.html",
        given=given,
        held=held,
        waiting=waiting,
        looks=await looks_at_viewer(tx),
        me=me,
    )


@get("/mandates/new", opt=PERSON, include_in_schema=False)
async def new_mandate(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _form_page(request, tx, Form([("days", str(USUAL_DAYS))], []), [])


@post("/mandates", opt=PERSON, include_in_schema=False)
async def give_mandate(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """First shows the very words she agrees to; with `agreed` it gives the mandate."""
    form, published = await read_form(request), await city(tx.db)
    asked, matters = grant_of(form, published), matters_of(form, published).words
    if form.text("agreed") != "yes":
        return page(
            request,
            tx,
            "mandates/consent.html",
            consent=consent_text(tx.viewer.principal_name, asked.agent_name, asked.days, matters, tx.today),
            typed=form.fields,
            action="/mandates",
        )
    try:
        async with tx.db.transaction():
            mandate = await grant(tx, asked, matters)
    except Invalid as invalid:
        return await _form_page(request, tx, form, list(invalid.problems))
    return see_other(f"/mandates/{mandate}")


@get("/mandates/{mandate:uuid}", opt=PERSON, include_in_schema=False)
async def show_mandate(request: Request, tx: NamedDependency[Tx], mandate: FromPath[UUID]) -> Response[str]:
    found = await mandate_of(tx, mandate)
    published = await city(tx.db)
    names = [published.titles.get(code, code) for code in found.items or []]
    mine = found.principal_id == await whose(tx)
    journal = [(event, line_of(found, event)) for event in await journal_of(tx, mandate)]
    return page(request, tx, "mandates/show.html", mandate=found, names=names, mine=mine, journal=journal)


@post("/mandates/{mandate:uuid}/revocation", opt=PERSON, include_in_schema=False)
async def take_back(request: Request, tx: NamedDependency[Tx], mandate: FromPath[UUID]) -> Response[None]:
    await revoke(tx, mandate)
    return see_other("/mandates")


@get("/acting", opt=PERSON, include_in_schema=False)
async def acting(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    held = [m for m in await mandates_held(tx) if m.live(tx.today)]
    target = local_path(request.query_params.get("next", "/"))
    return page(request, tx, "mandates/acting.html", held=held, mandate_id=tx.viewer.mandate_id, next=target)


async def _form_page(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    return page(
        request,
        tx,
        "mandates/new.html",
        status=422 if problems else 200,
        form=form,
        problems=problems,
        **choices(await city(tx.db)),
        days=DAYS,
    )


ROUTES = [
    mandates,
    new_mandate,
    give_mandate,
    show_mandate,
    take_back,
    acting,
    *routes_requests.ROUTES,
    *routes_codes.ROUTES,
    *routes_counter.ROUTES,
    *routes_guardians.ROUTES,
    *routes_sights.ROUTES,
]
