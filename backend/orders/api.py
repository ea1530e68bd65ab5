"""Filing and orders as JSON."""

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.core.db import Tx
from backend.core.web import PERSON
from backend.orders.actions import file_order, receipt_of
from backend.orders.model import Filing, Receipt
from backend.orders.queries import order_for


@post("/api/v1/orders", opt=PERSON, tags=["orders"], status_code=201)
async def create(request: Request, tx: NamedDependency[Tx], data: JSONBody[Filing]) -> Response[Receipt]:
    """Files the cart that was reviewed. The `Idempotency-Key` header is required (8 to 255 visible characters): the same
    key with the same body is answered with the same receipt and `Idempotency-Replayed: true`; with another body, 422.
    """
    receipt, replayed = await file_order(tx, request.headers.get("idempotency-key", ""), data)
    headers = {"Location": f"/api/v1/orders/{receipt.number}", "Idempotency-Replayed": str(replayed).lower()}
    return Response(receipt, status_code=201, headers=headers)


@get("/api/v1/orders/{number:str}", opt=PERSON, tags=["orders"])
async def read(tx: NamedDependency[Tx], number: FromPath[str]) -> Receipt:
    """The order with its cases as they stand now."""
    return receipt_of(await order_for(tx, number))


ROUTES = [create, read]
