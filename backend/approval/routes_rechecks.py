"""What is to be looked at again: the list of a desk, and one of it with the answer."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.approval.actions_rechecks import LONGEST_ANSWER, answer, may_answer
from backend.approval.inquiries import need_desk
from backend.approval.messages import CAUSES, DONE, FOUND, sources_of
from backend.approval.model import Recheck
from backend.approval.queries import decision_on, recheck_for, rechecks_waiting
from backend.cases.queries import case_by_id, roles_in
from backend.cases.states import LABELS, MOVES
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import OFFICER, Form, page, read_form, see_other


@get("/desk/rechecks", opt=OFFICER, include_in_schema=False)
async def waiting(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    await need_desk(tx)
    done = DONE.get(request.query_params.get("done", ""))
    return page(
        request, tx, "approval/rechecks.html", rechecks=await rechecks_waiting(tx), causes=CAUSES, done=done,
        item=request.query_params.get("item", ""),
    )  # fmt: skip


@get("/desk/rechecks/{recheck:uuid}", opt=OFFICER, include_in_schema=False)
async def one(request: Request, tx: NamedDependency[Tx], recheck: FromPath[UUID]) -> Response[str]:
    return await _page(request, tx, await recheck_for(tx, recheck), Form([], []), [])


@post("/desk/rechecks/{recheck:uuid}", opt=OFFICER, include_in_schema=False)
async def say(request: Request, tx: NamedDependency[Tx], recheck: FromPath[UUID]) -> Response[Any]:
    """`do`: keep, or withdraw the grant with the same words."""
    form, found = await read_form(request), await recheck_for(tx, recheck)
    withdraw = form.text("do") == "withdraw"
    outcome = form.text("outcome") or ("wrong" if withdraw else "")
    try:
        async with tx.db.transaction():
            await answer(tx, found, outcome, form.text("words"), withdraw=withdraw)
    except Invalid as invalid:
        return await _page(request, tx, found, form, list(invalid.problems))
    return see_other(f"/desk/rechecks?done={'withdrawn' if withdraw else outcome}&item={found.item_code}")


async def _page(request: Request, tx: Tx, found: Recheck, form: Form, problems: list[Problem]) -> Response[str]:
    case = await case_by_id(tx.db, found.case_id)
    held = await roles_in(tx.db, tx.viewer.id, found.department_id)
    return page(
        request, tx, "approval/recheck.html", status=422 if problems else 200, recheck=found, case=case, label=LABELS[case.state],
        decision=await decision_on(tx.db, case.id), sources=sources_of((await city(tx.db)).pack), causes=CAUSES, found=FOUND,
        may_answer=await may_answer(tx, found), may_withdraw="head" in held and case.state in MOVES["voided"].before,
        longest=LONGEST_ANSWER, form=form, problems=problems,
    )  # fmt: skip


ROUTES = [waiting, one, say]
