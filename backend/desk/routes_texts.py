"""The office's own words for correction notices: written by its head and its editors."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.desk.texts import departments_written, end_text, texts_written, write_text


@get("/desk/texts", opt=OFFICER, include_in_schema=False)
async def texts_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _page(request, tx, Form([], []), [])


@post("/desk/texts", opt=OFFICER, include_in_schema=False)
async def write(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    await departments_written(tx)
    form = await read_form(request)
    try:
        await write_text(tx, form.text("department"), form.text("item"), form.text("title"), form.text("words"))
    except Invalid as invalid:
        return await _page(request, tx, form, list(invalid.problems))
    return see_other("/desk/texts")


@post("/desk/texts/{text:uuid}", opt=OFFICER, include_in_schema=False)
async def change(request: Request, tx: NamedDependency[Tx], text: FromPath[UUID]) -> Response[Any]:
    """Other words, or away with it."""
    await departments_written(tx)
    form = await read_form(request)
    if form.text("do") == "end":
        await end_text(tx, text)
        return see_other("/desk/texts")
    try:
        await write_text(tx, form.text("department"), "", form.text("title"), form.text("words"), text)
    except Invalid as invalid:
        return await _page(request, tx, form, list(invalid.problems), text)
    return see_other("/desk/texts")


async def _page(
    request: Request, tx: Tx, form: Form, problems: list[Problem], changed: UUID | None = None
) -> Response[str]:
    departments, titles = await departments_written(tx), (await city(tx.db)).titles
    items = [(i.code, i.name) for i in (await city(tx.db)).pack.items.values() if i.department in departments]
    return page(
        request, tx, "desk/texts.html", status=422 if problems else 200, texts=await texts_written(tx), departments=departments,
        items=items, titles=titles, form=form, problems=problems, changed=changed,
    )  # fmt: skip


ROUTES = [texts_page, write, change]
