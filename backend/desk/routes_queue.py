"""The queue with its filters, the views an officer keeps, and who is away."""

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.approval.queries import stopped_now
from backend.cases.queries import case_for
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.i18n import _
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.desk.bulk import ASSIGN, offered
from backend.desk.colleagues import absences, back_again, colleagues, say_absent
from backend.desk.filters import COLOURS, HOLDERS, STATES, Filter, read_filter, read_place
from backend.desk.model import DESK_LABELS
from backend.desk.queue import MOST, items_in_queue, my_cases_of, queue_of, tally_of

MOST_VIEWS = 12


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A filter an officer keeps under a name; `query` as in the address."""

    id: UUID
    name: str
    query: str


@get("/desk", opt=OFFICER, include_in_schema=False)
async def queue(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    wanted = read_filter(request.query_params)
    return await queue_page(request, tx, wanted, request.query_params.get("after", ""), [])


@get("/desk/find", opt=OFFICER, include_in_schema=False)
async def find(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """By the number on a slip, as it may be typed: one's own departments' cases only."""
    case = await case_for(tx.db, tx.viewer, request.query_params.get("number", ""))
    return see_other(f"/desk/cases/{case.number}")


async def queue_page(request: Request, tx: Tx, wanted: Filter, after: str, problems: list[Problem]) -> Response[str]:
    rows, follows = await queue_of(tx, wanted, read_place(after))
    more = f"{rows[-1].due}_{rows[-1].id}" if follows else None
    here = {one.id: one.name for one in await colleagues(tx)}
    return page(
        request, tx, "desk/queue.html", status=422 if problems else 200, problems=problems, rows=rows, more=more, wanted=wanted,
        after=after, tally=await tally_of(tx), items=await items_in_queue(tx), views=await views_of(tx), names=here, mine=await my_cases_of(tx),
        states=[(s.value, DESK_LABELS[s]) for s in STATES], colours=COLOURS, holders=HOLDERS, moves=offered(tx.viewer.roles), assign=ASSIGN,
        most=MOST, me=tx.viewer.id, stopped=await _stopped(tx), works=bool(tx.viewer.roles & {"window", "reviewer", "approver", "head"}),
    )  # fmt: skip


async def _stopped(tx: Tx) -> list[str]:
    """What the machine does not grant just now, of the viewer's departments; an empty name: nothing at all."""
    found = await stopped_now(tx.db)
    if not found:
        return []
    items = (await city(tx.db)).pack.items.values()
    return (
        [""]
        if None in found
        else [one.name for one in items if one.code in found and one.department in tx.viewer.departments]
    )


async def views_of(tx: Tx) -> list[View]:
    rows = await tx.db.fetch(
        "SELECT id, name, query FROM desk_views WHERE officer_id = $1 ORDER BY made_at, id", tx.viewer.id
    )
    return msgspec.convert(rows, list[View])


@post("/desk/views", opt=OFFICER, include_in_schema=False)
async def keep_view(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """The filters on the page, under a name; the same name again replaces them."""
    form = await read_form(request)
    wanted = read_filter(dict(parse_qsl(form.text("query"))))
    problems = [] if 1 <= len(form.text("name")) <= 20 else [Problem(_("请给视图起个名字，20 个字以内。"), "name")]
    if not wanted.any:
        problems.append(Problem(_("请先选筛选条件，再保存成视图。"), "name"))
    kept = {view.name for view in await views_of(tx)}
    if len(kept) >= MOST_VIEWS and form.text("name") not in kept:
        problems.append(Problem(_("最多保存 12 个视图，请先删掉不用的。"), "name"))
    if problems:
        return await queue_page(request, tx, wanted, "", problems)
    await tx.db.execute(
        """INSERT INTO desk_views (id, officer_id, name, query, made_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (officer_id, name) DO UPDATE SET query = excluded.query""",
        uuid4(), tx.viewer.id, form.text("name"), wanted.query(), tx.now,
    )  # fmt: skip
    return see_other(wanted.address())


@post("/desk/views/{view:uuid}/removal", opt=OFFICER, include_in_schema=False)
async def drop_view(tx: NamedDependency[Tx], view: FromPath[UUID]) -> Response[None]:
    await tx.db.execute("DELETE FROM desk_views WHERE id = $1 AND officer_id = $2", view, tx.viewer.id)
    return see_other("/desk")


@get("/desk/absence", opt=OFFICER, include_in_schema=False)
async def absence_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _absence_page(request, tx, Form([], []), [])


@post("/desk/absence", opt=OFFICER, include_in_schema=False)
async def say_when(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    form = await read_form(request)
    try:
        await say_absent(tx, form.day("first"), form.day("last"), form.id("stand_in"))
    except Invalid as invalid:
        return await _absence_page(request, tx, form, list(invalid.problems))
    return see_other("/desk/absence")


@post("/desk/absence/{absence:uuid}/end", opt=OFFICER, include_in_schema=False)
async def end_absence(tx: NamedDependency[Tx], absence: FromPath[UUID]) -> Response[None]:
    await back_again(tx, absence)
    return see_other("/desk/absence")


async def _absence_page(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    known = await colleagues(tx)
    return page(
        request, tx, "desk/absence.html", status=422 if problems else 200, form=form, problems=problems, me=tx.viewer.id,
        absences=await absences(tx), names={one.id: one.name for one in known}, others=[one for one in known if one.id != tx.viewer.id],
    )  # fmt: skip


ROUTES = [queue, find, keep_view, drop_view, absence_page, say_when, end_absence]
