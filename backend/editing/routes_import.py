"""Bringing in a table of guides over the web: what was brought, how far it is, what it would change, yes or no."""

from contextlib import suppress
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.import_report import template
from backend.catalogue.intake_columns import COLUMNS
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, Problem
from backend.core.web import OFFICER, page, read_form, see_other
from backend.editing.actions_import import again, keep, let_in, send_on
from backend.editing.import_model import LABELS, ImportState, may_let_in
from backend.editing.job_standing import Standing, standing
from backend.editing.queries import desks_of, editing_desks
from backend.editing.queries_import import brought, guides_of, imports_at, report_of

# What a row's column is called where the file has no name of its own for it.
NAMES = {column.code: column.label for column in COLUMNS} | {
    "code": "编码", "name": "名称", "department": "部门", "aliases": "别名", "region": "区划", "type": "事项类型",
    "promised": "承诺时限", "statutory": "法定时限", "subjects": "服务对象", "themes": "主题", "materials": "材料", "visits": "跑动次数",
}  # fmt: skip


@get("/desk/items/import", opt=OFFICER, include_in_schema=False)
async def imports_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _list_page(request, tx, [])


async def _list_page(request: Request, tx: Tx, problems: list[Problem], *, source: str = "") -> Response[str]:
    desks, departments = await desks_of(tx), (await city(tx.db)).pack.departments
    mine = [short for short, roles in desks.items() if "editor" in roles]
    return page(
        request, tx, "editing/imports.html", status=422 if problems else 200, problems=problems, labels=LABELS, source=source,
        rows=await imports_at(tx, list(desks)), mine=[short for short in mine if short in departments], departments=departments,
        columns=COLUMNS,
    )  # fmt: skip


@post("/desk/items/import", opt=OFFICER, include_in_schema=False)
async def upload(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """Keeps the table; the worker reads it."""
    form, mine = await read_form(request), await editing_desks(tx)
    files = form.files("table")
    content = await files[0].read() if files else b""
    try:
        name, department = files[0].filename if files else "", form.text("department") or mine[0]
        number = await keep(tx, department, name, content, form.text("source"), withdraw=form.text("withdraw") == "yes")
    except Invalid as refusal:
        return await _list_page(request, tx, list(refusal.problems), source=form.text("source"))
    return see_other(f"/desk/items/import/{number}")


@get("/desk/items/import/template.csv", opt=OFFICER, include_in_schema=False)
async def empty_table(tx: NamedDependency[Tx]) -> Response[bytes]:
    await editing_desks(tx)
    return _table(template(), "事项表模板.csv")


@get("/desk/items/import/{brought_id:uuid}", opt=OFFICER, include_in_schema=False)
async def one_import(request: Request, tx: NamedDependency[Tx], brought_id: FromPath[UUID]) -> Response[str]:
    """How far it is while it is worked on; then what it would change, or what it changed."""
    desks = await desks_of(tx)
    found = await brought(tx.db, brought_id, list(desks))
    roles, mine = desks[found.department_id], [short for short, roles in desks.items() if "editor" in roles]
    words = request.query_params.get("q", "").strip()[:100]
    guides = await guides_of(tx, found.source, words) if found.state is ImportState.DONE else []
    departments = (await city(tx.db)).pack.departments
    return page(
        request, tx, "editing/import.html", found=found, labels=LABELS, guides=guides, q=words, departments=departments,
        mine=[short for short in mine if short in departments], names=NAMES, editor="editor" in roles,
        lets=may_let_in(found, tx.viewer.id, roles),
        stands=await standing(tx.db, found.job, {"import": str(found.id)}) if found.working else Standing(),
    )  # fmt: skip


@post("/desk/items/import/{brought_id:uuid}/decision", opt=OFFICER, include_in_schema=False)
async def decision(request: Request, tx: NamedDependency[Tx], brought_id: FromPath[UUID]) -> Response[None]:
    """The editor's, who sends it on; then a second person's, who lets it in."""
    found, answer = (
        await brought(tx.db, brought_id, list(await desks_of(tx))),
        (await read_form(request)).text("answer"),
    )
    if answer in ("bring", "drop"):
        with suppress(Conflict):  # somebody decided already: the page says what
            if found.state is ImportState.CHECKING:
                await let_in(tx, found, bring=answer == "bring")
            elif found.department_id in await editing_desks(tx):
                await send_on(tx, found, bring=answer == "bring")
    return see_other(f"/desk/items/import/{brought_id}")


@post("/desk/items/import/{brought_id:uuid}/again", opt=OFFICER, include_in_schema=False)
async def once_more(tx: NamedDependency[Tx], brought_id: FromPath[UUID]) -> Response[None]:
    await again(tx, await brought(tx.db, brought_id, await editing_desks(tx)))
    return see_other(f"/desk/items/import/{brought_id}")


@get("/desk/items/import/{brought_id:uuid}/report.csv", opt=OFFICER, include_in_schema=False)
async def report(tx: NamedDependency[Tx], brought_id: FromPath[UUID]) -> Response[bytes]:
    found = await brought(tx.db, brought_id, list(await desks_of(tx)))
    return _table(await report_of(tx.db, brought_id), f"{found.source}-导入说明.csv")


def _table(content: bytes, name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


ROUTES = [imports_page, upload, empty_table, one_import, decision, once_more, report]
