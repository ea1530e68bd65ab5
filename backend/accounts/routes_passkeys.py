"""Passkeys: her own ones under /me/passkeys, signing in with one, and an officer's first."""

import secrets
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.accounts import passkeys
from backend.accounts.actions import open_session
from backend.accounts.carried import came_in, carried_of
from backend.accounts.cookies import session_cookie, set_cookie
from backend.accounts.devices import device_of
from backend.accounts.passkeys import LONGEST_NAME, NotProved, Site, site_at
from backend.accounts.queries import is_fresh
from backend.accounts.routes_codes import ATTEMPT
from backend.core.db import Tx
from backend.core.errors import NotAllowed, NotFound, Problem
from backend.core.i18n import _
from backend.core.web import ACCOUNT, ANYONE, COOKIE, network_of, page, read_form, see_other

NOT_PROVED = Problem(_("没有认出这个通行密钥。请再试一次，或换一种方式登录。"))
NOT_ADDED = Problem(_("没有加上。请再试一次，在手机上按指纹、刷脸或输锁屏密码。"))
ONCE_MORE = _("为了安全，加通行密钥之前请重新登录一次。")


@post("/sign-in/passkey/challenge", opt=ANYONE, include_in_schema=False, status_code=200)
async def passkey_challenge(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    browser = _browser(request)
    return _options(await passkeys.ask_to_sign_in(tx, _site(request), browser, network_of(request)), browser)


@post("/sign-in/passkey", opt=ANYONE, include_in_schema=False)
async def passkey_sign_in(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """What does not prove anything is answered, not refused: its challenge must stay used up."""
    form = await read_form(request)
    carried = carried_of(form)
    try:
        proof = await passkeys.prove(tx, _site(request), _browser(request), form.text("credential"))
    except NotProved:
        said: dict[str, Any] = {"problems": [NOT_PROVED], "typed_contact": ""}
        return page(request, None, "accounts/sign_in.html", status=422, cast=[], **said, **carried)
    if proof.kind == "officer" and carried["next"] == "/":
        carried["next"] = "/desk"
    return came_in(request, carried, await open_session(tx, proof.account, "passkey", _device(request)))


@get("/me/passkeys", opt=ACCOUNT, include_in_schema=False)
async def mine(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _mine(request, tx, [])


@post("/me/passkeys/challenge", opt=ACCOUNT, include_in_schema=False, status_code=200)
async def challenge_to_add(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    await need_fresh(request, tx, ONCE_MORE, "/me/passkeys")
    browser, viewer = _browser(request), tx.viewer
    options = await passkeys.ask_to_add(tx, _site(request), browser, network_of(request), viewer.id, viewer.name)
    return _options(options, browser)


@post("/me/passkeys", opt=ACCOUNT, include_in_schema=False)
async def add_passkey(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    await need_fresh(request, tx, ONCE_MORE, "/me/passkeys")
    form = await read_form(request)
    try:
        await passkeys.add(
            tx, _site(request), _browser(request), tx.viewer.id, form.text("credential"), _called(request)
        )
    except NotProved:
        return await _mine(request, tx, [NOT_ADDED], status=422)
    return see_other("/me/passkeys")


@post("/me/passkeys/{passkey:uuid}/name", opt=ACCOUNT, include_in_schema=False)
async def name_passkey(request: Request, tx: NamedDependency[Tx], passkey: FromPath[UUID]) -> Response[Any]:
    name = " ".join((await read_form(request)).text("name").split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        return await _mine(request, tx, [Problem(_("请写一个名字，50 个字以内。"))], status=422)
    await passkeys.rename(tx, passkey, name)
    return see_other("/me/passkeys")


@post("/me/passkeys/{passkey:uuid}/remove", opt=ACCOUNT, include_in_schema=False)
async def remove_passkey(tx: NamedDependency[Tx], passkey: FromPath[UUID]) -> Response[None]:
    await passkeys.remove(tx, passkey)
    return see_other("/me/passkeys")


@get("/enrol/{token:str}", opt=ANYONE, include_in_schema=False)
async def invitation(request: Request, tx: NamedDependency[Tx], token: FromPath[str]) -> Response[str]:
    _account, name = await _invited(tx, token)
    return _enrol_page(request, token, name, [])


@post("/enrol/{token:str}/challenge", opt=ANYONE, include_in_schema=False, status_code=200)
async def enrol_challenge(request: Request, tx: NamedDependency[Tx], token: FromPath[str]) -> Response[str]:
    account, name = await _invited(tx, token)
    await passkeys.as_invited(tx, account)
    browser = _browser(request)
    options = await passkeys.ask_to_add(tx, _site(request), browser, network_of(request), account, name, "enrol")
    return _options(options, browser)


@post("/enrol/{token:str}", opt=ANYONE, include_in_schema=False)
async def enrol(request: Request, tx: NamedDependency[Tx], token: FromPath[str]) -> Response[Any]:
    """Her first passkey, and she is in."""
    account, name = await _invited(tx, token)
    credential = (await read_form(request)).text("credential")
    await passkeys.as_invited(tx, account)
    try:
        await passkeys.add(tx, _site(request), _browser(request), account, credential, _called(request), "enrol")
    except NotProved:
        return _enrol_page(request, token, name, [NOT_ADDED], status=422)
    await passkeys.use_invitation(tx, token)
    return see_other(await passkeys.first_page_of(tx, account), await _signed_in(request, tx, account))


async def _invited(tx: Tx, token: str) -> tuple[UUID, str]:
    found = await passkeys.officer_invited(tx, token)
    if found is None:
        raise NotFound(_("这个链接已经用过，或过期了。请让管理员再发一个。"))
    return found


def _enrol_page(request: Request, token: str, name: str, problems: list[Problem], status: int = 200) -> Response[str]:
    # The address opens an account: nothing keeps this page, neither the browser nor the worker of the installed app.
    headers = {"Cache-Control": "no-store", "X-Offline": "never", "Referrer-Policy": "no-referrer"}
    return page(
        request,
        None,
        "accounts/enrol.html",
        status=status,
        headers=headers,
        token=token,
        name=name,
        problems=problems,
    )


async def _mine(request: Request, tx: Tx, problems: list[Problem], status: int = 200) -> Response[str]:
    held = await passkeys.passkeys_of(tx)
    fresh = await is_fresh(tx, request.cookies.get(COOKIE, ""))
    return page(request, tx, "accounts/passkeys.html", status=status, passkeys=held, fresh=fresh, problems=problems)


async def need_fresh(request: Request, tx: Tx, say: str, back: str) -> None:
    """She signed in within ten minutes, or is asked to do it again: with a passkey, the provider, or a code to what we know."""
    if not await is_fresh(tx, request.cookies.get(COOKIE, "")):
        raise NotAllowed(say, next_step=f"/sign-in?next={back}", next_say=_("重新登录"))


async def _signed_in(request: Request, tx: Tx, account: UUID) -> dict[str, str]:
    return {"Set-Cookie": session_cookie(await open_session(tx, account, "passkey", _device(request)))}


def _options(options: str, browser: str) -> Response[str]:
    headers = {"Cache-Control": "no-store", "Set-Cookie": set_cookie(ATTEMPT, browser, seconds=900)}
    return Response(options, media_type="application/json", headers=headers)


def _browser(request: Request) -> str:
    """The cookie the challenge is bound to; a new one for who has none."""
    return request.cookies.get(ATTEMPT) or secrets.token_urlsafe(32)


def _site(request: Request) -> Site:
    return site_at(request.app.state.settings.public_url)


def _device(request: Request) -> str:
    return device_of(request.headers.get("user-agent", ""))


def _called(request: Request) -> str:
    """What a new passkey is called until she names it."""
    return _device(request) or "通行密钥"


ROUTES = [
    passkey_challenge, passkey_sign_in, mine, challenge_to_add, add_passkey, name_passkey, remove_passkey, invitation, enrol_challenge, enrol,
]  # fmt: skip
