"""Guides put aside for later, and links for the family: public answers only, 128 random bits, taken back or run out."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.web import ANYONE, PERSON, page, read_form, see_other
from backend.scenarios.actions import forget, keep, share, tell, unshare
from backend.scenarios.journey import journey_of, public_in
from backend.scenarios.queries import Guides, guides
from backend.scenarios.queries_kept import kept_guide, kept_guides, shared_guide


@get("/scenarios/kept", opt=PERSON, include_in_schema=False)
async def kept_list(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _list(request, tx, done=request.query_params.get("kept") == "1")


@post("/scenarios/{scenario_id:str}/kept", opt=PERSON, include_in_schema=False)
async def put_aside(request: Request, tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Response[None]:
    form, found = await read_form(request), await guides(tx.db)
    scenario = found.scenario(scenario_id)
    typed = public_in(scenario, {name: form.all(name) for name, _text in form.fields})
    await keep(tx, await journey_of(tx, found, scenario, typed))
    return see_other("/scenarios/kept?kept=1")


@post("/scenarios/kept/{kept:uuid}/opening", opt=PERSON, include_in_schema=False)
async def open_again(tx: NamedDependency[Tx], kept: FromPath[UUID]) -> Response[None]:
    """Back into the guide as it was: the personal answers into the draft, the others into the address."""
    one, found = await kept_guide(tx, kept), await guides(tx.db)
    scenario = found.scenario(one.scenario_id)
    typed = public_in(scenario, one.answers)
    await tell(tx, scenario.id, {ask: told for ask, told in one.answers.items() if ask not in typed})
    return see_other((await journey_of(tx, found, scenario, typed)).link())


@post("/scenarios/kept/{kept:uuid}/removal", opt=PERSON, include_in_schema=False)
async def throw_away(tx: NamedDependency[Tx], kept: FromPath[UUID]) -> Response[None]:
    await forget(tx, kept)
    return see_other("/scenarios/kept")


@post("/scenarios/kept/{kept:uuid}/link", opt=PERSON, include_in_schema=False)
async def share_it(request: Request, tx: NamedDependency[Tx], kept: FromPath[UUID]) -> Response[str]:
    """The link is shown this once: only its hash is kept."""
    one, found = await kept_guide(tx, kept), await guides(tx.db)
    token = await share(tx, kept, public_in(found.scenario(one.scenario_id), one.answers))
    address = f"{str(request.base_url).rstrip('/')}/scenarios/shared/{token}"
    return await _list(request, tx, fresh=(kept, address))


@post("/scenarios/kept/{kept:uuid}/link/end", opt=PERSON, include_in_schema=False)
async def take_link_back(tx: NamedDependency[Tx], kept: FromPath[UUID]) -> Response[None]:
    await unshare(tx, kept)
    return see_other("/scenarios/kept")


@get("/scenarios/shared/{token:str}", opt=ANYONE, include_in_schema=False)
async def follow_link(tx: NamedDependency[Tx], token: FromPath[str]) -> Response[None]:
    scenario_id, answers = await shared_guide(tx, token)
    found = await guides(tx.db)
    scenario = found.scenario(scenario_id)
    return see_other((await journey_of(tx, found, scenario, public_in(scenario, answers))).link())


async def _list(
    request: Request, tx: Tx, *, done: bool = False, fresh: tuple[UUID, str] | None = None
) -> Response[str]:
    found = await guides(tx.db)
    rows = [_row(one, found) for one in await kept_guides(tx) if one.scenario_id in found.scenarios]
    return page(request, tx, "scenarios/kept.html", rows=rows, done=done, fresh=fresh)


def _row(one: Any, found: Guides) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": found.scenarios[one.scenario_id].title,
        "glyph": found.glyphs[one.scenario_id],
        "found": one.found,
        "at": one.kept_at,
        "until": one.shared_until,
    }


ROUTES = [kept_list, put_aside, open_again, throw_away, share_it, take_link_back, follow_link]
