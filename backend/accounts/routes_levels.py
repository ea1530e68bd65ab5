"""Stepping up where a level is asked for: a code to her own number, the provider, her passkey, or a counter; then back.

The draft is in the database and `next` goes along on every page, so nothing of it can be lost on the way.
"""

import secrets
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.accounts.actions import change_contact
from backend.accounts.codes import Attempt, ask_code, attempt_of, guess, use
from backend.accounts.contacts import Contact, read_contact
from backend.accounts.cookies import set_cookie
from backend.accounts.levels import LABELS, PAGE, RANK
from backend.accounts.queries import contacts_of
from backend.accounts.routes_codes import ATTEMPT, UNREACHABLE, UNREADABLE, digits, guessed_wrong
from backend.accounts.standing import (
    known_by_code,
    known_in_demo,
    number_stated,
    standing_of,
    state_number,
    verified_once,
)
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.web import PERSON, Form, local_path, network_of, page, read_form, see_other


@get("/me/level", opt=PERSON, include_in_schema=False)
async def level_page(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """How far she is known, and every way to be known as far as is needed; on with her where that is so already."""
    asked = request.query_params
    needed, target = _needed(asked.get("need", "")), local_path(asked.get("next", PAGE), PAGE)
    if target != PAGE and (await standing_of(tx)).known(needed):
        return see_other(target)
    return await _page(request, tx, needed, target, [])


@post("/me/level/codes", opt=PERSON, include_in_schema=False)
async def ask(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """A code to the number or address she has here; who has none says one."""
    form = await read_form(request)
    contact, typed = await _reached_at(tx, form), form.text("contact")
    if contact is None or not request.app.state.settings.can_send(contact.channel):
        problem = Problem(UNREADABLE if contact is None else UNREACHABLE[contact.channel], "contact")
        return await _page(request, tx, _needed(form.text("need")), _target(form), [problem], typed=typed, status=422)
    browser = request.cookies.get(ATTEMPT) or secrets.token_urlsafe(32)
    await ask_code(tx, browser, contact, network_of(request), account=tx.viewer.id)
    back = urlencode({"need": _needed(form.text("need")), "next": _target(form)})
    return see_other(f"/me/level/code?{back}", {"Set-Cookie": set_cookie(ATTEMPT, browser, seconds=900)})


@get("/me/level/code", opt=PERSON, include_in_schema=False)
async def code_page(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    asked, attempt = request.query_params, await _attempt(request, tx)
    needed, target = _needed(asked.get("need", "")), local_path(asked.get("next", PAGE), PAGE)
    if attempt is None:
        return see_other(f"{PAGE}?" + urlencode({"need": needed, "next": target}))
    return _code(request, tx, attempt, needed, target, [])


@post("/me/level/code", opt=PERSON, include_in_schema=False)
async def type_code(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """A wrong code is answered, not refused: the guess must stay counted. A right one leads back to where she was."""
    form, attempt = await read_form(request), await _attempt(request, tx)
    needed, target = _needed(form.text("need")), _target(form)
    if attempt is None:
        return see_other(f"{PAGE}?" + urlencode({"need": needed, "next": target}))
    browser = request.cookies.get(ATTEMPT, "")
    if not attempt.right and not await guess(tx, browser, attempt.id, digits(form.text("code"))):
        return _code(request, tx, attempt, needed, target, [guessed_wrong(attempt)], status=422)
    await use(tx, browser, attempt.id)
    await change_contact(tx, attempt.contact)
    await known_by_code(tx, attempt.id)
    return see_other(target)


@post("/me/level/number", opt=PERSON, include_in_schema=False)
async def say_number(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """Her ID number, so that the counter finds her account by the card she brings."""
    form = await read_form(request)
    needed, target = _needed(form.text("need")), _target(form)
    try:
        await state_number(tx, form.text("number"))
    except Invalid as invalid:
        return await _page(request, tx, needed, target, list(invalid.problems), number=form.text("number"), status=422)
    return see_other(f"{PAGE}?" + urlencode({"need": needed, "next": target}) + "#counter")


@post("/me/level/demo", opt=PERSON, include_in_schema=False)
async def pretend(request: Request, tx: NamedDependency[Tx]) -> Response[None]:
    """Demo mode: one tap stands for the visit to the counter."""
    if not request.app.state.settings.demo:
        raise NotFound()
    form = await read_form(request)
    await known_in_demo(tx)
    return see_other(_target(form))


def _needed(text: str) -> str:
    return text if text in ("code", "verified") else "verified"


def _target(form: Form) -> str:
    return local_path(form.text("next", PAGE), PAGE)


async def _reached_at(tx: Tx, form: Form) -> Contact | None:
    """The one of hers whose channel she chose; without any, what she typed."""
    mine = await contacts_of(tx)
    if mine:
        return next((contact for contact in mine if contact.channel == form.text("channel")), mine[0])
    return read_contact(form.text("contact"))


async def _attempt(request: Request, tx: Tx) -> Attempt | None:
    browser = request.cookies.get(ATTEMPT)
    return await attempt_of(tx, browser, tx.viewer.id) if browser else None


def _code(
    request: Request, tx: Tx, attempt: Attempt, needed: str, target: str, problems: list[Problem], status: int = 200
) -> Response[str]:
    said: dict[str, Any] = {"shown": attempt.contact.shown, "need": needed, "next": target, "problems": problems}
    return page(request, tx, "accounts/level_code.html", status=status, **said)


async def _page(
    request: Request, tx: Tx, needed: str, target: str, problems: list[Problem], *, typed: str = "", number: str = "", status: int = 200
) -> Response[str]:  # fmt: skip
    standing, sends = await standing_of(tx), request.app.state.settings.can_send
    return page(
        request,
        tx,
        "accounts/level.html",
        status=status,
        standing=standing,
        label=LABELS[standing.own],
        by_number=RANK[standing.own] == 0,
        verified_once=await verified_once(tx),
        done=standing.known(needed),
        contacts=[contact for contact in await contacts_of(tx) if sends(contact.channel)],
        stated=await number_stated(tx),
        need=needed,
        next=target,
        typed_contact=typed,
        typed_number=number,
        problems=problems,
    )


ROUTES = [level_page, ask, code_page, type_code, say_number, pretend]
