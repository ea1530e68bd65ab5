"""Her number and her address: seen masked, changed with a code to the new one after a fresh sign-in."""

import secrets
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.accounts.actions import change_contact
from backend.accounts.codes import Attempt, ask_code, attempt_of, guess, use
from backend.accounts.contacts import read_contact
from backend.accounts.cookies import set_cookie
from backend.accounts.queries import contacts_of, cooling, is_fresh
from backend.accounts.routes_codes import ATTEMPT, UNREACHABLE, UNREADABLE, digits, guessed_wrong
from backend.accounts.routes_passkeys import need_fresh
from backend.core.db import Tx
from backend.core.errors import Problem
from backend.core.i18n import _
from backend.core.web import COOKIE, PERSON, network_of, page, read_form, see_other

ONCE_MORE = _("为了安全，换手机号或邮箱之前请重新登录一次。")


@get("/me/contacts", opt=PERSON, include_in_schema=False)
async def my_contacts(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _mine(request, tx, [])


@post("/me/contacts", opt=PERSON, include_in_schema=False)
async def ask_to_change(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """Sends a code to the new one; the same answer whether or not anybody else has it."""
    await need_fresh(request, tx, ONCE_MORE, "/me/contacts")
    typed = (await read_form(request)).text("contact")
    contact = read_contact(typed)
    if contact is None or not request.app.state.settings.can_send(contact.channel):
        problem = Problem(UNREADABLE if contact is None else UNREACHABLE[contact.channel], "contact")
        return await _mine(request, tx, [problem], typed=typed, status=422)
    browser = request.cookies.get(ATTEMPT) or secrets.token_urlsafe(32)
    await ask_code(tx, browser, contact, network_of(request), account=tx.viewer.id)
    return see_other("/me/contacts/code", {"Set-Cookie": set_cookie(ATTEMPT, browser, seconds=900)})


@get("/me/contacts/code", opt=PERSON, include_in_schema=False)
async def code_for_new(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    attempt = await _attempt(request, tx)
    return _code(request, tx, attempt, []) if attempt else see_other("/me/contacts")


@post("/me/contacts/code", opt=PERSON, include_in_schema=False)
async def change(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """A wrong code is answered, not refused: the guess must stay counted."""
    attempt, form = await _attempt(request, tx), await read_form(request)
    if attempt is None:
        return see_other("/me/contacts")
    browser = request.cookies.get(ATTEMPT, "")
    if not attempt.right and not await guess(tx, browser, attempt.id, digits(form.text("code"))):
        return _code(request, tx, attempt, [guessed_wrong(attempt)], status=422)
    await use(tx, browser, attempt.id)
    await change_contact(tx, attempt.contact)
    return see_other("/me/contacts")


async def _attempt(request: Request, tx: Tx) -> Attempt | None:
    browser = request.cookies.get(ATTEMPT)
    return await attempt_of(tx, browser, tx.viewer.id) if browser else None


def _code(request: Request, tx: Tx, attempt: Attempt, problems: list[Problem], status: int = 200) -> Response[str]:
    shown = attempt.contact.shown
    return page(request, tx, "accounts/contact_code.html", status=status, shown=shown, problems=problems)


async def _mine(
    request: Request, tx: Tx, problems: list[Problem], *, typed: str = "", status: int = 200
) -> Response[str]:
    known = {contact.channel: contact.shown for contact in await contacts_of(tx)}
    return page(
        request,
        tx,
        "accounts/contacts.html",
        status=status,
        phone=known.get("phone"),
        email=known.get("email"),
        cooling=await cooling(tx, tx.viewer.id),
        fresh=await is_fresh(tx, request.cookies.get(COOKIE, "")),
        typed_contact=typed,
        problems=problems,
    )


ROUTES = [my_contacts, ask_to_change, code_for_new, change]
