"""Search for everybody: suggestions while one types, results to narrow, and an index that is new before it is asked."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlencode

import asyncpg
from litestar import Litestar, Request, Response, get
from litestar.di import NamedDependency

from backend.catalogue.search import Found, Hit, Wanted, find
from backend.catalogue.search_index import TOPIC, index
from backend.core.db import LOST, Tx, transaction
from backend.core.web import ANYONE, language_of, page
from backend.settings import Settings

log = logging.getLogger("suishouban.search")

FOUND, SUGGESTED = 20, 6
LONGEST = 200
AFTER_START = 1.0  # seconds: whoever waits for the process to come up waits for no index
WHO = ("person", "business")
FLAGS = ("here", "no_errand", "instant")
QUOTED = re.compile("(“[^”]*”)")


@get("/search", opt=ANYONE, include_in_schema=False)
async def results(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """The results; only their part of the page, and fewer, while she is still typing; only the next ones, asked for as more."""
    q = request.query_params.get("q", "")[: LONGEST * 2].strip()
    wanted = _wanted(request)
    offset = _offset(request)
    part = request.headers.get("hx-request") == "true"
    typing = part and not offset
    found = await find(tx.db, q, SUGGESTED if typing else FOUND, wanted, language_of(request), offset)
    after = offset + len(found.hits)
    return page(
        request,
        tx,
        "catalogue/search.html",
        block=("more" if offset else "hits") if part else None,
        q=q[:LONGEST],
        wanted=wanted,
        tabs=_tabs(q, wanted),
        found=found,
        hits=[_card(hit) for hit in found.hits],
        typing=typing,
        narrowed=wanted != Wanted(),
        first=offset + 1,
        before=_here(q, wanted, max(0, offset - FOUND)) if offset else None,
        more=_here(q, wanted, after) if found.hits and after < found.total and not typing else None,
        themes=_offered(found, wanted),
    )


def _wanted(request: Request) -> Wanted:
    said = {name: request.query_params.get(name, "")[:100] for name in ("who", "theme", "region", *FLAGS)}
    return Wanted(
        who=said["who"] if said["who"] in WHO else None,
        theme=said["theme"] or None,
        region=said["region"] if said["region"].isalnum() else None,
        **{flag: said[flag] == "yes" for flag in FLAGS},
    )


def _offset(request: Request) -> int:
    """How many results stand on the pages before; whatever else is written there is the first page."""
    said = request.query_params.get("from", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 5 else 0


def _here(q: str, wanted: Wanted, offset: int) -> str:
    """Another page of the same results."""
    kept = {name: value for name in ("who", "theme", "region") if (value := getattr(wanted, name))}
    flags = {flag: "yes" for flag in FLAGS if getattr(wanted, flag)}
    return "/search?" + urlencode({"q": q[:LONGEST], **kept, **flags, **({"from": offset} if offset else {})})


def _tabs(q: str, wanted: Wanted) -> dict[str, str]:
    """Where each tab leads: it turns one flag, the rest of what was chosen stays."""
    kept = {name: value for name in ("who", "theme", "region") if (value := getattr(wanted, name))}
    plain = {"q": q[:LONGEST], **kept}
    return {"": "/search?" + urlencode(plain)} | {
        flag: "/search?" + urlencode({**plain, flag: "yes"}) for flag in FLAGS
    }


def _offered(found: Found, wanted: Wanted) -> list[str]:
    return list(dict.fromkeys([*([wanted.theme] if wanted.theme else []), *found.themes]))


def _card(hit: Hit) -> dict[str, Any]:
    return {
        "title": hit.name,
        "code": hit.code,
        "org": hit.department,
        "errands": hit.visits,
        "instant": hit.instant,
        "days": hit.promised if hit.promised_unit == "workday" else None,
        "guide": not hit.fileable,
        "reason": [(part, part.startswith("“")) for part in QUOTED.split(hit.reason) if part],
    }


@asynccontextmanager
async def following(app: Litestar, settings: Settings) -> AsyncIterator[None]:
    """Builds the index before anybody asks, and reads what changed when something was published."""
    reading = asyncio.create_task(_follow(app))
    try:
        yield
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


async def _follow(app: Litestar) -> None:
    with app.state.live.watching(TOPIC) as news:
        await asyncio.sleep(AFTER_START)
        news.set()
        while not app.state.live.ended:
            await news.wait()
            news.clear()
            try:
                async with transaction(app.state.pool, readonly=True) as db:
                    await index(db)
            except (*LOST, asyncpg.PostgresError, OSError) as error:
                log.warning("the index was not brought up to date: %s", type(error).__name__)


LIFESPAN = [following]
ROUTES = [results]
