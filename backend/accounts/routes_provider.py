"""To the province's identity provider and back.

Both handlers talk to the network and to the database, so they take no `tx`: a transaction held while another server
thinks would hold a connection of the pool. They open short ones of their own, before and after. Both are GETs that write:
the way there because a form that leads to another host is forbidden by our own Content-Security-Policy, the way back
because the provider sends the browser with a redirect. What they write is bound to a cookie of this browser.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response, get

from backend.accounts.actions import open_session
from backend.accounts.cookies import session_cookie, set_cookie
from backend.accounts.devices import device_of
from backend.accounts.linking import account_for
from backend.accounts.provider import NotVouched, Provider, begin, come_back, opened, unreachable
from backend.accounts.routes_codes import ATTEMPT
from backend.core.db import Tx, transaction
from backend.core.errors import NotAllowed, NotFound
from backend.core.i18n import _
from backend.core.viewer import open_viewer
from backend.core.web import ANYONE, COOKIE, local_path, network_of, see_other
from backend.settings import Settings

NOT_VOUCHED = _("身份平台没有确认您的身份，没有登录。请再试一次，或用验证码登录。")


@get("/sign-in/provider", opt=ANYONE, include_in_schema=False)
async def to_provider(request: Request) -> Response[None]:
    provider, now = _provider(request), request.app.state.clock()
    target = local_path(request.query_params.get("next", "/"))
    browser = request.cookies.get(ATTEMPT) or secrets.token_urlsafe(32)
    try:
        await provider.discovery(now)
    except NotVouched as error:
        raise unreachable() from error
    async with _short(request) as tx:
        stay = request.query_params.get("stay") == "yes"
        state, attempt = await begin(tx, browser, network_of(request), target, stay=stay)
    address = await provider.address(state, attempt, now)
    return see_other(address, {"Set-Cookie": set_cookie(ATTEMPT, browser, seconds=900)})


@get("/sign-in/provider/back", opt=ANYONE, include_in_schema=False)
async def from_provider(request: Request) -> Response[Any]:
    """The state is used up before the code is looked at, whatever comes of it."""
    provider, asked = _provider(request), request.query_params
    browser, state = request.cookies.get(ATTEMPT, ""), asked.get("state", "")
    async with _short(request) as tx:
        attempt = await come_back(tx, browser, state)
    if attempt is None or "code" not in asked:
        raise _refused()
    try:
        claims = await provider.claims(asked["code"], attempt, request.app.state.clock())
    except NotVouched as error:
        raise _refused() from error
    if asked.get("iss", claims.issuer) != claims.issuer:  # RFC 9207: the answer of another provider
        raise _refused()
    async with _short(request) as tx:
        account = await account_for(tx, claims, attempt.account)
        token = await open_session(tx, account, "provider", device_of(request.headers.get("user-agent", "")))
    return see_other(attempt.target, {"Set-Cookie": session_cookie(token)})


@asynccontextmanager
async def _short(request: Request) -> AsyncIterator[Tx]:
    state, now = request.app.state, request.app.state.clock()
    async with transaction(state.pool) as db:
        viewer = await open_viewer(db, state.vault, request.cookies.get(COOKIE), now)
        yield Tx(db, state.vault, now, viewer)


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound()
    return provider


def _refused() -> NotAllowed:
    return NotAllowed(NOT_VOUCHED, next_step="/sign-in", next_say=_("回到登录"))


@asynccontextmanager
async def connected(app: Litestar, settings: Settings) -> AsyncIterator[None]:
    async with opened(settings) as app.state.provider:
        yield


ROUTES = [to_provider, from_provider]
LIFESPAN = [connected]
