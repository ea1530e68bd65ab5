"""A parent and her children: one page."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.i18n import _
from backend.core.web import PERSON, Form, language_of, page, read_form, see_other
from backend.mandates.guardians import agree_to, take_charge
from backend.mandates.queries import mandates_of


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
                return _words_page(request, tx, form, await agree_to(tx, name, number))
            mandate = await take_charge(tx, name, number, language_of(request))
    except Invalid as invalid:
        return await _page(request, tx, form, list(invalid.problems))
    return see_other(f"/mandates/{mandate}")


def _words_page(request: Request, tx: Tx, form: Form, words: str) -> Response[str]:
    return page(
        request,
        tx,
        "mandates/consent.html",
        consent=words,
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


ROUTES = [children, add_child]
