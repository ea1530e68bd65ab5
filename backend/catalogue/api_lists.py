"""The published lists as JSON."""

from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from backend.catalogue.lists import LISTS, Entry
from backend.catalogue.queries_lists import list_of
from backend.core.db import Tx
from backend.core.web import ANYONE


class ListName(msgspec.Struct, frozen=True):
    name: str
    title: str
    lead: str


class Lists(msgspec.Struct, frozen=True):
    lists: list[ListName]


class Listing(msgspec.Struct, frozen=True):
    """`total` counts all entries that hold the words; `items` of an entry are pairs of code and name."""

    name: str
    total: int
    entries: list[Entry]


@get("/api/v1/lists", opt=ANYONE, tags=["lists"])
async def read_lists() -> Lists:
    """Which lists are published."""
    return Lists([ListName(name, kind.title, kind.lead) for name, kind in LISTS.items()])


@get("/api/v1/lists/{name:str}", opt=ANYONE, tags=["lists"])
async def read_list(
    tx: NamedDependency[Tx],
    name: FromPath[str],
    q: Annotated[str, QueryParameter(description="every word must occur", max_length=100)] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
    offset: Annotated[int, QueryParameter(ge=0, le=1_000_000)] = 0,
) -> Listing:
    """One published list, or what of it holds these words."""
    total, found = await list_of(tx.db, name, q, limit, offset)
    return Listing(name, total, found)


ROUTES = [read_lists, read_list]
