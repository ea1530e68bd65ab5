"""What is refused before any handler runs, and the headers on every answer."""

import re
from typing import Any, cast
from urllib.parse import urlsplit

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware.compression import CompressionMiddleware
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send, WebSocketReceiveMessage

from backend.core.encodings import taken
from backend.core.errors import NotAllowed, Problem, Refusal
from backend.core.i18n import _

SAFE = ("GET", "HEAD", "OPTIONS")
LONGEST_JSON = 1_000_000
# An escaped NUL that is not itself behind an escaped backslash; PostgreSQL text cannot hold it.
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000|\x00")

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(self)",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    # Whatever may be kept says so itself: what says nothing may be somebody's answers.
    "Cache-Control": "no-store",
}
ASSET_HEADERS = {name: HEADERS[name] for name in ("X-Content-Type-Options", "Cache-Control")}


class Edge:
    """ASGI middleware: cross-site writes and NUL characters stop here; security headers go out on everything."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        headers = Headers.from_scope(scope)
        _refuse_nul_in_address(scope)
        if scope["method"] not in SAFE:
            _refuse_cross_site(scope, headers)
            if headers.get("content-type", "").startswith("application/json"):
                receive = await _checked_json(receive)
        await self.app(scope, receive, send)


class Compression(CompressionMiddleware):
    """Litestar's own looks only whether a name stands in the header: it is shown the one we chose."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = MutableScopeHeaders(scope)
        headers["accept-encoding"] = "".join(taken(headers.get("accept-encoding", ""), ("br", "gzip"))[:1])
        await super().__call__(scope, receive, send)


# Programs, and the button of a mail program (RFC 8058), which proves itself by its link.
WITHOUT_SESSION = ("/api/", "/notices/stop/")


def _refuse_nul_in_address(scope: Scope) -> None:
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        raise Refusal(_("网址里有不能识别的字符。请从首页重新进入。"))


def _refuse_cross_site(scope: Scope, headers: Headers) -> None:
    """Sec-Fetch-Site says it where browsers send it; older ones send Origin; neither means a script without a session."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        allowed = site in ("same-origin", "none")
    elif origin is not None:
        allowed = urlsplit(origin).netloc == headers.get("host")
    else:
        allowed = scope["path"].startswith(WITHOUT_SESSION) and "cookie" not in headers
    if not allowed:
        raise NotAllowed(Problem(_("这个请求不是从本站页面发出的，没有办理。请从首页重新进入。")))


async def _checked_json(receive: Receive) -> Receive:
    body, more = b"", True
    while more:
        part = cast(dict[str, Any], await receive())
        body, more = body + part.get("body", b""), part.get("more_body", False)
        if len(body) > LONGEST_JSON:
            raise Refusal(_("内容太长了，请分几次提交。"))
    if NUL.search(body):
        raise Refusal(_("填写的内容里有看不见的特殊字符。请删掉后重新输入。"))
    return _replay(body, receive)


def _replay(body: bytes, rest: Receive) -> Receive:
    messages: list[HTTPReceiveMessage | WebSocketReceiveMessage] = [
        {"type": "http.request", "body": body, "more_body": False}
    ]

    async def receive() -> HTTPReceiveMessage | WebSocketReceiveMessage:
        return messages.pop() if messages else await rest()

    return receive


async def add_headers(message: Message, scope: Scope) -> None:
    """Litestar `before_send`: the same security headers on pages, API answers, files, refusals and errors."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    # A style sheet or an icon obeys nothing but its own type: what else is said of pages would be bytes on every first visit.
    said = ASSET_HEADERS if scope["path"].startswith("/static/") else HEADERS
    for name, value in said.items():
        headers.setdefault(name, value)
    if (language := scope.get("state", {}).get("language")) and "content-language" not in headers:
        headers["Content-Language"] = language
    if message["status"] == 304:
        return  # the page keeps the policy it came with: a policy here would take its place
    if "text/html" in headers.get("content-type", ""):
        headers.setdefault("Content-Security-Policy", CSP)
    else:
        headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
