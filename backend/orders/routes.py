"""Filing with one tap, and the page that says what came of it."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.accounts.install import may_offer_install
from backend.cart.queries import open_draft
from backend.cart.review import review_page
from backend.cases.messages import LABELS, term
from backend.cases.states import LABELS as STATE_LABELS
from backend.core.db import Tx
from backend.core.errors import Invalid, Refusal
from backend.core.i18n import _
from backend.core.web import PERSON, Form, page, read_form, request_tx, see_other
from backend.orders.actions import file_order
from backend.orders.again import order_again
from backend.orders.model import Filing, Order
from backend.orders.queries import names_of, order_for

SOON, LATER = 3, 30
JUST_FILED = timedelta(minutes=2)


@post("/orders", opt=PERSON, include_in_schema=False)
async def file(request: Request) -> Response[Any]:
    """Files the reviewed cart. Refused, the same page comes again, with everything that stands in the way and the same key."""
    form = await read_form(request)
    try:
        async with request_tx(request) as tx:
            body = _filing(form)
            receipt, _replayed = await file_order(tx, _key(form), body)
            return see_other(f"/orders/{receipt.number}")
    except Invalid as refusal:
        return await _review_again(request, form, refusal)


def _key(form: Form) -> str:
    """A page without a key (an old one, or one somebody typed) is still filed once: a cart as it was looked at is one order."""
    return form.text("key") or f"cart-{form.text('cart')}-{form.text('version')}"


async def _review_again(request: Request, form: Form, refusal: Invalid) -> Response[str]:
    async with request_tx(request) as tx:
        draft = await open_draft(tx)
        if draft is None or not draft.lines:
            raise refusal
        return await review_page(request, tx, draft, _key(form), refusal.problems)


def _filing(form: Form) -> Filing:
    try:
        agree = form.text("agree") == "yes"
        cart, version = UUID(form.text("cart")), int(form.text("version"))
        lines = tuple(map(UUID, form.all("line"))) if form.text("part") == "ready" else ()
        ticked = {name: form.text(name) for name in ("sensitive", "use")}
        return Filing(cart=cart, version=version, agree=agree, lines=lines, **ticked)
    except ValueError as error:
        raise Refusal(
            _("这一页没有完整传到，没有提交。您填的都还在，请再看一遍再交。"),
            next_step="/cart/review",
            next_say=_("再看一遍"),
        ) from error


@get("/orders", opt=PERSON, include_in_schema=False)
async def all_orders(tx: NamedDependency[Tx]) -> Response[None]:
    """Where somebody lands who goes back to a filing: the list of everything she has filed."""
    return see_other("/cases")


@get("/orders/{number:str}", opt=PERSON, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[Any]:
    """`?asking=` of a page that looks again whether the registers have answered: for how many things, how often it looks. Nothing new is
    no answer, so that what is read or opened meanwhile stays as it is."""
    order = await order_for(tx, number)
    pace, looked = _pace(order, tx.now), request.query_params.get("asking")
    if order.asking and looked == f"{len(order.asking)}-{pace}":
        return Response(content=b"", status_code=204)
    names = await names_of(tx, {order.principal_id, order.actor_id})
    return page(
        request,
        tx,
        "orders/show.html",
        order=order,
        names=names,
        clock_labels=LABELS,
        term=term,
        state_labels=STATE_LABELS,
        pace=pace,
        looked=looked is not None,
        install=await may_offer_install(tx),
    )


def _pace(order: Order, now: datetime) -> int:
    """Seconds between two looks: soon while an answer can come any moment, seldom after that."""
    return SOON if all(now - case.received_at < JUST_FILED for case in order.asking) else LATER


@post("/orders/{number:str}/again", opt=PERSON, include_in_schema=False)
async def again(tx: NamedDependency[Tx], number: FromPath[str]) -> Response[None]:
    """The same once more: into the cart, or straight to the review where nothing is missing."""
    put_in = await order_again(tx, number)
    draft = await open_draft(tx)
    if put_in.lines and draft and not draft.sheet.problems and not put_in.gone:
        return see_other("/cart/review")
    left_out = {"already": "、".join(put_in.already), "gone": "、".join(put_in.gone)}
    query = {"added": str(len(put_in.lines))} | {name: said for name, said in left_out.items() if said}
    return see_other("/cart?" + urlencode(query))


ROUTES = [file, all_orders, show, again]
