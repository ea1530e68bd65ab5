"""The desk's list of what could not be brought to people, and an officer's own daily digest."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.notifications.digest import choose_digest, has_digest_mail, my_digest
from backend.notifications.messages import message
from backend.notifications.office import HOWS, ByHand, brought_by_hand, brought_lately, by_hand, not_brought
from backend.notifications.routes_wishes import CHANNEL_NAMES

SEES_TO_IT = frozenset({"window", "head"})
HANDLES = SEES_TO_IT | {"reviewer", "approver"}


@get("/desk/notices", opt=OFFICER, include_in_schema=False)
async def office(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _page(request, tx)


@post("/desk/notices/{notice:uuid}/contact", opt=OFFICER, include_in_schema=False, status_code=200)
async def open_contact(request: Request, tx: NamedDependency[Tx], notice: FromPath[UUID]) -> Response[str]:
    """A POST, for it is written down that she looked."""
    return await _page(request, tx, contact=(notice, await by_hand(tx, notice)))


@post("/desk/notices/{notice:uuid}/done", opt=OFFICER, include_in_schema=False)
async def say_done(request: Request, tx: NamedDependency[Tx], notice: FromPath[UUID]) -> Response[Any]:
    form = await read_form(request)
    try:
        await brought_by_hand(tx, notice, form.text("how"), form.text("remark"))
    except Invalid as invalid:
        contact = (notice, await by_hand(tx, notice))
        return await _page(request, tx, contact=contact, form=form, problems=list(invalid.problems))
    return see_other("/desk/notices?done=1")


@post("/desk/notices/digest", opt=OFFICER, include_in_schema=False)
async def set_digest(request: Request, tx: NamedDependency[Tx]) -> Response[None]:
    _need(tx, HANDLES)
    await choose_digest(tx, (await read_form(request)).text("digest") == "on")
    return see_other("/desk/notices?done=1")


def _need(tx: Tx, roles: frozenset[str]) -> None:
    if not roles & tx.viewer.roles:
        raise NotFound()


async def _page(
    request: Request,
    tx: Tx,
    contact: tuple[UUID, ByHand] | None = None,
    form: Form | None = None,
    problems: list[Problem] | None = None,
) -> Response[str]:
    _need(tx, HANDLES)
    digest = await my_digest(tx)
    lines = [(one, message(one.words)) for one in await not_brought(tx)]
    return page(
        request, tx, "notifications/office.html", status=422 if problems else 200, must=[line for line in lines if line[0].must],
        others=[line for line in lines if not line[0].must], lately=[(one, message(one.words)) for one in await brought_lately(tx)],
        contact=contact, form=form or Form([], []), problems=problems or [], hows=HOWS, names=CHANNEL_NAMES,
        digest=message(digest) if digest else None, digest_mail=await has_digest_mail(tx), done=request.query_params.get("done", ""),
    )  # fmt: skip


ROUTES = [office, open_contact, say_done, set_digest]
