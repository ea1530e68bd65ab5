"""The first page: say what you need, what needs you, what happens in life, what is filed most."""

from litestar import Request, Response, get
from litestar.di import NamedDependency

from backend.core.db import Tx
from backend.core.web import ANYONE, page
from backend.home.queries import needs_of, often, scenarios, windows


@get("/", opt=ANYONE, include_in_schema=False)
async def home(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    needs = await needs_of(tx) if tx.visitor and not tx.visitor.officer else []
    return page(
        request,
        tx,
        "home/show.html",
        needs=needs,
        scenarios=await scenarios(tx),
        items=await often(tx),
        windows=await windows(tx),
    )


ROUTES = [home]
