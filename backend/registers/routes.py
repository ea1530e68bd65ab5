"""The administrators' page: which registers push, which are asked, and whose machines may."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.intake_model import IntakeError
from backend.catalogue.queries import city
from backend.core.db import SHANGHAI, Tx
from backend.core.errors import NotFound, Problem
from backend.core.i18n import _
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.registers.clients import admit, clients, desk_client, shut_out
from backend.registers.intake import MOST_PUSHED, Fault, read_table
from backend.registers.pushing import take_table
from backend.registers.queries import standings

LONGEST_NAME = 60
MOST_SHOWN = 100
MOST_ROWS = 5000  # of a table, while a page waits for it


@get("/desk/registers", opt=OFFICER, include_in_schema=False)
async def registers(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _page(request, tx, done=request.query_params.get("done", "")[:10])


@post("/desk/registers/clients", opt=OFFICER, include_in_schema=False)
async def let_in(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """Shows the token, this once."""
    _need_admin(tx)
    form = await read_form(request)
    register, name = form.text("register"), form.text("name")
    problems = [] if register in (await city(tx.db)).pack.registers else [Problem(_("请选登记库。"), "register")]
    if not 0 < len(name) <= LONGEST_NAME:
        problems.append(Problem(_("请写这台机器叫什么，最多 60 个字。"), "name"))
    if problems:
        return await _page(request, tx, form=form, problems=problems)
    client, token = await admit(tx, register, name)
    return await _page(request, tx, token=token, client=client)


@post("/desk/registers/clients/{client:uuid}/end", opt=OFFICER, include_in_schema=False)
async def end(tx: NamedDependency[Tx], client: FromPath[UUID]) -> Response[None]:
    _need_admin(tx)
    await shut_out(tx, client)
    return see_other("/desk/registers?done=ended")


@post("/desk/registers/table", opt=OFFICER, include_in_schema=False)
async def take_in(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """A table of records: all rows are taken, or none and every problem is told with its place."""
    _need_admin(tx)
    form = await read_form(request)
    register, files = form.text("register"), form.files("table")
    pack = (await city(tx.db)).pack
    problems = [] if register in pack.registers else [Problem(_("请选登记库。"), "table-register")]
    problems += [] if files else [Problem(_("请选一个 CSV 文件。"), "table")]
    if problems:
        return await _page(request, tx, form=form, problems=problems)
    data, name = await files[0].read(), files[0].filename
    if data.count(b"\n") > MOST_ROWS:
        said = _("这里一次最多收 %(most)s 行。更多的请在机器上用命令导入。")
        return await _page(request, tx, form=form, problems=[Problem(said, "table", {"most": MOST_ROWS})])
    try:
        records, faults = read_table(name, data, register, pack, tx.now.astimezone(SHANGHAI), tx.today)
    except IntakeError as error:
        return await _page(request, tx, form=form, problems=[Problem(str(error), "table")])
    if faults:
        return await _page(request, tx, form=form, faults=faults)
    await take_table(tx, await desk_client(tx, register), data, records)
    return see_other("/desk/registers?done=table")


def _need_admin(tx: Tx) -> None:
    if "admin" not in tx.viewer.roles:
        raise NotFound()


async def _page(
    request: Request,
    tx: Tx,
    *,
    form: Form | None = None,
    problems: list[Problem] | None = None,
    faults: list[Fault] | None = None,
    token: str = "",
    client: UUID | None = None,
    done: str = "",
) -> Response[str]:
    if not tx.viewer.roles & {"admin", "auditor"}:
        raise NotFound()
    return page(
        request,
        tx,
        "registers/desk.html",
        status=422 if problems or faults else 200,
        registers=(await city(tx.db)).pack.registers,
        standings=await standings(tx),
        clients=await clients(tx),
        admits="admin" in tx.viewer.roles,
        form=form or Form([], []),
        problems=problems or [],
        faults=(faults or [])[:MOST_SHOWN],
        more=max(0, len(faults or []) - MOST_SHOWN),
        token=token,
        client=client,
        done=done,
        most=MOST_PUSHED,
    )


ROUTES = [registers, let_in, end, take_in]
