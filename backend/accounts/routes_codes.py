"""Signing in with a number: ask for a code, type it, and the first time say your name."""

import secrets
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.accounts.actions import open_account, open_session
from backend.accounts.carried import came_in, carried_of
from backend.accounts.codes import Attempt, ask_code, attempt_of, guess, use
from backend.accounts.contacts import Contact, read_contact
from backend.accounts.cookies import set_cookie
from backend.accounts.devices import device_of
from backend.accounts.model import NewAccount
from backend.accounts.queries import account_with
from backend.accounts.standing import count_as_known
from backend.core.db import Tx
from backend.core.errors import Problem
from backend.core.i18n import _
from backend.core.web import ANYONE, local_path, network_of, page, read_form, see_other

ATTEMPT = "__Host-attempt"
LONGEST_NAME = 50
UNREADABLE = _("请写 11 位手机号，或完整的邮箱地址。")
UNREACHABLE = {"phone": _("本站还不能发短信，请用邮箱登录。"), "email": _("本站还不能发邮件，请用手机号登录。")}


@post("/sign-in/codes", opt=ANYONE, include_in_schema=False)
async def ask(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """Sends a code to a number or address; the same answer whether or not anybody is known there."""
    form = await read_form(request)
    contact, carried = read_contact(form.text("contact")), carried_of(form)
    if contact is None or not request.app.state.settings.can_send(contact.channel):
        problem = Problem(UNREADABLE if contact is None else UNREACHABLE[contact.channel], "contact")
        said: dict[str, Any] = {"problems": [problem], "typed_contact": form.text("contact")}
        return page(request, tx, "accounts/sign_in.html", status=422, cast=[], **said, **carried)
    browser = request.cookies.get(ATTEMPT) or secrets.token_urlsafe(32)
    await ask_code(tx, browser, contact, network_of(request))
    cookie = {"Set-Cookie": set_cookie(ATTEMPT, browser, seconds=900)}
    if carried["again"]:  # what she typed goes from form to form: an address could not hold it
        return _page(request, tx, contact, carried, [], headers=cookie)
    return see_other("/sign-in/code?" + urlencode({"next": carried["next"]}), cookie)


@get("/sign-in/code", opt=ANYONE, include_in_schema=False)
async def code_page(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    attempt = await _attempt(request, tx)
    if attempt is None:
        return see_other("/sign-in")
    carried = {"next": local_path(request.query_params.get("next", "/")), "again": "", "typed": []}
    return _page(request, tx, attempt.contact, carried, [])


@post("/sign-in/code", opt=ANYONE, include_in_schema=False)
async def type_code(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """A wrong code is answered, not refused: the guess must stay counted."""
    form = await read_form(request)
    carried, attempt = carried_of(form), await _attempt(request, tx)
    if attempt is None:
        return see_other("/sign-in")
    if not attempt.right and not await guess(tx, _browser(request), attempt.id, digits(form.text("code"))):
        return _page(request, tx, attempt.contact, carried, [guessed_wrong(attempt)], status=422)
    account = await account_with(tx, attempt.contact.channel, attempt.contact.value)
    if account is None:
        return page(request, tx, "accounts/name.html", problems=[], name="", **carried)
    return await _come_in(request, tx, attempt.id, account, carried)


@post("/sign-in/name", opt=ANYONE, include_in_schema=False)
async def say_name(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """The first time at this number: her name, and the account is there, known as far as the number goes."""
    form = await read_form(request)
    carried, attempt = carried_of(form), await _attempt(request, tx)
    name = " ".join(form.text("name").split())
    if attempt is None or not attempt.right:
        return see_other("/sign-in")
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        problem = Problem(_("请写您的姓名，和身份证上一样，50 个字以内。"), "name")
        return page(request, tx, "accounts/name.html", status=422, problems=[problem], name=name, **carried)
    account = await account_with(tx, attempt.contact.channel, attempt.contact.value)
    if account is None:
        reached: dict[str, Any] = {attempt.contact.channel: attempt.contact.value}
        account = await open_account(tx, NewAccount(kind="person", name=name, level="code", **reached))
    return await _come_in(request, tx, attempt.id, account, carried)


async def _come_in(request: Request, tx: Tx, attempt: UUID, account: UUID, carried: dict[str, Any]) -> Response[Any]:
    await use(tx, _browser(request), attempt)
    token = await open_session(tx, account, "code", device_of(request.headers.get("user-agent", "")))
    await count_as_known(tx, attempt)
    return came_in(request, carried, token)


def _page(
    request: Request,
    tx: Tx,
    contact: Contact,
    carried: dict[str, Any],
    problems: list[Problem],
    status: int = 200,
    **more: Any,
) -> Response[str]:
    shown: dict[str, Any] = {"shown": contact.shown, "channel": contact.channel, "problems": problems}
    return page(request, tx, "accounts/code.html", status=status, **shown, **carried, **more)


async def _attempt(request: Request, tx: Tx) -> Attempt | None:
    return await attempt_of(tx, _browser(request)) if request.cookies.get(ATTEMPT) else None


def _browser(request: Request) -> str:
    return request.cookies.get(ATTEMPT, "")


def guessed_wrong(attempt: Attempt) -> Problem:
    """What to say after a wrong guess; `attempt` as it was before it."""
    if left := max(attempt.left - 1, 0):
        return Problem(_("验证码不对，还可以试 %(left)s 次。"), "code", {"left": left})
    return Problem(_("试的次数用完了，请重新要一个验证码。"), "code")


def digits(typed: str) -> str:
    """The code as it may be typed or pasted: blanks, dashes and full-width digits are ways of typing."""
    return "".join(str(int(c)) for c in typed if c.isdecimal())[:12]


ROUTES = [ask, code_page, type_code, say_name]
