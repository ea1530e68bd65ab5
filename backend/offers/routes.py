"""What somebody may have without asking: the list, why, one tap, a no that is remembered."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import PERSON, language_of, page, read_form, request_tx, see_other
from backend.offers import routes_credit, routes_desk
from backend.offers.actions import refuse, reopen, take
from backend.offers.messages import STATES
from backend.offers.model import State, Taken
from backend.offers.preview import Preview, preview_of
from backend.offers.queries import offer_for, offers_of


@get("/offers", opt=PERSON, include_in_schema=False)
async def every(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return page(request, tx, "offers/list.html", offers=await offers_of(tx), states=STATES)


@get("/offers/{offer:uuid}", opt=PERSON, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], offer: FromPath[UUID]) -> Response[str]:
    return await _page(request, tx, offer, ())


@post("/offers/{offer:uuid}/acceptance", opt=PERSON, include_in_schema=False)
async def accept(request: Request, offer: FromPath[UUID]) -> Response[Any]:
    """To the receipt; where something is still missing into the cart, where it waits to be completed. `use`: which words
    about certificates and registers she read; if they are other ones by now, she reads those first."""
    form = await read_form(request)
    try:
        async with request_tx(request) as tx:
            taken = await take(tx, offer, form.text("use"))
            return see_other(_where(taken, offer))
    except Invalid as refusal:
        async with request_tx(request) as tx:
            return await _page(request, tx, offer, refusal.problems)


def _where(taken: Taken, offer: UUID) -> str:
    if taken.order:
        return f"/orders/{taken.order}"
    return "/cart/review" if taken.state is State.OPEN else f"/offers/{offer}"


async def _page(request: Request, tx: Tx, offer_id: UUID, problems: Sequence[Problem]) -> Response[str]:
    offer = await offer_for(tx, offer_id)
    preview = await preview_of(tx, offer, language_of(request)) if offer.open else Preview()
    status = 422 if problems else 200
    return page(request, tx, "offers/show.html", status=status, offer=offer, preview=preview, states=STATES, problems=problems)  # fmt: skip


@post("/offers/{offer:uuid}/refusal", opt=PERSON, include_in_schema=False)
async def decline(tx: NamedDependency[Tx], offer: FromPath[UUID]) -> Response[None]:
    await refuse(tx, offer)
    return see_other(f"/offers/{offer}")


@post("/offers/{offer:uuid}/reopening", opt=PERSON, include_in_schema=False)
async def want_after_all(tx: NamedDependency[Tx], offer: FromPath[UUID]) -> Response[None]:
    await reopen(tx, offer)
    return see_other(f"/offers/{offer}")


ROUTES = [every, show, accept, decline, want_after_all, *routes_desk.ROUTES, *routes_credit.ROUTES]
