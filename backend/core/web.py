"""The web edge: one transaction a request, default deny, forms, pages, security headers.

Every route says who may call it (`opt=ANYONE`, `PERSON` or `OFFICER`); one that does not is closed. Handlers take
`tx: NamedDependency[Tx]` and answer with `page()`, `see_other()` or a Struct.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from ipaddress import ip_address, ip_network
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.enums import MediaType, RequestEncodingType
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import HeaderParameter

from backend.core.db import Tx, transaction
from backend.core.errors import NotAllowed, NotFound, Problem, Refusal, SignInNeeded
from backend.core.i18n import LANGUAGES, _, wanted
from backend.core.keeping import copied, is_known, keeping
from backend.core.looks import Looks, chosen, read_looks
from backend.core.viewer import Viewer, counts_of, keep_language, keep_looks, open_viewer

ANYONE, PERSON, OFFICER, ACCOUNT = ({"who": who} for who in ("anyone", "person", "officer", "account"))
# Beside one of these: also for who has not agreed to the platform's terms yet, to agree, to look at her data, to leave.
BEFORE_CONSENT = {"before_consent": True}
SAFE = ("GET", "HEAD", "OPTIONS")
COOKIE = "__Host-session"
IdempotencyKey = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        description="Required: 8 to 255 visible characters, new for each deed, the same for each attempt at it. "
        "A replay gets the first answer again; the same key with another body is refused (422).",
    ),
]
"""The header parameter of every API route that makes something; its default is "", which `once` refuses in words."""
LONGEST_TEXT = 20_000


async def open_tx(request: Request) -> AsyncGenerator[Tx, None]:
    """The request's one transaction, read-only for GET, committed before the answer is sent, rolled back by any refusal.

    It begins when everything the person sends has arrived: a slow telephone holds no connection of the pool.
    """
    state, reading = request.app.state, request.method in SAFE
    await _receive(request)
    now = state.clock()
    async with transaction(state.pool, readonly=reading) as db:
        viewer = await open_viewer(db, state.vault, request.cookies.get(COOKIE), now)
        tx = Tx(db, state.vault, now, viewer)
        request.state.viewer = viewer
        await _admit(request, tx)
        if viewer and reading and not is_api(request):
            tx.counts = await counts_of(db, viewer)
        if viewer and not reading and not is_api(request) and not viewer.language_chosen:
            await _follow_language(db, viewer, request)
        if viewer and not reading and not is_api(request) and viewer.looks is None and "mode" in request.cookies:
            await keep_looks(db, viewer, looks_of(request))  # what she chose before signing in is her choice
        yield tx


async def _follow_language(db: asyncpg.Connection, viewer: Viewer, request: Request) -> None:
    """Who never chose is written to in what her browser reads; what she chose before signing in is her choice."""
    by_herself = request.cookies.get("lang") in LANGUAGES
    if by_herself or language_of(request) != viewer.language:
        await keep_language(db, viewer, language_of(request), chosen=by_herself)


request_tx = asynccontextmanager(open_tx)
"""The same for a handler with slow work between two transactions: `async with request_tx(request) as tx`."""


async def _receive(request: Request) -> None:
    """Takes in a form and its files; a JSON body is taken in by the edge. Both are limited in size."""
    if request.content_type[0] in (RequestEncodingType.MULTI_PART, RequestEncodingType.URL_ENCODED):
        await read_form(request)


async def _admit(request: Request, tx: Tx) -> None:
    who = request.route_handler.opt.get("who")
    if who == "anyone":
        return
    if tx.visitor is None:
        raise SignedOut(await _typed(request))
    if who != "account" and not (who in ("officer", "person") and tx.viewer.officer == (who == "officer")):
        raise NotFound()
    if tx.viewer.agreed_to < request.app.state.terms and not request.route_handler.opt.get("before_consent"):
        raise NotAgreed(await _typed(request))


class SignedOut(SignInNeeded):
    """Nobody is signed in any more; what was typed goes along, so that it can be sent again after signing in."""

    def __init__(self, typed: list[tuple[str, str]]) -> None:
        super().__init__()
        self.typed = typed


class NotAgreed(NotAllowed):
    """She has not agreed yet to the terms as they stand now; what was typed goes along."""

    def __init__(self, typed: list[tuple[str, str]]) -> None:
        super().__init__(_("请先看一遍个人信息怎么用，同意后再接着办。"), next_step="/agree", next_say=_("去看一遍"))
        self.typed = typed


async def _typed(request: Request) -> list[tuple[str, str]]:
    if request.method != "POST" or is_api(request):
        return []
    return (await read_form(request)).fields


def is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


class Form:
    """A submitted form: texts without NUL and surrounding blanks, several values a name, uploads."""

    def __init__(self, fields: list[tuple[str, str]], uploads: list[tuple[str, UploadFile]]) -> None:
        self.fields, self.uploads = fields, uploads

    def text(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.fields if key == name), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    def day(self, name: str) -> date | None:
        """As a date field sends it, 2026-01-31; None for whatever is no date."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            return None

    def id(self, name: str) -> UUID | None:
        """None for whatever is no UUID."""
        try:
            return UUID(self.text(name))
        except ValueError:
            return None

    def files(self, name: str) -> list[UploadFile]:
        return [upload for key, upload in self.uploads if key == name and upload.filename]


