"""Signing in and out, whose affairs are on the screen."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.accounts import (
    routes_codes,
    routes_consents,
    routes_contacts,
    routes_install,
    routes_levels,
    routes_linked,
    routes_looks,
    routes_passkeys,
    routes_provider,
)
from backend.accounts.actions import act_for, end_one, end_session, open_session
from backend.accounts.carried import came_in, carried_of
from backend.accounts.cookies import preference, set_cookie
from backend.accounts.queries import account_of, demo_cast, sessions_of
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.i18n import DEFAULT, LANGUAGES
from backend.core.viewer import keep_language
from backend.core.web import ACCOUNT, ANYONE, COOKIE, local_path, page, read_form, see_other

# The sign-in page of somebody who comes with empty hands.
FRESH: dict[str, Any] = {"typed": [], "again": "", "problems": [], "typed_contact": ""}


@get("/sign-in", opt=ANYONE, include_in_schema=False)
async def sign_in_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    target = local_path(request.query_params.get("next", "/"))
    return page(request, tx, "accounts/sign_in.html", cast=await _cast(request, tx), next=target, **FRESH)


@post("/sign-in", opt=ANYONE, include_in_schema=False)
async def sign_in(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """Demo mode: one tap makes you a member of the cast. What was typed before the session ended is offered again."""
    form = await read_form(request)
    account = await account_of(tx.db, form.text("handle")) if request.app.state.settings.demo else None
    if account is None:
        raise NotFound()
    return came_in(request, carried_of(form), await open_session(tx, account))


@post("/sign-in/again", opt=ANYONE, include_in_schema=False)
async def sign_in_again(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """The sign-in page, with the fields of the form that met an ended session still in hand."""
    carried = carried_of(await read_form(request))
    return page(request, tx, "accounts/sign_in.html", cast=await _cast(request, tx), **FRESH | carried)


@post("/sign-out", opt=ANYONE, include_in_schema=False)
async def sign_out(request: Request, tx: NamedDependency[Tx]) -> Response[None]:
    if token := request.cookies.get(COOKIE):
        await end_session(tx, token)
    return see_other("/", {"Set-Cookie": set_cookie(COOKIE, "", seconds=0), "Clear-Site-Data": '"cache"'})


@get("/me", opt=ACCOUNT, include_in_schema=False)
async def me(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return page(request, tx, "accounts/me.html", provider=bool(request.app.state.settings.oidc_issuer))


@get("/me/sessions", opt=ACCOUNT, include_in_schema=False)
async def sessions(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    found = await sessions_of(tx, request.cookies.get(COOKIE, ""))
    return page(request, tx, "accounts/sessions.html", sessions=found)


@post("/me/sessions/{session:uuid}/end", opt=ACCOUNT, include_in_schema=False)
async def end_there(tx: NamedDependency[Tx], session: FromPath[UUID]) -> Response[None]:
    await end_one(tx, session)
    return see_other("/me/sessions")


@post("/acting", opt=ACCOUNT, include_in_schema=False)
async def choose_principal(request: Request, tx: NamedDependency[Tx]) -> Response[None]:
    """Whose affairs are on the screen from now on: her own (no mandate named), or a principal's."""
    form = await read_form(request)
    mandate = _uuid(form.text("mandate")) if form.text("mandate") else None
    principal = _uuid(form.text("principal")) if mandate else tx.viewer.id
    await act_for(tx, request.cookies.get(COOKIE, ""), principal, mandate)
    return see_other(local_path(form.text("next"), "/"))


@post("/language", opt=ANYONE, include_in_schema=False)
async def choose_language(request: Request, tx: NamedDependency[Tx]) -> Response[None]:
    """Kept with the account of whoever is signed in, and on this device for whoever is not."""
    form = await read_form(request)
    lang = form.text("lang") if form.text("lang") in LANGUAGES else DEFAULT
    if tx.visitor:
        await keep_language(tx.db, tx.viewer, lang, chosen=True)
    return see_other(local_path(form.text("back"), "/"), {"Set-Cookie": preference("lang", lang)})


async def _cast(request: Request, tx: Tx) -> list[dict[str, str]]:
    if not request.app.state.settings.demo:
        return []
    return [
        {
            "handle": m.handle,
            "about": m.about,
            "kind": m.kind,
            "name": tx.vault.key(m.key_wrapped).open(m.name_sealed, f"name:{m.id}").decode(),
        }
        for m in await demo_cast(tx.db)
    ]


def _uuid(text: str) -> UUID:
    """An id from a form; one that is none is simply not found."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound() from error


ROUTES = [
    sign_in_page, sign_in, sign_in_again, sign_out, me, sessions, end_there, choose_principal, choose_language, *routes_codes.ROUTES, *routes_looks.ROUTES,
    *routes_passkeys.ROUTES, *routes_provider.ROUTES, *routes_contacts.ROUTES, *routes_levels.ROUTES, *routes_consents.ROUTES, *routes_linked.ROUTES, *routes_install.ROUTES,
]  # fmt: skip
LIFESPAN = routes_provider.LIFESPAN
