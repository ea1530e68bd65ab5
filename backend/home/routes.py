"""The first page: say what you need, what needs you, what happens in life, what is filed most."""

from litestar import Request, Response, get
from litestar.di import NamedDependency

from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.web import ANYONE, page
from backend.home import routes_scan, routes_shelves
from backend.home.design import read_design
from backend.home.queries import needs_of, often, scenarios, windows
from backend.offers.queries import open_offers


@get("/", opt=ANYONE, include_in_schema=False)
async def home(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    needs = await needs_of(tx) if tx.visitor and not tx.visitor.officer else []
    return page(
        request,
        tx,
        "home/show.html",
        offers=await open_offers(tx),
        needs=needs,
        scenarios=await scenarios(tx),
        items=await often(tx),
        windows=await windows(tx),
    )


@get("/offline", opt=ANYONE, include_in_schema=False, sync_to_thread=False)
def offline(request: Request) -> Response[str]:
    """What the service worker keeps for the moment without a network; the same for everybody."""
    return page(request, None, "offline.html")


@get("/_components", opt=ANYONE, include_in_schema=False, sync_to_thread=False)
def components(request: Request) -> Response[str]:
    """Every component with its examples; in the demo only."""
    if not request.app.state.settings.demo:
        raise NotFound()
    return page(request, None, "components/show.html", design=read_design(request.app.state.assets))


ROUTES = [home, offline, components, *routes_shelves.ROUTES, *routes_scan.ROUTES]
