"""Several departments at one case: what we are asked for, and, for the lead, who has spoken and when we meet."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.cases.joint import answer, ask_extension
from backend.cases.joint_meetings import NewMeeting, call_off, note_meeting, set_meeting
from backend.cases.joint_model import MEETINGS
from backend.cases.model import Case
from backend.cases.queries import case_for, roles_in
from backend.cases.queries_joint import asked_of_us, opinion_for, together
from backend.cases.rules import LONGEST_JOINT_EXTENSION
from backend.core.clock import SHANGHAI
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.desk.joint import facts_in_words, papers_in_words

EXAMINES = {"reviewer", "approver", "head", "supervisor", "auditor"}


@get("/desk/joint", opt=OFFICER, include_in_schema=False)
async def asked(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return page(request, tx, "desk/joint.html", rows=await asked_of_us(tx))


@get("/desk/joint/{opinion:uuid}", opt=OFFICER, include_in_schema=False)
async def show_opinion(request: Request, tx: NamedDependency[Tx], opinion: FromPath[UUID]) -> Response[str]:
    return await _opinion(request, tx, opinion, Form([], []), [])


@post("/desk/joint/{opinion:uuid}/answer", opt=OFFICER, include_in_schema=False)
async def give(request: Request, tx: NamedDependency[Tx], opinion: FromPath[UUID]) -> Response[Any]:
    form = await read_form(request)
    agreed = {"yes": True, "no": False}.get(form.text("agreed"))
    try:
        async with tx.db.transaction():
            await answer(tx, opinion, agreed=agreed, words=form.text("words"))
    except Invalid as invalid:
        return await _opinion(request, tx, opinion, form, list(invalid.problems))
    return see_other(f"/desk/joint/{opinion}?done=1")


async def _opinion(request: Request, tx: Tx, opinion: UUID, form: Form, problems: list[Problem]) -> Response[str]:
    one, case = await opinion_for(tx, opinion)
    may = await tx.db.fetchval("SELECT may_give_opinion($1, $2)", one.department_id, one.kind)
    return page(
        request, tx, "desk/joint_opinion.html", status=422 if problems else 200, one=one, case=case, form=form, problems=problems,
        facts=await facts_in_words(tx, one, case), materials=await papers_in_words(tx, one, case), may=may and one.open,
        done=request.query_params.get("done") == "1",
    )  # fmt: skip


@get("/desk/cases/{number:str}/joint", opt=OFFICER, include_in_schema=False)
async def lead(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[str]:
    return await _lead(request, tx, await case_for(tx.db, tx.viewer, number), Form([], []), [])


@post("/desk/cases/{number:str}/joint/meetings", opt=OFFICER, include_in_schema=False)
async def meet(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[Any]:
    form, case = await read_form(request), await case_for(tx.db, tx.viewer, number)
    said = NewMeeting(
        form.text("kind"), _moment(form), form.text("place"), form.text("people"), form.text("with_applicant") == "yes"
    )
    try:
        await set_meeting(tx, case, said)
    except Invalid as invalid:
        return await _lead(request, tx, case, form, list(invalid.problems))
    return see_other(f"/desk/cases/{case.number}/joint?done=1")


@post("/desk/cases/{number:str}/joint/meetings/{meeting:uuid}/note", opt=OFFICER, include_in_schema=False)
async def note(
    request: Request, tx: NamedDependency[Tx], number: FromPath[str], meeting: FromPath[UUID]
) -> Response[Any]:
    form, case = await read_form(request), await case_for(tx.db, tx.viewer, number)
    try:
        await note_meeting(tx, case, meeting, form.text(f"note-{meeting}"))
    except Invalid as invalid:
        return await _lead(request, tx, case, form, list(invalid.problems))
    return see_other(f"/desk/cases/{case.number}/joint?done=1")


@post("/desk/cases/{number:str}/joint/meetings/{meeting:uuid}/removal", opt=OFFICER, include_in_schema=False)
async def remove(tx: NamedDependency[Tx], number: FromPath[str], meeting: FromPath[UUID]) -> Response[None]:
    case = await case_for(tx.db, tx.viewer, number)
    await call_off(tx, case, meeting)
    return see_other(f"/desk/cases/{case.number}/joint?done=1")


@post("/desk/cases/{number:str}/joint/extension", opt=OFFICER, include_in_schema=False)
async def extend(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[Any]:
    form, case = await read_form(request), await case_for(tx.db, tx.viewer, number)
    days = form.text("days")
    try:
        whole = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else None
        await ask_extension(tx, case, whole, form.text("reason"), LONGEST_JOINT_EXTENSION)
    except Invalid as invalid:
        return await _lead(request, tx, case, form, list(invalid.problems))
    return see_other(f"/desk/cases/{case.number}/joint?done=1")


async def _lead(request: Request, tx: Tx, case: Case, form: Form, problems: list[Problem]) -> Response[str]:
    found = await together(tx.db, case)
    if found is None:
        raise NotFound()
    roles = await roles_in(tx.db, tx.viewer.id, case.department_id)
    going = case.accepted_at is not None and case.decided_at is None
    return page(
        request, tx, "desk/joint_lead.html", status=422 if problems else 200, case=case, together=found, form=form, problems=problems,
        kinds=MEETINGS, examines=bool(roles & EXAMINES), may_lead=going and bool(roles & {"reviewer", "approver", "head"}),
        may_extend=going and "head" in roles and found.government and found.extension is None,
        longest=LONGEST_JOINT_EXTENSION, done=request.query_params.get("done") == "1",
    )  # fmt: skip


def _moment(form: Form) -> datetime | None:
    """Day and hour where the office is; None for what is neither."""
    try:
        return datetime.combine(date.fromisoformat(form.text("day")), time.fromisoformat(form.text("hour")), SHANGHAI)
    except ValueError:
        return None


ROUTES = [asked, show_opinion, give, lead, meet, note, remove, extend]
