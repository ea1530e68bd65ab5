"""My pledges: what I signed, what was found, and my word against it."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.cases.pledge_model import ANSWERS, RESULTS
from backend.cases.pledges import object_to, pledge_for, pledges_of
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import PERSON, page, read_form, see_other


@get("/pledges", opt=PERSON, include_in_schema=False)
async def mine(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return page(request, tx, "cases/pledges.html", pledges=await pledges_of(tx), results=RESULTS)


@get("/pledges/{pledged:uuid}", opt=PERSON, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], pledged: FromPath[UUID]) -> Response[str]:
    return await _page(request, tx, pledged, "", [])


@post("/pledges/{pledged:uuid}/objection", opt=PERSON, include_in_schema=False)
async def object_(request: Request, tx: NamedDependency[Tx], pledged: FromPath[UUID]) -> Response[Any]:
    words = (await read_form(request)).text("words")
    try:
        await object_to(tx, pledged, words)
    except Invalid as invalid:
        return await _page(request, tx, pledged, words, list(invalid.problems))
    return see_other(f"/pledges/{pledged}")


async def _page(request: Request, tx: Tx, pledged: UUID, words: str, problems: list[Problem]) -> Response[str]:
    return page(
        request, tx, "cases/pledge.html", status=422 if problems else 200, pledge=await pledge_for(tx, pledged), results=RESULTS,
        answers=ANSWERS, words=words, problems=problems,
    )  # fmt: skip


ROUTES = [mine, show, object_]
