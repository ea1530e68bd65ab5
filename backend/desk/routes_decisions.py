"""What officers do on a case besides moving it: hand it over, note something, draft a decision and answer one."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.cases.queries import case_for
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.web import OFFICER, read_form, see_other
from backend.desk.case_page import case_page
from backend.desk.colleagues import assign
from backend.desk.decisions import Opinion, answer, drop, write
from backend.desk.notes import write_note


@post("/desk/cases/{number:str}/assignment", opt=OFFICER, include_in_schema=False)
async def hand_over(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[Any]:
    form, case = await read_form(request), await case_for(tx.db, tx.viewer, number)
    try:
        await assign(tx, case, _id(form.text("to")), form.text("handover"))
    except Invalid as invalid:
        return await case_page(request, tx, case, form, list(invalid.problems), status=422)
    return see_other(f"/desk/cases/{case.number}?done=assigned")


@post("/desk/cases/{number:str}/notes", opt=OFFICER, include_in_schema=False)
async def note(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[Any]:
    form, case = await read_form(request), await case_for(tx.db, tx.viewer, number)
    if not await tx.db.fetchval("SELECT $1 = ANY (my_examinations())", case.department_id):
        raise NotFound()
    try:
        await write_note(tx, case, form.text("note"))
    except Invalid as invalid:
        return await case_page(request, tx, case, form, list(invalid.problems), status=422)
    return see_other(f"/desk/cases/{case.number}?done=noted#notes")


@post("/desk/cases/{number:str}/decision", opt=OFFICER, include_in_schema=False)
async def draft(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[Any]:
    """Kept for later, or put before a second officer."""
    form, case = await read_form(request), await case_for(tx.db, tx.viewer, number)
    opinion = Opinion(outcome=form.text("outcome"), reason=form.text("opinion"), note=form.text("between"))
    try:
        async with tx.db.transaction():
            if form.text("version") != str(case.version):
                raise Conflict(_("这件事刚才有了新的变化，请看最新进度，再决定怎么做。"))
            await write(tx, case, opinion, propose=form.text("do") == "propose")
    except (Invalid, Conflict) as refusal:
        return await case_page(request, tx, case, form, list(refusal.problems), status=refusal.status)
    return see_other(f"/desk/cases/{case.number}?done={'proposed' if form.text('do') == 'propose' else 'drafted'}")


@post("/desk/cases/{number:str}/decision/answer", opt=OFFICER, include_in_schema=False)
async def decide(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[Any]:
    form, case = await read_form(request), await case_for(tx.db, tx.viewer, number)
    on, do = _id(form.text("draft")), form.text("do")
    try:
        async with tx.db.transaction():
            if do == "drop":
                await drop(tx, case, on)
            elif do in ("approve", "send_back"):
                await answer(tx, case, on, approve=do == "approve", words=form.text("answer"))
            else:
                raise Invalid(Problem(_("请选决定还是退回。"), "answer"))
    except (Invalid, Conflict) as refusal:
        return await case_page(request, tx, case, form, list(refusal.problems), status=refusal.status)
    return see_other(f"/desk/cases/{case.number}?done={do}")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


ROUTES = [hand_over, note, draft, decide]
