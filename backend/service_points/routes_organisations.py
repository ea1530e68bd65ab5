"""An organisation's page: its places, its people, its figures. For its administrator, and for the city's."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.web import ACCOUNT, OFFICER, Form, page, read_form, see_other
from backend.service_points.model import KINDS, NewPoint
from backend.service_points.organisations import add_point, close_point, dismiss, invite, set_up
from backend.service_points.queries import colleagues, figures, organisations, points, run_by_viewer

YEAR = timedelta(days=366)


@get("/desk/organisations", opt=OFFICER, include_in_schema=False)
async def all_of_them(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    _need_admin(tx)
    return await _list_page(request, tx, Form([("most_visits", "200")], []), [])


@post("/desk/organisations", opt=OFFICER, include_in_schema=False)
async def set_one_up(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    _need_admin(tx)
    form = await read_form(request)
    most = form.text("most_visits")
    try:
        organisation = await set_up(
            tx, form.text("name"), form.text("kind"), int(most) if most.isascii() and most.isdigit() else 0
        )
    except Invalid as invalid:
        return await _list_page(request, tx, form, list(invalid.problems))
    return see_other(f"/organisations/{organisation}")


@get("/organisations/{organisation:uuid}", opt=ACCOUNT, include_in_schema=False)
async def one_of_them(request: Request, tx: NamedDependency[Tx], organisation: FromPath[UUID]) -> Response[str]:
    return await _page(request, tx, organisation, Form([], []), [])


@get("/organisations/{organisation:uuid}/figures", opt=ACCOUNT, include_in_schema=False)
async def how_much(request: Request, tx: NamedDependency[Tx], organisation: FromPath[UUID]) -> Response[str]:
    found = await run_by_viewer(tx, organisation)
    names = {point.id: point.name for point in await points(tx, organisation)}
    rows = await figures(tx, organisation, tx.today - YEAR)
    return page(request, tx, "service_points/figures.html", organisation=found, rows=rows, names=names)


@post("/organisations/{organisation:uuid}/points", opt=ACCOUNT, include_in_schema=False)
async def open_point(request: Request, tx: NamedDependency[Tx], organisation: FromPath[UUID]) -> Response[Any]:
    form, found = await read_form(request), await run_by_viewer(tx, organisation)
    new = NewPoint(form.text("point_name"), form.text("address"), form.text("hours"), form.text("point_phone"))
    try:
        await add_point(tx, found, new)
    except Invalid as invalid:
        return await _page(request, tx, organisation, form, list(invalid.problems))
    return see_other(f"/organisations/{organisation}")


@post("/organisations/{organisation:uuid}/points/{point:uuid}/end", opt=ACCOUNT, include_in_schema=False)
async def end_point(tx: NamedDependency[Tx], organisation: FromPath[UUID], point: FromPath[UUID]) -> Response[None]:
    await close_point(tx, await run_by_viewer(tx, organisation), point)
    return see_other(f"/organisations/{organisation}")


@post("/organisations/{organisation:uuid}/staff", opt=ACCOUNT, include_in_schema=False)
async def invite_staff(request: Request, tx: NamedDependency[Tx], organisation: FromPath[UUID]) -> Response[str]:
    """The link stands on this answer alone: it is not stored readably."""
    form, found = await read_form(request), await run_by_viewer(tx, organisation)
    try:
        token = await invite(tx, found, form.text("staff_name"), admin=form.text("admin") == "yes")
    except Invalid as invalid:
        return await _page(request, tx, organisation, form, list(invalid.problems))
    link = f"{request.app.state.settings.public_url}/enrol/{token}"
    return await _page(request, tx, organisation, Form([], []), [], link=link)


@post("/organisations/{organisation:uuid}/staff/{account:uuid}/end", opt=ACCOUNT, include_in_schema=False)
async def end_staff(tx: NamedDependency[Tx], organisation: FromPath[UUID], account: FromPath[UUID]) -> Response[None]:
    await dismiss(tx, await run_by_viewer(tx, organisation), account)
    return see_other(f"/organisations/{organisation}")


def _need_admin(tx: Tx) -> None:
    if "admin" not in tx.viewer.roles:
        raise NotFound()


async def _list_page(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    return page(
        request,
        tx,
        "service_points/organisations.html",
        status=422 if problems else 200,
        found=await organisations(tx),
        kinds=KINDS,
        form=form,
        problems=problems,
    )


async def _page(
    request: Request, tx: Tx, organisation: UUID, form: Form, problems: list[Problem], link: str = ""
) -> Response[str]:
    return page(
        request,
        tx,
        "service_points/organisation.html",
        status=422 if problems else 200,
        organisation=await run_by_viewer(tx, organisation),
        points=await points(tx, organisation),
        staff=await colleagues(tx, organisation),
        me=tx.viewer.id,
        form=form,
        problems=problems,
        link=link,
    )


ROUTES = [all_of_them, set_one_up, one_of_them, how_much, open_point, end_point, invite_staff, end_staff]
