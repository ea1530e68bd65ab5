"""Where a wrong register or certificate is reported, and what stood on it is handled."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.approval.inquiries import (
    MOST_LINES,
    Asked,
    ask,
    elsewhere,
    inquiries,
    inquiry_for,
    lines_of,
    review,
    withdraw,
)
from backend.approval.messages import DONE, sources_of
from backend.catalogue.model import Pack
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import OFFICER, Form, page, read_form, see_other


@get("/desk/sources", opt=OFFICER, include_in_schema=False)
async def list_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _list(request, tx, Form([], []), [])


@post("/desk/sources", opt=OFFICER, include_in_schema=False)
async def report(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    form = await read_form(request)
    asked = Asked(
        source=form.text("source"), element=form.text("element"), certificate=form.text("certificate"),
        subjects=tuple(dict.fromkeys(form.text("subjects").upper().split())), first=form.day("first"), last=form.day("last"),
        reason=form.text("reason"),
    )  # fmt: skip
    try:
        inquiry = await ask(tx, asked)
    except Invalid as invalid:
        return await _list(request, tx, form, list(invalid.problems))
    return see_other(f"/desk/sources/{inquiry}")


async def _list(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    asked, pack = await inquiries(tx), (await city(tx.db)).pack
    said = {f"register.{code}": one.facts for code, one in pack.registers.items()}
    return page(
        request, tx, "approval/sources.html", status=422 if problems else 200, inquiries=asked, sources=sources_of(pack),
        elements=[(code, pack.elements[code].label) for code in sorted({fact for facts in said.values() for fact in facts}) if code in pack.elements],
        labels=_labels(pack), form=form, problems=problems,
    )  # fmt: skip


@get("/desk/sources/{inquiry:uuid}", opt=OFFICER, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], inquiry: FromPath[UUID]) -> Response[str]:
    return await _show(request, tx, inquiry, Form([], []), [])


@post("/desk/sources/{inquiry:uuid}", opt=OFFICER, include_in_schema=False)
async def handle(request: Request, tx: NamedDependency[Tx], inquiry: FromPath[UUID]) -> Response[Any]:
    """`do`: review or withdraw, for the cases that are ticked, or for all of them that nobody has handled."""
    form = await read_form(request)
    await inquiry_for(tx, inquiry)
    every = [line.case_id for line in await lines_of(tx, inquiry) if line.state in ("found", "refused")]
    chosen = every if form.text("all") else [case for case in every if str(case) in form.all("case")]
    try:
        if form.text("do") == "withdraw":
            await withdraw(tx, inquiry, chosen, form.text("why"))
        else:
            await review(tx, inquiry, chosen)
    except Invalid as invalid:
        return await _show(request, tx, inquiry, form, list(invalid.problems))
    return see_other(f"/desk/sources/{inquiry}?done={'withdraw' if form.text('do') == 'withdraw' else 'review'}")


async def _show(request: Request, tx: Tx, inquiry: UUID, form: Form, problems: list[Problem]) -> Response[str]:
    found, pack = await inquiry_for(tx, inquiry), (await city(tx.db)).pack
    mine = tx.viewer.departments
    return page(
        request, tx, "approval/source.html", status=422 if problems else 200, inquiry=found, lines=await lines_of(tx, inquiry),
        sources=sources_of(pack), labels=_labels(pack), materials={code: one.label for code, one in pack.materials.items()}, most=MOST_LINES,
        elsewhere={name: n for name, n in (await elsewhere(tx, inquiry)).items() if name not in mine}, heads="head" in tx.viewer.roles,
        form=form, problems=problems, done=DONE.get(request.query_params.get("done", "")),
    )  # fmt: skip


def _labels(pack: Pack) -> dict[str, str]:
    return {code: one.label for code, one in pack.elements.items()}


ROUTES = [list_page, report, show, handle]
