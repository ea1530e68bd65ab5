"""The supermarket: its front and its shelves page by page, with what each thing would still want from the visitor."""

from collections.abc import Sequence
from typing import Any, get_args

from litestar import Request, Response, get
from litestar.di import NamedDependency

from backend.cart.shelf import Wants, wants_of
from backend.catalogue.model import Pack
from backend.catalogue.queries import published
from backend.catalogue.queries_shelves import By, Listed, Wished, departments, event_named, fronts, on_shelf, themes
from backend.core.db import Tx
from backend.core.web import ANYONE, page
from backend.home.queries import scenarios

PER_PAGE = 30
TOO_MANY = 1000
IN_FRONT = 8  # of each kind
FLAGS = ("here", "at_home", "instant", "free")


@get("/items", opt=ANYONE, include_in_schema=False)
async def shelves(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """The front of the shop; with `by` every theme or department, with any other wish one shelf."""
    flags = {name: _said(request, name) == "yes" for name in FLAGS}
    wished = Wished(_said(request, "theme"), _said(request, "department"), _said(request, "event"), **flags)
    by = _said(request, "by")
    if by in get_args(By):
        every = await (themes(tx.db) if by == "themes" else departments(tx.db))
        return page(request, tx, "catalogue/every_shelf.html", by=by, every=every)
    return await (_front(request, tx) if wished == Wished() else _shelf(request, tx, wished))


async def _shelf(request: Request, tx: Tx, wished: Wished) -> Response[str]:
    number, city = _page_number(request), await published(tx.db)
    pack = city.pack if city else None
    free = [item.code for item in pack.items.values() if not item.fee.charged] if pack else []
    listed = await on_shelf(tx.db, wished, PER_PAGE + 1, (number - 1) * PER_PAGE, free)
    cards = await _cards(tx, pack, listed[:PER_PAGE])
    return page(
        request,
        tx,
        "catalogue/shelf.html",
        wished=wished,
        event=await event_named(tx.db, wished.event) if wished.event else None,
        flags=FLAGS,
        cards=cards,
        number=number,
        more=len(listed) > PER_PAGE,
    )


async def _front(request: Request, tx: Tx) -> Response[str]:
    city = await published(tx.db)
    pack = city.pack if city else None
    here = await on_shelf(tx.db, Wished(here=True), IN_FRONT)
    by_theme, by_department = await fronts(tx.db)
    return page(
        request,
        tx,
        "catalogue/shelves.html",
        here=await _cards(tx, pack, here),
        number_here=len(pack.items) if pack else 0,
        events=await scenarios(tx),
        themes=by_theme,
        departments=by_department,
        few=IN_FRONT,
    )


async def _cards(tx: Tx, pack: Pack | None, listed: Sequence[Listed]) -> list[dict[str, Any]]:
    """A person sees what each thing still wants from her; everybody else what it wants from anybody."""
    items = {item.code: item for item in pack.items.values()} if pack else {}
    fileable = [items[one.code] for one in listed if one.code in items]
    person = tx.visitor is not None and not tx.visitor.officer
    wants = await wants_of(tx, fileable) if person and fileable else {}
    return [_card(one, items, wants.get(one.code)) for one in listed]


def _card(one: Listed, items: dict[str, Any], wants: Wants | None) -> dict[str, Any]:
    item = items.get(one.code)
    return {
        "title": one.name,
        "code": one.code,
        "org": one.department,
        "errands": one.visits,
        "instant": one.instant,
        "days": one.promised if one.promised_unit == "workday" else None,
        "fee": (item.fee.amount if item.fee.charged else 0) if item else None,
        "guide": not one.fileable,
        "papers": wants.papers if wants else None,
        "in_cart": bool(wants and wants.in_cart),
    }


def _said(request: Request, name: str) -> str | None:
    return request.query_params.get(name) or None


def _page_number(request: Request) -> int:
    text = _said(request, "page") or "1"
    return min(max(int(text), 1), TOO_MANY) if text.isascii() and text.isdigit() and len(text) < 6 else 1


ROUTES = [shelves]
