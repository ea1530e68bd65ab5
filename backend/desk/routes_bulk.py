"""The same step for many cases: chosen in the queue, confirmed on a page that says what will happen, each with its result."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.i18n import _
from backend.core.web import OFFICER, Form, page, read_form, request_tx, see_other
from backend.desk.bulk import (
    ASSIGN,
    AT_ONCE,
    Bulk,
    bulk_for,
    choose,
    confirm,
    done,
    hand_to_worker,
    hindrance,
    lines_of,
    move_one,
    next_waiting,
)
from backend.desk.colleagues import colleagues
from backend.desk.filters import read_filter
from backend.desk.forms import said_of
from backend.desk.model import DESK_LABELS
from backend.desk.routes_queue import queue_page


@post("/desk/bulk", opt=OFFICER, include_in_schema=False)
async def begin(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    form = await read_form(request)
    wanted = read_filter(dict(form.fields))
    try:
        bulk = await choose(tx, form.text("move"), _picked(form), wanted if form.text("everything") == "yes" else None)
    except Invalid as invalid:
        return await queue_page(request, tx, wanted, form.text("after"), list(invalid.problems))
    return see_other(f"/desk/bulk/{bulk}")


@get("/desk/bulk/{bulk:uuid}", opt=OFFICER, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], bulk: FromPath[UUID]) -> Response[str]:
    return await _bulk_page(request, tx, await bulk_for(tx, bulk), Form([], []), [])


@post("/desk/bulk/{bulk:uuid}", opt=OFFICER, include_in_schema=False)
async def carry_out(request: Request, bulk: FromPath[UUID]) -> Response[Any]:
    """A few at once, each in a transaction of its own; many are handed to the worker."""
    async with request_tx(request) as tx:
        form, asked = await read_form(request), await bulk_for(tx, bulk)
        try:
            async with tx.db.transaction():
                await confirm(tx, asked, await _said(tx, asked, form))
        except Invalid as invalid:
            return await _bulk_page(request, tx, asked, form, list(invalid.problems))
        few = len(await lines_of(tx, bulk)) <= AT_ONCE
        if not few:
            await hand_to_worker(tx, bulk)
    if few:
        await _each(request, bulk)
    return see_other(f"/desk/bulk/{bulk}")


async def _each(request: Request, bulk: UUID) -> None:
    for _one in range(AT_ONCE + 1):
        async with request_tx(request) as tx:
            position = await next_waiting(tx, bulk)
            if position is None:
                await done(tx, bulk)
                return
            await move_one(tx, await bulk_for(tx, bulk), position)


async def _said(tx: Tx, asked: Bulk, form: Form) -> dict[str, Any]:
    if asked.move != ASSIGN:
        return said_of(form)
    if form.text("to") not in {str(one.id) for one in await colleagues(tx)}:
        raise Invalid(Problem(_("请从名单里选一位在这个部门办件的人。"), "to"))
    return {"to": form.text("to"), "note": form.text("note")}


async def _bulk_page(request: Request, tx: Tx, bulk: Bulk, form: Form, problems: list[Problem]) -> Response[str]:
    lines = await lines_of(tx, bulk.id)
    against = {line.position: hindrance(bulk, line) for line in lines if line.state == "waiting"}
    return page(
        request, tx, "desk/bulk.html", status=422 if problems else 200, bulk=bulk, form=form, problems=problems, lines=lines, against=against,
        free=sum(not words for words in against.values()), labels=DESK_LABELS,
        colleagues=await colleagues(tx) if bulk.move == ASSIGN and not bulk.confirmed_at else [],
    )  # fmt: skip


def _picked(form: Form) -> list[tuple[str, int]]:
    """`case`: number and version, as the queue showed it."""
    pairs = [value.rpartition(":") for value in form.all("case")]
    return [
        (number, int(version))
        for number, _sep, version in pairs
        if version.isascii() and version.isdigit() and len(version) < 9
    ]


ROUTES = [begin, show, carry_out]
