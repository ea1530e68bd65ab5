"""What the applicant reads of a decision by machine, and where she asks a person to look at it again."""

from typing import Any

import asyncpg
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.approval import routes_desk, routes_rechecks, routes_sources
from backend.approval.actions_rechecks import LONGEST_WORDS, ask_for_look, may_ask
from backend.approval.messages import FILED, FOUND, sources_of
from backend.approval.queries import decision_on, looks_at
from backend.cases.model import Case
from backend.cases.queries import case_for
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.web import PERSON, Form, page, read_form, see_other


@get("/cases/{number:str}/decision", opt=PERSON, include_in_schema=False)
async def decision_page(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[str]:
    return await _page(request, tx, await case_for(tx.db, tx.viewer, number), Form([], []), [])


@post("/cases/{number:str}/looks", opt=PERSON, include_in_schema=False)
async def ask(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[Any]:
    form, case = await read_form(request), await case_for(tx.db, tx.viewer, number)
    try:
        await ask_for_look(tx, case, form.text("words"))
    except Invalid as invalid:
        return await _page(request, tx, case, form, list(invalid.problems))
    return see_other(f"/cases/{case.number}/decision?done=asked")


async def _page(request: Request, tx: Tx, case: Case, form: Form, problems: list[Problem]) -> Response[str]:
    """NotFound where no machine has looked at the case."""
    decision = await decision_on(tx.db, case.id)
    if decision is None:
        raise NotFound()
    looks, by_machine = await looks_at(tx, case), decision.outcome == "granted"
    return page(
        request, tx, "approval/decision.html", status=422 if problems else 200, case=case, decision=decision, by_machine=by_machine,
        sources=sources_of((await city(tx.db)).pack) | {"": FILED}, looks=looks, found=FOUND, form=form, problems=problems,
        may_ask=may_ask(case, looks, by_machine=by_machine), longest=LONGEST_WORDS, done=request.query_params.get("done", "") == "asked",
    )  # fmt: skip


async def machine_sign(db: asyncpg.Connection) -> dict[str, str | int]:
    """For the health page: whether the machine may grant, and for how many items it may not."""
    row = await db.fetchrow("SELECT everything, items FROM machine_stops()")
    return {
        "automatic_grants": "stopped" if row["everything"] else "on",
        "automatic_grants_stopped_items": row["items"],
    }


SIGNS = [machine_sign]
ROUTES = [decision_page, ask, *routes_desk.ROUTES, *routes_rechecks.ROUTES, *routes_sources.ROUTES]
