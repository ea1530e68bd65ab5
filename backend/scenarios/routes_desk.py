"""Guides at the desk: drawn, proved, tried out, changed page by page, and published after somebody else has checked."""

from typing import Any
from urllib.parse import quote

import yaml
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.scenarios import routes_desk_form
from backend.scenarios.actions_desk import begin, drop, publish, send_back, submit, tried
from backend.scenarios.desk_form import names_of, skeleton
from backend.scenarios.desk_model import IN_WORK, LABELS, GuideVersion
from backend.scenarios.drawing import graph_of
from backend.scenarios.drawing_mermaid import mermaid_of
from backend.scenarios.drawing_svg import svg_of
from backend.scenarios.queries import guides
from backend.scenarios.queries_desk import in_work, text_in_force, version_in_work, versions_of
from backend.scenarios.tryout import STANDS, tryout

TRY = "try."


def need_desk(tx: Tx) -> None:
    """NotFound for an officer who neither writes nor checks guides."""
    if not tx.viewer.roles & {"editor", "checker"}:
        raise NotFound()


@get("/desk/scenarios", opt=OFFICER, include_in_schema=False)
async def desk_list(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    need_desk(tx)
    return await _list_page(request, tx, [], "")


async def _list_page(request: Request, tx: Tx, problems: list[Problem], title: str) -> Response[str]:
    found, working = await guides(tx.db), await in_work(tx)
    rows = [
        {"id": one.id, "title": one.title, "count": len(one.questions), "state": working.get(one.id)}
        for one in found.scenarios.values()
    ]
    rows += [
        {"id": name, "title": name, "count": None, "state": working[name]}
        for name in working
        if name not in found.scenarios
    ]
    status = 422 if problems else 200
    return page(
        request, tx, "scenarios/desk_list.html", status=status, rows=rows, labels=LABELS, problems=problems, title=title
    )


@post("/desk/scenarios", opt=OFFICER, include_in_schema=False)
async def new_guide(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """A guide the city does not have yet; its name is its id."""
    need_desk(tx)
    title = (await read_form(request)).text("title")
    if not title or len(title) > 30 or not title.replace(" ", "").isalnum():
        said = Problem(_("请写一个名称，30 个字以内，只用文字和数字。"), "title")
        return await _list_page(request, tx, [said], title)
    if title in (await guides(tx.db)).scenarios:
        return await _list_page(request, tx, [Problem(_("已经有这份指引了，请从上面打开。"), "title")], title)
    await begin(tx, title, skeleton(title))
    return see_other(f"/desk/scenarios/{quote(title)}")


@get("/desk/scenarios/{scenario_id:str}", opt=OFFICER, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Response[str]:
    need_desk(tx)
    return await _show_page(request, tx, scenario_id, [])


async def _show_page(
    request: Request, tx: Tx, scenario_id: str, problems: list[Problem], status: int = 200, note: str = ""
) -> Response[str]:
    versions = await versions_of(tx, scenario_id)
    draft = next((one for one in versions if one.state in IN_WORK), None)
    data = draft.data if draft else await text_in_force(tx, scenario_id)
    guide, proof, faults = await tried(tx, scenario_id, data)
    sent = {
        name.removeprefix(TRY): request.query_params.getall(name)
        for name in request.query_params
        if name.startswith(TRY)
    }
    return page(
        request, tx, "scenarios/desk_show.html", status=status, id=scenario_id, here=f"/desk/scenarios/{quote(scenario_id)}",
        versions=versions, draft=draft, data=data, guide=guide, proof=proof, faults=faults, problems=problems, labels=LABELS,
        pages=names_of(data), tried=tryout(guide, sent, tx.today) if guide else None, stands=STANDS, note=note, mine=tx.viewer.id,
        roles=tx.viewer.roles,
    )  # fmt: skip


@get("/desk/scenarios/{scenario_id:str}/drawing.svg", opt=OFFICER, include_in_schema=False)
async def drawing(tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Response[str]:
    need_desk(tx)
    return _file(svg_of(graph_of(await _guide(tx, scenario_id))), "image/svg+xml")


@get("/desk/scenarios/{scenario_id:str}/drawing.mmd", opt=OFFICER, include_in_schema=False)
async def mermaid(tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Response[str]:
    need_desk(tx)
    return _file(mermaid_of(graph_of(await _guide(tx, scenario_id))), "text/plain")


@get("/desk/scenarios/{scenario_id:str}/guide.yaml", opt=OFFICER, include_in_schema=False)
async def as_file(tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Response[str]:
    """The text as it stands, for the folder of the pack."""
    need_desk(tx)
    data = await _text(tx, scenario_id)
    return _file(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120), "text/plain")


def _file(text: str, kind: str) -> Response[str]:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)


async def _text(tx: Tx, scenario_id: str) -> dict[str, Any]:
    draft = next((one for one in await versions_of(tx, scenario_id) if one.state in IN_WORK), None)
    return draft.data if draft else await text_in_force(tx, scenario_id)


async def _guide(tx: Tx, scenario_id: str) -> Any:
    guide, _proof, _faults = await tried(tx, scenario_id, await _text(tx, scenario_id))
    if guide is None:
        raise NotFound()
    return guide


@post("/desk/scenarios/{scenario_id:str}/draft", opt=OFFICER, include_in_schema=False)
async def begin_draft(tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Response[None]:
    await begin(tx, scenario_id)
    return see_other(f"/desk/scenarios/{quote(scenario_id)}")


@post("/desk/scenarios/{scenario_id:str}/moves", opt=OFFICER, include_in_schema=False)
async def make_move(request: Request, tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Response[Any]:
    """Submitted, published, sent back or dropped, as she saw it; what stands in the way comes all at once."""
    need_desk(tx)
    form, draft = await read_form(request), await version_in_work(tx, scenario_id)
    try:
        async with tx.db.transaction():
            await _move(tx, draft, form)
    except Invalid as refusal:
        return await _show_page(request, tx, scenario_id, list(refusal.problems), 422, form.text("note"))
    except Conflict as refusal:
        return await _show_page(request, tx, scenario_id, list(refusal.problems), 409, form.text("note"))
    return see_other(f"/desk/scenarios/{quote(scenario_id)}" if form.text("move") != "drop" else "/desk/scenarios")


async def _move(tx: Tx, draft: GuideVersion, form: Form) -> None:
    seen = int(form.text("revision")) if form.text("revision").isdecimal() else 0
    match form.text("move"):
        case "submit":
            await submit(tx, draft, seen)
        case "publish":
            await publish(tx, draft, seen)
        case "send_back":
            await send_back(tx, draft, seen, form.text("note"))
        case "drop":
            await drop(tx, draft, seen)
        case _:
            raise NotFound()


ROUTES = [desk_list, new_guide, show, drawing, mermaid, as_file, begin_draft, make_move, *routes_desk_form.ROUTES]
