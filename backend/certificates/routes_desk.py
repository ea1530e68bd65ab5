"""The desk where the department that issued a certificate finds it by its number, and suspends, resumes or revokes it."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.catalogue.queries import city
from backend.certificates.actions import note_look, resume, revoke, suspend
from backend.certificates.making import rows_of
from backend.certificates.model import Certificate
from backend.certificates.queries import certificate_at_desk, changes_at_desk, may_decide
from backend.certificates.rules import MEANINGS, STANDINGS
from backend.core.codes import CodeError
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.web import OFFICER, Form, page, read_form, see_other

STEPS = {"suspend": suspend, "resume": resume, "revoke": revoke}
AFTER = {"suspend": _("已暂停使用"), "resume": _("已恢复使用"), "revoke": _("已吊销")}
UNKNOWN = _("没有找到：号码不对，或者不是您的部门发的。")


@get("/desk/certificates", opt=OFFICER, include_in_schema=False)
async def ask(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    if not await may_decide(tx):
        raise NotFound()
    done = AFTER.get(request.query_params.get("done", ""))
    return _page(request, tx, Form([], []), flash={"tone": "leaf", "text": done} if done else None)


@post("/desk/certificates", opt=OFFICER, include_in_schema=False, status_code=200)
async def find(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """A POST: it leaves an event that says who looked."""
    form = await read_form(request)
    found = await _found(tx, form)
    if isinstance(found, Problem):
        return _page(request, tx, form, problems=[found], status=422)
    await note_look(tx, found)
    return await _found_page(request, tx, form, found)


@post("/desk/certificates/state", opt=OFFICER, include_in_schema=False)
async def move(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """`step`: suspend, resume, revoke. Refused words stay on the page."""
    form = await read_form(request)
    found = await _found(tx, form)
    step = STEPS.get(form.text("step"))
    if isinstance(found, Problem) or step is None:
        return _page(
            request, tx, form, problems=[found if isinstance(found, Problem) else Problem(UNKNOWN)], status=422
        )
    try:
        async with tx.db.transaction():
            await step(tx, _as_seen(found, form), form.text("reason"))
    except (Invalid, Conflict) as refusal:
        return await _found_page(request, tx, form, found, list(refusal.problems), refusal.status)
    return see_other(f"/desk/certificates?done={form.text('step')}")


def _as_seen(found: Certificate, form: Form) -> Certificate:
    """In the state the page showed: somebody else may have been quicker."""
    return msgspec.structs.replace(found, state=form.text("state") or found.state)


async def _found(tx: Tx, form: Form) -> Certificate | Problem:
    if not await may_decide(tx):
        raise NotFound()
    try:
        return await certificate_at_desk(tx, form.text("number"))
    except CodeError as error:
        return Problem(str(error), "number")
    except NotFound:
        return Problem(UNKNOWN, "number")


async def _found_page(
    request: Request,
    tx: Tx,
    form: Form,
    found: Certificate,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> Response[str]:
    pack = (await city(tx.db)).pack
    return _page(
        request,
        tx,
        form,
        found=found,
        rows=rows_of(found.content, pack, masked=True) if found.content else [],
        label=found.content.label if found.content else found.type,
        standing=STANDINGS[found.standing],
        means=MEANINGS[found.standing],
        changes=await changes_at_desk(tx.db, found.id),
        problems=problems or [],
        status=status,
    )


def _page(
    request: Request, tx: Tx, form: Form, *, problems: list[Problem] | None = None, status: int = 200, **more: Any
) -> Response[str]:
    return page(request, tx, "certificates/desk.html", status=status, form=form, problems=problems or [], **more)


ROUTES = [ask, find, move]