async def read_form(request: Request) -> Form:
    """The form of this request; Refusal (400) for NUL characters and over-long texts."""
    try:
        items = list((await request.form()).multi_items())
    except RequestEntityTooLarge:
        raise  # says what to do about it: core/app's words for 413
    except (ClientException, UnicodeDecodeError, ValueError) as error:
        raise Refusal(_("这一页没有完整传到。请返回再交一次。")) from error
    fields = [(key, value.strip()) for key, value in items if isinstance(value, str)]
    if any("\0" in key or "\0" in value for key, value in fields):
        raise Refusal(_("填写的内容里有看不见的特殊字符。请删掉后重新输入。"))
    if long := [key for key, value in fields if len(value) > LONGEST_TEXT]:
        raise Refusal(*(Problem(_("这一栏太长了，请写短一些。"), key) for key in long))
    return Form(fields, [(key, value) for key, value in items if isinstance(value, UploadFile)])


def page(
    request: Request,
    tx: Tx | None,
    template: str,
    *,
    block: str | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> Response[str]:
    """A page of pwa/pages, or one block of it. Pages for nobody in particular may be kept offline; all others are not stored."""
    visitor = tx.visitor if tx else None
    context |= base_context(request, visitor, tx)
    body = request.app.state.pages.render(f"pages/{template}", context, lang=context["lang"], block=block)
    told = keeping(
        request, visitor.kind if visitor else None, f"{context['mode']} {context['lang']}", status, headers or {}
    )
    if block is None:
        told["Link"] = f"<{request.app.state.assets.url('app.css')}>; rel=preload; as=style"
    if is_known(request, body, told):
        return Response("", status_code=304, headers=told)
    return Response(body, status_code=status, media_type=MediaType.HTML, headers=told)


def looks_of(request: Request) -> Looks:
    """What her account remembers that she chose, or else this device; a copy kept for later says which version it is."""
    viewer = request.state.get("viewer")
    looks = read_looks((viewer and viewer.looks) or request.cookies.get("mode"))
    return chosen(looks, "elder") if copied(request).startswith("elder ") else looks


def mode_of(request: Request) -> str:
    return looks_of(request).mode


def base_context(request: Request, visitor: Any, tx: Tx | None) -> dict[str, Any]:
    """What layouts/page.html needs on every page."""
    counts, looks = tx.counts if tx else None, looks_of(request)
    return {
        "lang": language_of(request),
        "mode": looks.mode,
        "her_looks": looks,
        "copied": bool(copied(request)),
        "path": request.url.path,
        "today": tx.today if tx else None,
        "guest": visitor is None and COOKIE not in request.cookies and not copied(request),
        "visitor": visitor
        and {
            "name": visitor.name,
            "principal_name": visitor.principal_name,
            "acting": visitor.acting,
            "officer": visitor.officer,
            "staff": visitor.kind == "staff",
            "counter": visitor.kind == "officer" and visitor.acting,
            "roles": visitor.roles,
            "catalogue": bool(visitor.roles & {"editor", "checker", "legal"}),
            "mandate_lost": visitor.mandate_lost,
            "phone_key": visitor.phone_key,
            "cart_count": counts.cart if counts else 0,
            "unread": counts.unread if counts else 0,
            "needs_you": counts.needs_you if counts else 0,
        },
    }


def language_of(request: Request) -> str:
    """The reader's language: what her account remembers that she chose, what this device does, what the browser says."""
    viewer = request.state.get("viewer")
    kept = copied(request).rpartition(" ")[2]
    remembered = viewer.language if viewer and viewer.language_chosen else kept or request.cookies.get("lang")
    request.state.language = wanted(
        remembered, request.headers.get("accept-language", "")
    )  # what the answer says it is in
    return request.state.language


def network_of(request: Request) -> str:
    """The network a request comes from: /24 or /64, because single addresses are cheap."""
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return "unknown"
    return str(ip_network((address, 24 if address.version == 4 else 64), strict=False))


def see_other(path: str, headers: dict[str, str] | None = None) -> Response[None]:
    """After a POST: the browser goes and GETs `path`, so that reloading repeats nothing."""
    return Response(None, status_code=303, headers={"Location": path, "Cache-Control": "no-store", **(headers or {})})


def paper(content: bytes, name: str) -> Response[bytes]:
    """A PDF of ours, shown in place and saved as `name`.pdf; never kept by the browser."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


def local_path(wanted_path: str, default: str = "/") -> str:
    """A path of our own or the default: never another site's (`//evil`, backslashes, line breaks)."""
    plain = (
        wanted_path.startswith("/")
        and not wanted_path.startswith("//")
        and wanted_path.isprintable()
        and "\\" not in wanted_path
    )
    return wanted_path if plain else default
