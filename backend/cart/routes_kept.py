"""What could not be sent yet and waits, sealed, on the phone. The server knows nothing of it: the page's script fills it in."""

from litestar import Request, Response, get

from backend.core.web import ANYONE, page


@get("/cart/kept", opt=ANYONE, include_in_schema=False, sync_to_thread=False)
def kept(request: Request) -> Response[str]:
    """The same for everybody, and there without a network."""
    return page(request, None, "cart/kept.html")


ROUTES = [kept]
