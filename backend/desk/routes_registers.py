"""Asking the registers of a case once more, from its page."""

from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.approval.queries import decision_on
from backend.approval.silence import ask_again
from backend.cases.queries import case_for
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound
from backend.core.events import record
from backend.core.web import OFFICER, Form, see_other
from backend.desk.case_page import case_page
from backend.desk.notes import of_desk


@post("/desk/cases/{number:str}/questions", opt=OFFICER, include_in_schema=False)
async def ask_registers(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[Any]:
    case = await case_for(tx.db, tx.viewer, number)
    found = await decision_on(tx.db, case.id)
    if found is None:
        raise NotFound()
    try:
        labels = await ask_again(tx, case, found.finding)
    except Invalid as invalid:
        return await case_page(request, tx, case, Form([], []), list(invalid.problems), status=422)
    await record(tx, [of_desk(tx, case, "registers_asked", {"registers": "、".join(labels)})])
    return see_other(f"/desk/cases/{case.number}?done=asked#examined-title")


ROUTES = [ask_registers]
