"""The cart and its lines as JSON: the same rules as the pages."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.cart import api_materials, api_sheet, api_signing
from backend.cart.actions import Added, Wanted, add_lines, bind_line, remove_line
from backend.cart.answering import carry_over
from backend.cart.api_views import Cart, cart_view, draft_for
from backend.cart.forms import choices_in
from backend.cart.naming import Eligible, roles_of
from backend.cart.renewing import renew_line
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.idempotency import fingerprint, once
from backend.core.web import PERSON


class NewLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`bind`: role → the id of a party of the cart, or "new"."""

    item: str
    bind: dict[str, str] = {}


class NewLines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`answers`: `role.field` → text, what a guide knows already."""

    lines: Annotated[list[NewLine], msgspec.Meta(min_length=1, max_length=30)]
    answers: dict[str, str] = {}


@get("/api/v1/cart", opt=PERSON, tags=["cart"])
async def read_cart(request: Request, tx: NamedDependency[Tx]) -> Cart:
    """The open cart of whoever the session acts for; 404 without one."""
    return await cart_view(request, tx, await draft_for(tx))


@post("/api/v1/cart/lines", opt=PERSON, tags=["cart"], status_code=201)
async def add(request: Request, tx: NamedDependency[Tx], data: JSONBody[NewLines]) -> Response[Added]:
    """Puts items in, all or nothing. The `Idempotency-Key` header is required: a replay adds nothing more."""

    async def make() -> Added:
        added = await add_lines(tx, [Wanted(line.item, choices_in(line.bind)) for line in data.lines])
        if data.answers and added.lines:
            await carry_over(tx, await draft_for(tx), added.lines, data.answers)
        return added

    asked = {"principal": tx.viewer.principal_id, **msgspec.to_builtins(data)}
    key = request.headers.get("idempotency-key", "")
    outcome, replayed = await once(tx, "cart-lines", key, fingerprint(asked), make)
    headers = {"Location": "/api/v1/cart", "Idempotency-Replayed": str(replayed).lower()}
    return Response(msgspec.convert(outcome, Added), status_code=201, headers=headers)


@get("/api/v1/cart/lines/{line_id:uuid}/parties", opt=PERSON, tags=["cart"])
async def read_parties(tx: NamedDependency[Tx], line_id: FromPath[UUID]) -> list[Eligible]:
    """Who fills each role of a line, and whom one may choose instead."""
    draft = await draft_for(tx)
    line = draft.line(line_id)
    if line is None:
        raise NotFound()
    return roles_of(draft, line, tx.viewer.principal_name)


@put("/api/v1/cart/lines/{line_id:uuid}/parties", opt=PERSON, tags=["cart"])
async def put_parties(
    tx: NamedDependency[Tx], line_id: FromPath[UUID], data: JSONBody[dict[str, str]]
) -> list[Eligible]:
    """Role → the id of a party, "new", or "none" for an optional role. All of it or nothing; roles not named stay."""
    await bind_line(tx, line_id, choices_in(data))
    line = (draft := await draft_for(tx)).line(line_id)
    assert line is not None
    return roles_of(draft, line, tx.viewer.principal_name)


@delete("/api/v1/cart/lines/{line_id:uuid}", opt=PERSON, tags=["cart"], status_code=204)
async def remove(tx: NamedDependency[Tx], line_id: FromPath[UUID]) -> None:
    await remove_line(tx, line_id)


@post("/api/v1/cart/lines/{line_id:uuid}/renewal", opt=PERSON, tags=["cart"], status_code=204)
async def renew(tx: NamedDependency[Tx], line_id: FromPath[UUID]) -> None:
    """Goes over to the version in force; answers that fit no more are asked again. Sent twice it does nothing more."""
    await renew_line(tx, line_id)


ROUTES = [
    read_cart,
    add,
    read_parties,
    put_parties,
    remove,
    renew,
    *api_sheet.ROUTES,
    *api_materials.ROUTES,
    *api_signing.ROUTES,
]
