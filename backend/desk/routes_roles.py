"""Who may do what: the administrator's page."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.desk.roles import ROLES, departments, end, give, journal, officers


@get("/desk/roles", opt=OFFICER, include_in_schema=False)
async def roles_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _page(request, tx, Form([], []), [])


@post("/desk/roles", opt=OFFICER, include_in_schema=False)
async def give_role(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    form = await read_form(request)
    first, last = form.day("first"), form.day("last")
    if form.text("last") and last is None:
        first = None  # a last day nobody can read is asked for again
    try:
        await give(tx, form.id("account"), form.text("department"), form.text("role"), first, last)
    except Invalid as invalid:
        return await _page(request, tx, form, list(invalid.problems))
    return see_other("/desk/roles?done=yes")


@post("/desk/roles/end", opt=OFFICER, include_in_schema=False)
async def end_role(request: Request, tx: NamedDependency[Tx]) -> Response[None]:
    form = await read_form(request)
    account = form.id("account")
    if account is None:
        raise NotFound()
    await end(tx, account, form.text("department"), form.text("role"))
    return see_other("/desk/roles?done=yes")


async def _page(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    known = await officers(tx)
    return page(
        request, tx, "desk/roles.html", status=422 if problems else 200, officers=known, names={one.id: one.name for one in known},
        journal=await journal(tx), departments=await departments(tx), roles=ROLES, form=form, problems=problems, me=tx.viewer.id,
        gives="admin" in tx.viewer.roles, done=request.query_params.get("done") == "yes",
    )  # fmt: skip


ROUTES = [roles_page, give_role, end_role]
