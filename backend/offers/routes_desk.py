"""The community office's list of those whom nothing digital reaches, and the log of looking."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.offers.community import note_visit
from backend.offers.messages import OUTCOMES
from backend.offers.queries import looks, unreached


@get("/desk/offers/unreached", opt=OFFICER, include_in_schema=False)
async def unreached_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _page(request, tx, Form([], []), [])


@post("/desk/offers/{offer:uuid}/visit", opt=OFFICER, include_in_schema=False)
async def visited(request: Request, tx: NamedDependency[Tx], offer: FromPath[UUID]) -> Response[Any]:
    """`outcome`: a letter, nobody there, wants it, does not want it; `words` for whoever goes next."""
    form = await read_form(request)
    try:
        await note_visit(tx, offer, form.text("outcome"), form.text("words"))
    except Invalid as invalid:
        return await _page(request, tx, form, list(invalid.problems), offer)
    return see_other("/desk/offers/unreached")


async def _page(request: Request, tx: Tx, form: Form, problems: list[Problem], at: UUID | None = None) -> Response[str]:
    pack = (await city(tx.db)).pack
    areas: dict[str, list[Any]] = {}
    for one in await unreached(tx):
        areas.setdefault(pack.city.regions.get(one.area, ""), []).append(one)
    registers = {code: register.label for code, register in pack.registers.items()}
    return page(
        request, tx, "offers/unreached.html", status=422 if problems else 200, areas=areas, outcomes=OUTCOMES,
        looks=await looks(tx), registers=registers, form=form, problems=problems, at=at,
    )  # fmt: skip


ROUTES = [unreached_page, visited]
