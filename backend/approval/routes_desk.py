"""The desk of what the machine grants: figures of each item, the switch, the share that is looked at again."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.approval.actions_switches import set_share, switch
from backend.approval.messages import DONE
from backend.approval.queries import figures_of, may_steer, shares_now, stopped_now, switches_of
from backend.catalogue.model import Item
from backend.catalogue.pack_instant import examples_shown
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.web import OFFICER, Form, page, read_form, see_other

USUAL_SHARE = 5.0


@get("/desk/approval", opt=OFFICER, include_in_schema=False)
async def overview(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _overview(request, tx, Form([], []), [])


@post("/desk/approval/switch", opt=OFFICER, include_in_schema=False)
async def switch_all(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """Every item at once: an administrator."""
    form = await read_form(request)
    try:
        await switch(tx, None, form.text("do") == "stop", form.text("reason"))
    except Invalid as invalid:
        return await _overview(request, tx, form, list(invalid.problems))
    return see_other(f"/desk/approval?done={'stopped' if form.text('do') == 'stop' else 'goes_on'}")


async def _overview(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    figures = await figures_of(tx)
    items = [item for item in (await city(tx.db)).pack.items.values() if item.instant and item.code in figures]
    if not items:
        raise NotFound()
    return page(
        request, tx, "approval/desk.html", status=422 if problems else 200, items=sorted(items, key=lambda one: one.name), figures=figures,
        stopped=await stopped_now(tx.db), shares=await shares_now(tx.db), usual=USUAL_SHARE, log=await switches_of(tx, None),
        steers=await may_steer(tx, None), form=form, problems=problems, done=DONE.get(request.query_params.get("done", "")),
    )  # fmt: skip


@get("/desk/approval/{code:str}", opt=OFFICER, include_in_schema=False)
async def item_page(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> Response[str]:
    return await _item(request, tx, code, Form([], []), [])


@post("/desk/approval/{code:str}/switch", opt=OFFICER, include_in_schema=False)
async def switch_one(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> Response[Any]:
    form = await read_form(request)
    try:
        await switch(tx, code, form.text("do") == "stop", form.text("reason"))
    except Invalid as invalid:
        return await _item(request, tx, code, form, list(invalid.problems))
    return see_other(f"/desk/approval/{code}?done={'stopped' if form.text('do') == 'stop' else 'goes_on'}")


@post("/desk/approval/{code:str}/share", opt=OFFICER, include_in_schema=False)
async def share(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> Response[Any]:
    form = await read_form(request)
    try:
        await set_share(tx, code, form.text("percent"))
    except Invalid as invalid:
        return await _item(request, tx, code, form, list(invalid.problems))
    return see_other(f"/desk/approval/{code}?done=share")


async def _item(request: Request, tx: Tx, code: str, form: Form, problems: list[Problem]) -> Response[str]:
    """NotFound for items of departments she has no part in, and for those the machine has no rules for."""
    found, figures, now = await _instant(tx, code), await figures_of(tx), await city(tx.db)
    if code not in figures:
        raise NotFound()
    shares, stopped = await shares_now(tx.db), await stopped_now(tx.db)
    return page(
        request, tx, "approval/item.html", status=422 if problems else 200, item=found, version=now.versions[code], figures=figures[code],
        stopped=code in stopped, all_stopped=None in stopped, share=shares.get(code, shares.get(None, USUAL_SHARE)),
        log=await switches_of(tx, code), steers=await may_steer(tx, code), examples=examples_shown(now.pack, found), form=form, problems=problems,
        done=DONE.get(request.query_params.get("done", "")),
    )  # fmt: skip


async def _instant(tx: Tx, code: str) -> Item:
    now = await city(tx.db)
    item = now.pack.items.get(now.titles.get(code, ""))
    if item is None or not item.instant:
        raise NotFound()
    return item


ROUTES = [overview, switch_all, item_page, switch_one, share]
