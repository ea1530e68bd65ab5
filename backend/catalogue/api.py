"""The catalogue as JSON."""

from typing import Annotated, Literal

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from backend.catalogue.api_lists import ROUTES as LISTS
from backend.catalogue.guide import GuidePage
from backend.catalogue.queries import guide_page
from backend.catalogue.search import Hit, find
from backend.catalogue.search_query import Wanted
from backend.core.db import Tx
from backend.core.localised import localised
from backend.core.web import ANYONE, language_of


class Found(msgspec.Struct, frozen=True):
    """`total`: how many are worth showing at all; `next`: the `offset` of the next of them, null after the last."""

    items: list[Hit]
    total: int
    next: int | None


@get("/api/v1/items", opt=ANYONE, tags=["items"])
async def find_items(
    request: Request,
    tx: NamedDependency[Tx],
    q: Annotated[str, QueryParameter(description="what somebody says she needs")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=50)] = 10,
    offset: Annotated[int, QueryParameter(ge=0, le=1000, description="how many of the best to pass over")] = 0,
    who: Annotated[Literal["person", "business"] | None, QueryParameter(description="whom it is for")] = None,
    theme: Annotated[str | None, QueryParameter(max_length=40)] = None,
    region: Annotated[str | None, QueryParameter(pattern=r"^\d{6}$", description="GB/T 2260")] = None,
    here: Annotated[bool, QueryParameter(description="only what can be filed here")] = False,
    no_errand: Annotated[bool, QueryParameter(description="only what needs no visit")] = False,
    instant: Annotated[bool, QueryParameter(description="only what may be granted at once")] = False,
) -> Found:
    """The items that fit what somebody says, the best first, each with the reason why it was found."""
    wanted = Wanted(who, theme, here, instant, no_errand, region)
    lang = language_of(request)
    found = await find(tx.db, q, limit, wanted, lang, offset)
    after = offset + len(found.hits)
    return Found(localised(found.hits, lang), found.total, after if found.hits and after < found.total else None)


@get("/api/v1/items/{code:str}", opt=ANYONE, tags=["items"])
async def read_item(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> GuidePage:
    """Everything that is public about one item; `fileable` false: a guide to read only."""
    lang = language_of(request)
    return localised(await guide_page(tx.db, code, lang), lang)


ROUTES = [find_items, read_item, *LISTS]
