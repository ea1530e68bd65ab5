"""Filing and orders as JSON."""

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.cart.again import Again
from backend.core.db import Tx
from backend.core.idempotency import fingerprint, once
from backend.core.web import PERSON, IdempotencyKey
from backend.orders.actions import file_order
from backend.orders.again import order_again
from backend.orders.model import Filing, Receipt
from backend.orders.queries import order_for
from backend.orders.receipts import receipt_of


@post("/api/v1/orders", opt=PERSON, tags=["orders"], status_code=201)
async def create(
    tx: NamedDependency[Tx], data: JSONBody[Filing], idempotency_key: IdempotencyKey = ""
) -> Response[Receipt]:
    """Files the cart that was reviewed: all of it or nothing. A replay is answered with the very same receipt and
    `Idempotency-Replayed: true`. 409: filed already, or changed since it was reviewed; 422: everything that is missing.
    """
    receipt, replayed = await file_order(tx, idempotency_key, data)
    headers = {"Location": f"/api/v1/orders/{receipt.number}", "Idempotency-Replayed": str(replayed).lower()}
    return Response(receipt, status_code=201, headers=headers)


@get("/api/v1/orders/{number:str}", opt=PERSON, tags=["orders"])
async def read(tx: NamedDependency[Tx], number: FromPath[str]) -> Receipt:
    """The order with its cases as they stand now."""
    return receipt_of(await order_for(tx, number))


@post("/api/v1/orders/{number:str}/again", opt=PERSON, tags=["orders"], status_code=201)
async def again(
    tx: NamedDependency[Tx], number: FromPath[str], idempotency_key: IdempotencyKey = ""
) -> Response[Again]:
    """Puts the things of an earlier order into the cart again, with their parties, answers and papers. A replay adds nothing."""

    async def make() -> Again:
        return await order_again(tx, number)

    asked = {"principal": tx.viewer.principal_id, "order": number}
    outcome, replayed = await once(tx, "orders-again", idempotency_key, fingerprint(asked), make)
    headers = {"Location": "/api/v1/cart", "Idempotency-Replayed": str(replayed).lower()}
    return Response(msgspec.convert(outcome, Again), status_code=201, headers=headers)


ROUTES = [create, read, again]
