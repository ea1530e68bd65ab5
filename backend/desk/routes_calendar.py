"""The calendar of working days: a year to look at, a day to change, a year to publish."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.holiday_notice import Read, read_notice
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.desk.calendar import changes, need_keeper, publish_year, set_day, year_of, years


@get("/desk/calendar", opt=OFFICER, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    need_keeper(tx)
    return await _page(request, tx, _year(tx, request.query_params.get("year", "")), Form([], []), [])


@post("/desk/calendar/days", opt=OFFICER, include_in_schema=False)
async def change_day(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    form = await read_form(request)
    day = form.day("day")
    try:
        async with tx.db.transaction():
            await set_day(tx, day, form.text("kind"), form.text("name"))
    except Invalid as invalid:
        return await _page(request, tx, day.year if day and day.year in years(tx.today) else tx.today.year, form, list(invalid.problems))  # fmt: skip
    return see_other(f"/desk/calendar?year={day.year if day else tx.today.year}&done=1")


@post("/desk/calendar/years", opt=OFFICER, include_in_schema=False)
async def publish(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """What the notice says is shown first; only the second tap publishes it."""
    need_keeper(tx)
    form = await read_form(request)
    year = _year(tx, form.text("year"))
    found = read_notice(form.text("notice"), year)
    if found.problems or form.text("publish") != "yes":
        return await _page(request, tx, year, form, list(found.problems), found=None if found.problems else found)
    try:
        async with tx.db.transaction():
            await publish_year(tx, year, found.days)
    except Invalid as invalid:
        return await _page(request, tx, year, form, list(invalid.problems))
    return see_other(f"/desk/calendar?year={year}&done=1")


async def _page(
    request: Request, tx: Tx, year: int, form: Form, problems: list[Problem], *, found: Read | None = None
) -> Response[str]:
    return page(
        request, tx, "desk/calendar.html", status=422 if problems else 200, year=await year_of(tx, year), years=years(tx.today),
        form=form, problems=problems, found=found, changes=await changes(tx), done=request.query_params.get("done") == "1",
    )  # fmt: skip


def _year(tx: Tx, text: str) -> int:
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    return wanted if wanted in years(tx.today) else tx.today.year


ROUTES = [show, change_day, publish]
