"""One page of a guide's form at the desk: shown, its condition changed row by row without saving, saved."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.model import Pack
from backend.catalogue.queries import city
from backend.core.conditions_form import Part, after, typed
from backend.core.conditions_form_rows import row_of
from backend.core.conditions_form_rule import rule_of
from backend.core.db import Tx
from backend.core.errors import Conflict, NotFound, Problem
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.scenarios.actions_desk import save, tried
from backend.scenarios.desk_form import (
    KINDS,
    READERS,
    Place,
    kind_of,
    lines_of,
    option_lines,
    part_at,
    place_of,
    read_basics,
    rearranged,
    rule_part,
    vocabulary_of,
    with_part,
)
from backend.scenarios.desk_form_names import HOW
from backend.scenarios.desk_model import GuideVersion
from backend.scenarios.queries_desk import version_in_work

WHEN = "when"
BLANK = dict.fromkeys(
    ("title", "summary", "glyph", "order", "show", "text", "ask", "help", "why", "none", "unit", "least", "most", "force",
     "item", "advice", "id", "otherwise", "name", "how", "of", "and"), "",
)  # fmt: skip


@get("/desk/scenarios/{scenario_id:str}/draft/{name:str}", opt=OFFICER, include_in_schema=False)
async def part_page(
    request: Request, tx: NamedDependency[Tx], scenario_id: FromPath[str], name: FromPath[str]
) -> Response[str]:
    draft, place = await _at(tx, scenario_id, name)
    pack = (await city(tx.db)).pack
    part = part_at(draft.data, place)
    rule = rule_part(part, vocabulary_of(draft.data, pack, fits=bool(part.get("item"))))
    return await _page(request, tx, draft, place, part, rule, pack, [])


async def _at(tx: Tx, scenario_id: str, name: str) -> tuple[GuideVersion, Place]:
    """NotFound where there is nothing she may write in."""
    if "editor" not in tx.viewer.roles:
        raise NotFound()
    draft = await version_in_work(tx, scenario_id)
    place = place_of(name, draft.data)
    if place is None:
        raise NotFound(next_step=f"/desk/scenarios/{quote(scenario_id)}")
    return draft, place


@post("/desk/scenarios/{scenario_id:str}/draft/{name:str}", opt=OFFICER, include_in_schema=False)
async def save_part(
    request: Request, tx: NamedDependency[Tx], scenario_id: FromPath[str], name: FromPath[str]
) -> Response[Any]:
    """`do`: a button of the condition, which saves nothing. Else all is saved, or all that is wrong is told."""
    draft, place = await _at(tx, scenario_id, name)
    form, pack = await read_form(request), (await city(tx.db)).pack
    part = part_at(draft.data, place)
    if place.kind == "basics":
        data = read_basics(draft.data, form)
        return await _saved(request, tx, draft, place, form, data, None, pack)
    words = vocabulary_of(draft.data, pack, fits=bool(form.text("item")))
    rows = after(typed(form.fields, WHEN), WHEN, form.text("do"))
    rule, problems = rule_of(rows, WHEN, words)
    changed = READERS[place.kind](part, form, None if problems else rule)
    if form.text("do") or problems:
        return await _page(request, tx, draft, place, changed, rows, pack, [] if form.text("do") else problems)
    return await _saved(request, tx, draft, place, form, with_part(draft.data, place, changed), rows, pack)


async def _saved(
    request: Request,
    tx: Tx,
    draft: GuideVersion,
    place: Place,
    form: Form,
    data: dict[str, Any],
    rows: Part | None,
    pack: Pack,
) -> Response[Any]:
    """Saved even if the whole does not hold yet: the page of the guide says what is still wrong."""
    seen = int(form.text("revision")) if form.text("revision").isdecimal() else 0
    try:
        async with tx.db.transaction():
            await save(tx, draft, seen, data)
    except Conflict as refusal:
        return await _page(request, tx, draft, place, part_at(data, place), rows, pack, list(refusal.problems))
    return see_other(f"/desk/scenarios/{quote(draft.scenario_id)}/draft/{place.name}?saved=1")


@post("/desk/scenarios/{scenario_id:str}/rows", opt=OFFICER, include_in_schema=False)
async def rearrange(request: Request, tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Response[None]:
    """A question or result added, moved or taken out."""
    form, (draft, _place) = await read_form(request), await _at(tx, scenario_id, "basics")
    data = rearranged(draft.data, form.text("do"))
    if data != draft.data:
        seen = int(form.text("revision")) if form.text("revision").isdecimal() else 0
        await save(tx, draft, seen, data)
    return see_other(f"/desk/scenarios/{quote(scenario_id)}#pages-title")


async def _page(
    request: Request,
    tx: Tx,
    draft: GuideVersion,
    place: Place,
    part: dict[str, Any],
    rows: Part | None,
    pack: Pack,
    problems: list[Problem],
) -> Response[str]:
    words = vocabulary_of(draft.data, pack, fits=bool(part.get("item")))
    _guide, proof, faults = await tried(tx, draft.scenario_id, draft.data)
    return page(
        request, tx, "scenarios/desk_part.html", status=422 if problems else 200, draft=draft, place=place, part=BLANK | part,
        here=f"/desk/scenarios/{quote(draft.scenario_id)}", row=row_of(rows, WHEN, words) if rows else None, problems=problems,
        proof=proof, faults=faults, kinds=KINDS, kind=kind_of(part) if place.kind == "q" else "", options=option_lines(part) if place.kind == "q" else "",
        hows=HOW, asks=[one["ask"] for one in draft.data["questions"] if one.get("ask")], bind=lines_of(part.get("bind")), items=sorted(pack.items), parties=draft.data.get("parties", {}), saved=request.query_params.get("saved") == "1",
    )  # fmt: skip


ROUTES = [part_page, save_part, rearrange]
