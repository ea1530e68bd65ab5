"""The supermarket: its front, its shelves page by page, and the pages beside this one. Open to everybody."""

from typing import Any, get_args

from litestar import Request, Response, get
from litestar.di import NamedDependency

from backend.catalogue import routes_search
from backend.catalogue.queries_shelves import By, Listed, Wished, departments, number_here, on_shelf, themes
from backend.catalogue.routes_forms import ROUTES as FORMS
from backend.catalogue.routes_item import ROUTES as ITEM
from backend.catalogue.routes_lists import ROUTES as LISTS
from backend.core.db import Tx
from backend.core.web import ANYONE, page

PER_PAGE = 30
TOO_MANY = 1000
IN_FRONT = 8  # of each kind


@get("/items", opt=ANYONE, include_in_schema=False)
async def shelves(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """The front of the shop; with `by` every theme or department, with any other wish one shelf."""
    wished = Wished(_said(request, "theme"), _said(request, "department"), _said(request, "here") == "yes")
    by = _said(request, "by")
    if by in get_args(By):
        every = await (themes(tx.db) if by == "themes" else departments(tx.db))
        return page(request, tx, "catalogue/every_shelf.html", by=by, every=every)
    if wished == Wished():
        return await _front(request, tx)
    number = _page_number(request)
    listed = await on_shelf(tx.db, wished, PER_PAGE + 1, (number - 1) * PER_PAGE)
    cards = [_card(item) for item in listed[:PER_PAGE]]
    more = len(listed) > PER_PAGE
    return page(request, tx, "catalogue/shelf.html", wished=wished, cards=cards, number=number, more=more)


async def _front(request: Request, tx: Tx) -> Response[str]:
    here = await on_shelf(tx.db, Wished(here=True), IN_FRONT)
    return page(
        request,
        tx,
        "catalogue/shelves.html",
        here=[_card(item) for item in here],
        number_here=await number_here(tx.db),
        themes=await themes(tx.db),
        departments=await departments(tx.db),
        few=IN_FRONT,
    )


def _said(request: Request, name: str) -> str | None:
    return request.query_params.get(name) or None


def _page_number(request: Request) -> int:
    text = _said(request, "page") or "1"
    return min(max(int(text), 1), TOO_MANY) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _card(item: Listed) -> dict[str, Any]:
    return {
        "title": item.name,
        "code": item.code,
        "org": item.department,
        "errands": item.visits,
        "instant": item.instant,
        "days": item.promised if item.promised_unit == "workday" else None,
        "guide": not item.fileable,
    }


LIFESPAN = routes_search.LIFESPAN
ROUTES = [shelves, *routes_search.ROUTES, *ITEM, *FORMS, *LISTS]
