"""Opening the affairs of a business for its legal representative."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.accounts.actions import act_for
from backend.accounts.standing import number_stated, standing_of
from backend.businesses.actions import open_business
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import COOKIE, PERSON, Form, page, read_form, see_other


@get("/businesses/new", opt=PERSON, include_in_schema=False)
async def new_business(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _page(request, tx, Form([], []), [])


@post("/businesses", opt=PERSON, include_in_schema=False)
async def open_it(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """`code` and `name` as on the licence; then its affairs are on the screen."""
    form = await read_form(request)
    try:
        async with tx.db.transaction():
            opened = await open_business(tx, form.text("code"), form.text("name"))
    except Invalid as invalid:
        return await _page(request, tx, form, list(invalid.problems))
    await act_for(tx, request.cookies.get(COOKIE, ""), opened.account_id, opened.mandate_id)
    return see_other("/")


async def _page(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    said: dict[str, Any] = {"form": form, "problems": problems}
    known, stated = (await standing_of(tx)).known("verified"), await number_stated(tx)
    status = 422 if problems else 200
    return page(request, tx, "businesses/new.html", status=status, known=known, stated=stated, **said)


ROUTES = [new_business, open_it]
