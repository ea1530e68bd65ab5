"""The desk that prints and posts: letters waiting, one PDF a batch, and what came back."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.printing import printed
from backend.core.web import OFFICER, page, paper, read_form, request_tx, see_other
from backend.notifications.letters import came_back, posted, sheets, take_batch, waiting


@get("/desk/letters", opt=OFFICER, include_in_schema=False)
async def letters(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _page(request, tx, "", [])


@post("/desk/letters/batches", opt=OFFICER, include_in_schema=False)
async def take(tx: NamedDependency[Tx]) -> Response[None]:
    _need_counter(tx)
    await take_batch(tx)
    return see_other("/desk/letters")


@get("/desk/letters/batches/{batch:uuid}/letters.pdf", opt=OFFICER, include_in_schema=False)
async def print_batch(request: Request, batch: FromPath[UUID]) -> Response[bytes]:
    """May be printed again until she says that they are posted: a jammed printer loses nothing."""
    async with request_tx(request) as tx:
        data = await sheets(tx, batch)
    return paper(await printed("letters.typ", data), "letters")


@post("/desk/letters/batches/{batch:uuid}/posted", opt=OFFICER, include_in_schema=False)
async def say_posted(tx: NamedDependency[Tx], batch: FromPath[UUID]) -> Response[None]:
    await posted(tx, batch)
    return see_other("/desk/letters")


@post("/desk/letters/returned", opt=OFFICER, include_in_schema=False)
async def say_returned(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    _need_counter(tx)
    number = (await read_form(request)).text("number")
    try:
        await came_back(tx, number)
    except Invalid as invalid:
        return await _page(request, tx, number, list(invalid.problems))
    return see_other("/desk/letters?done=returned")


def _need_counter(tx: Tx) -> None:
    if "window" not in tx.viewer.roles:
        raise NotFound()


async def _page(request: Request, tx: Tx, number: str, problems: list[Problem]) -> Response[str]:
    _need_counter(tx)
    queued, returned, batches = await waiting(tx)
    return page(
        request,
        tx,
        "notifications/letters.html",
        status=422 if problems else 200,
        queued=queued,
        returned=returned,
        batches=batches,
        number=number,
        problems=problems,
        done=request.query_params.get("done", ""),
    )


ROUTES = [letters, take, print_batch, say_posted, say_returned]
