"""The officer's desk: a case, what is covered in it, and the moves she may make."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.cases.model import Case
from backend.cases.queries import case_for
from backend.cases.states import Who, moves_from
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, Problem
from backend.core.i18n import _
from backend.core.web import OFFICER, Form, read_form, see_other
from backend.desk import (
    routes_bulk,
    routes_calendar,
    routes_counter,
    routes_decisions,
    routes_files,
    routes_joint,
    routes_pledges,
    routes_queue,
    routes_registers,
    routes_roles,
    routes_texts,
)
from backend.desk.case_page import case_page
from backend.desk.forms import said_of
from backend.desk.looking import look_at_answers
from backend.desk.moving import desk_move

MOVED_ON = _("这件事刚才有了新的变化，请看最新进度，再决定怎么做。")


@get("/desk/cases/{number:str}", opt=OFFICER, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[str]:
    return await case_page(request, tx, await case_for(tx.db, tx.viewer, number), Form([], []), [])


@post("/desk/cases/{number:str}/look", opt=OFFICER, include_in_schema=False)
async def look(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[str]:
    """Opens the covered answers, and leaves an event that says who looked."""
    case = await case_for(tx.db, tx.viewer, number)
    await look_at_answers(tx, case)
    return await case_page(request, tx, case, Form([], []), [], masked=False)


@post("/desk/cases/{number:str}/moves", opt=OFFICER, include_in_schema=False)
async def make_move(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[Any]:
    """One move on the case as she saw it: another version on the page is a conflict, and what she wrote is kept."""
    form, case = await read_form(request), await case_for(tx.db, tx.viewer, number)
    try:
        async with tx.db.transaction():
            _same_version(form, case)
            await desk_move(tx, case, _name(form, case), said_of(form))
    except Invalid as invalid:
        return await case_page(request, tx, case, form, [_placed(p, form) for p in invalid.problems], status=422)
    except Conflict as conflict:
        return await case_page(request, tx, case, form, list(conflict.problems), status=409)
    return see_other(f"/desk/cases/{case.number}?moved={form.text('move')}")


def _name(form: Form, case: Case) -> str:
    """Only moves the table knows for this state; the gate says who may."""
    name = form.text("move")
    if name not in {m.name for m in moves_from(case.state, frozenset(Who))}:
        raise Conflict(MOVED_ON)
    return name


def _same_version(form: Form, case: Case) -> None:
    if form.text("version") != str(case.version):
        raise Conflict(MOVED_ON)


def _placed(problem: Problem, form: Form) -> Problem:
    """Beside the field of this move: several moves on the page ask for a reason, each in its own."""
    field = "defects" if problem.field == "problems" else problem.field
    return Problem(problem.say, f"{form.text('move')}.{field}" if field else "", problem.params)


ROUTES = [
    show, look, make_move, *routes_queue.ROUTES, *routes_pledges.ROUTES, *routes_bulk.ROUTES, *routes_files.ROUTES, *routes_decisions.ROUTES,
    *routes_texts.ROUTES, *routes_roles.ROUTES, *routes_counter.ROUTES, *routes_joint.ROUTES, *routes_calendar.ROUTES, *routes_registers.ROUTES,
]  # fmt: skip
