"""The link with the identity provider: seen, made, and taken away again."""

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.accounts.linking import linked_at, unlink
from backend.accounts.queries import is_fresh
from backend.accounts.routes_passkeys import need_fresh
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.core.web import ACCOUNT, COOKIE, page, see_other

ONCE_MORE = _("为了安全，解除关联之前请重新登录一次。")


@get("/me/provider", opt=ACCOUNT, include_in_schema=False)
async def linked(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    since = await linked_at(tx, _issuer(request))
    fresh = await is_fresh(tx, request.cookies.get(COOKIE, ""))
    return page(request, tx, "accounts/provider.html", since=since, fresh=fresh)


@post("/me/provider/unlink", opt=ACCOUNT, include_in_schema=False)
async def take_away(request: Request, tx: NamedDependency[Tx]) -> Response[None]:
    issuer = _issuer(request)
    await need_fresh(request, tx, ONCE_MORE, "/me/provider")
    await unlink(tx, issuer)
    return see_other("/me/provider")


def _issuer(request: Request) -> str:
    """NotFound where no provider is set up."""
    issuer: str | None = request.app.state.settings.oidc_issuer
    if not issuer:
        raise NotFound()
    return issuer


ROUTES = [linked, take_away]
