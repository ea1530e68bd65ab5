"""How soon notices leave, for everybody to see."""

from litestar import Request, Response, get
from litestar.di import NamedDependency

from backend.core.db import Tx
from backend.core.web import ANYONE, page
from backend.notifications.speed import NAMES, speeds

FRESH = {"Cache-Control": "public, max-age=60"}


@get("/status", opt=ANYONE, include_in_schema=False)
async def how_soon(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    kept = None if tx.visitor else FRESH
    return page(request, tx, "notifications/speed.html", headers=kept, ways=await speeds(tx), names=NAMES)


ROUTES = [how_soon]
