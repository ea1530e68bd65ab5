"""The supermarket: shelves, search with suggestions while typing, and the page of one item. Open to everybody."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from backend.catalogue.queries import Listed, departments, fileable, on_shelf, published, themes
from backend.catalogue.routes_item import ROUTES as ITEM
from backend.catalogue.search import Hit, Wanted, guide_for, search
from backend.core.db import Tx
from backend.core.web import ANYONE, language_of, page

PER_PAGE = 30
TOO_MANY = 1000
FOUND, SUGGESTED = 20, 6


@get("/items", opt=ANYONE, include_in_schema=False)
async def shelves(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """Without a theme or department the front of the shop, else one shelf, page by page."""
    theme, department = _said(request, "theme"), _said(request, "department")
    if theme is None and department is None:
        here = [_card(item) for item in await fileable(tx.db)]
        return page(
            request,
            tx,
            "catalogue/shelves.html",
            here=here,
            themes=await themes(tx.db),
            departments=await departments(tx.db),
        )
    number = _page_number(request)
    listed = await on_shelf(tx.db, theme, department, PER_PAGE + 1, (number - 1) * PER_PAGE)
    cards = [_card(item) for item in listed[:PER_PAGE]]
    more = len(listed) > PER_PAGE
    return page(
        request, tx, "catalogue/shelf.html", theme=theme, department=department, cards=cards, number=number, more=more
    )


@get("/search", opt=ANYONE, include_in_schema=False)
async def find(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """The results; only their part of the page, and fewer, while she is still typing."""
    q = (_said(request, "q") or "").strip()
    wanted = Wanted(here=_said(request, "here") == "yes", no_errand=_said(request, "no_errand") == "yes")
    typing = request.headers.get("hx-request") == "true"
    hits = await search(tx.db, q, SUGGESTED if typing else FOUND, wanted, language_of(request))
    return page(
        request,
        tx,
        "catalogue/search.html",
        block="hits" if typing else None,
        q=q[:200],
        wanted=wanted,
        hits=[_hit_card(hit) for hit in hits],
        typing=typing,
        guide=guide_for(await published(tx.db), hits),
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


def _hit_card(hit: Hit) -> dict[str, Any]:
    return {
        "title": hit.name,
        "code": hit.code,
        "org": hit.department,
        "errands": hit.visits,
        "instant": hit.instant,
        "days": hit.promised if hit.promised_unit == "workday" else None,
        "guide": not hit.fileable,
        "reason": hit.reason,
    }


ROUTES = [shelves, find, *ITEM]
