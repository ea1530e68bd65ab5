"""The page of one item: everything public about it, narrowed as the reader answers, and its flow drawn."""

from collections.abc import Sequence

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.guide import GuidePage, page_of_item
from backend.catalogue.item_flow import flow_of
from backend.catalogue.queries import city, guide_page
from backend.catalogue.queries_shelves import Listed, often_with
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.web import ANYONE, language_of, mode_of, page, read_form


@get("/items/{code:str}", opt=ANYONE, include_in_schema=False)
async def show_item(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> Response[str]:
    item = await guide_page(tx.db, code, language_of(request))
    return _page(request, tx, item, beside=await often_with(tx.db, code))


@post("/items/{code:str}/needs", status_code=200, opt=ANYONE, include_in_schema=False)
async def narrow_item(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> Response[str]:
    """What she needs in her situation. Answers are sent, not linked to: an address is kept and shown, these are not."""
    form = await read_form(request)
    now = await city(tx.db)
    if code not in now.titles:
        raise NotFound()
    typed = {name: form.all(name) for name in dict(form.fields)}
    item = page_of_item(now.pack, now.pack.items[now.titles[code]], language_of(request), typed)
    return _page(request, tx, item, block="needs" if request.headers.get("hx-request") == "true" else None)


def _page(
    request: Request, tx: Tx, item: GuidePage, block: str | None = None, beside: Sequence[Listed] = ()
) -> Response[str]:
    return page(
        request,
        tx,
        "catalogue/item.html",
        block=block,
        item=item,
        beside=beside,
        flow=flow_of(item, language_of(request), large=mode_of(request) == "elder"),
        address=str(request.url.with_replacements(path=f"/items/{item.code}", query="")),
    )


ROUTES = [show_item, narrow_item]
