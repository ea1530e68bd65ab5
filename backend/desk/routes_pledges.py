"""The follow-up of pledges at the desk: what is due, what was found, and objections."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.cases.pledge_model import ANSWERS, RESULTS
from backend.cases.pledges import CHECKERS, answer_objection, pledge_for, pledges_due, record_result
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import OFFICER, Form, page, read_form, see_other


@get("/desk/pledges", opt=OFFICER, include_in_schema=False)
async def due(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return page(
        request,
        tx,
        "desk/pledges.html",
        due=await pledges_due(tx, done=False),
        done=await pledges_due(tx, done=True),
        results=RESULTS,
        today=tx.today,
    )


@get("/desk/pledges/{pledged:uuid}", opt=OFFICER, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], pledged: FromPath[UUID]) -> Response[str]:
    return await _page(request, tx, pledged, Form([], []), [])


@post("/desk/pledges/{pledged:uuid}/result", opt=OFFICER, include_in_schema=False)
async def find(request: Request, tx: NamedDependency[Tx], pledged: FromPath[UUID]) -> Response[Any]:
    """`result`: kept, broken or unchecked, with `words`; `withdraw`: yes takes the decision back, where the rule says so."""
    form = await read_form(request)
    try:
        async with tx.db.transaction():
            withdraw = form.text("withdraw") == "yes"
            await record_result(tx, pledged, form.text("result"), form.text("words"), withdraw=withdraw)
    except Invalid as invalid:
        return await _page(request, tx, pledged, form, list(invalid.problems))
    return see_other(f"/desk/pledges/{pledged}")


@post("/desk/pledges/{pledged:uuid}/answer", opt=OFFICER, include_in_schema=False)
async def answer(request: Request, tx: NamedDependency[Tx], pledged: FromPath[UUID]) -> Response[Any]:
    form = await read_form(request)
    try:
        async with tx.db.transaction():
            await answer_objection(tx, pledged, form.text("answer"), form.text("words"))
    except Invalid as invalid:
        return await _page(request, tx, pledged, form, list(invalid.problems))
    return see_other(f"/desk/pledges/{pledged}")


async def _page(request: Request, tx: Tx, pledged: UUID, form: Form, problems: list[Problem]) -> Response[str]:
    found = await pledge_for(tx, pledged)
    may = bool(tx.viewer.roles & CHECKERS) and found.department_id in tx.viewer.departments
    return page(
        request, tx, "desk/pledge.html", status=422 if problems else 200, pledge=found, results=RESULTS, answers=ANSWERS,
        may=may, mine=found.result_by == tx.viewer.id, form=form, problems=problems, today=tx.today,
    )  # fmt: skip


ROUTES = [due, show, find, answer]
