"""A parent and her children, and what is agreed to for whoever has a guardian."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.accounts.consents import PURPOSES, Purpose, shown
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.i18n import _
from backend.core.web import PERSON, Form, language_of, page, read_form, see_other
from backend.mandates.guardians import agree_to, take_charge
from backend.mandates.queries import mandates_of
from backend.mandates.wards import FOR_A_WARD, agree_for, ward_of, wards_consents, withdraw_for


@get("/mandates/children", opt=PERSON, include_in_schema=False)
async def children(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _page(request, tx, Form([], []), [])


@post("/mandates/children", opt=PERSON, include_in_schema=False)
async def add_child(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """First the words she agrees to, once the register says that it is her child; with `agreed` it counts."""
    form = await read_form(request)
    name, number = "".join(form.text("child_name").split()), form.text("child_number")
    try:
        async with tx.db.transaction():
            if form.text("agreed") != "yes":
                return _words_page(request, tx, form, *await agree_to(tx, name, number))
            mandate = await take_charge(tx, name, number, language_of(request))
    except Invalid as invalid:
        return await _page(request, tx, form, list(invalid.problems))
    return see_other(f"/mandates/{mandate}")


def _words_page(request: Request, tx: Tx, form: Form, words: str, also: list[Purpose]) -> Response[str]:
    return page(
        request,
        tx,
        "mandates/consent.html",
        consent=words,
        also=also,
        typed=form.fields,
        action="/mandates/children",
        agree=_("我同意，给孩子办事"),
    )


async def _page(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    held = [
        m for m in await mandates_of(tx) if m.agent_id == tx.viewer.id and m.kind == "guardian" and m.live(tx.today)
    ]
    return page(
        request, tx, "mandates/children.html", status=422 if problems else 200, form=form, problems=problems, held=held
    )


@get("/mandates/{mandate:uuid}/consents", opt=PERSON, include_in_schema=False)
async def wards_page(request: Request, tx: NamedDependency[Tx], mandate: FromPath[UUID]) -> Response[str]:
    """What is agreed to for a child, or for a grown-up who has a guardian."""
    held = await ward_of(tx, mandate)
    given = await wards_consents(tx, held)
    mine = {c.purpose: c for c in reversed(given) if c.in_force and c.given_by == tx.viewer.id}
    return page(
        request,
        tx,
        "mandates/ward_consents.html",
        held=held,
        purposes=FOR_A_WARD,
        mine=mine,
        others={c.purpose for c in given if c.in_force and c.given_by != tx.viewer.id},
        earlier=[c for c in given if not c.in_force],
        titles={name: purpose.title for name, purpose in PURPOSES.items()},
        shown={purpose.name: shown(purpose, language_of(request)) for purpose in FOR_A_WARD},
        herself=held.decides_herself(tx.today),
        address=f"/mandates/{mandate}/consents",
    )


@post("/mandates/{mandate:uuid}/consents/{name:str}", opt=PERSON, include_in_schema=False)
async def agree_for_ward(
    request: Request, tx: NamedDependency[Tx], mandate: FromPath[UUID], name: FromPath[str]
) -> Response[None]:
    """Words that changed meanwhile are shown again."""
    form = await read_form(request)
    await agree_for(tx, await ward_of(tx, mandate), name, form.text("shown"))
    return see_other(f"/mandates/{mandate}/consents#{name}")


@post("/mandates/{mandate:uuid}/consents/{name:str}/withdrawal", opt=PERSON, include_in_schema=False)
async def take_back_for_ward(tx: NamedDependency[Tx], mandate: FromPath[UUID], name: FromPath[str]) -> Response[None]:
    await withdraw_for(tx, await ward_of(tx, mandate), name)
    return see_other(f"/mandates/{mandate}/consents#{name}")


ROUTES = [children, add_child, wards_page, agree_for_ward, take_back_for_ward]
