"""Consents: the page everybody agrees on first, and the list of them all, each withdrawn with one tap."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.accounts.carried import carried_of
from backend.accounts.consents import (
    PLATFORM,
    PREFILL,
    PURPOSES,
    agree,
    agreed,
    consents_of,
    mandate_consents,
    purpose_of,
    shown,
    withdraw,
)
from backend.core.db import Tx
from backend.core.errors import Problem
from backend.core.i18n import _
from backend.core.web import BEFORE_CONSENT, PERSON, language_of, local_path, page, read_form, see_other

EARLY = PERSON | BEFORE_CONSENT


@get("/agree", opt=EARLY, include_in_schema=False)
async def agree_page(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    target = local_path(request.query_params.get("next", "/"))
    if await agreed(tx, tx.viewer.id, PLATFORM):
        return see_other(target)
    return _page(request, tx, {"next": target, "again": "", "typed": []})


@post("/agree/again", opt=EARLY, include_in_schema=False)
async def agree_again(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """The same page, with the fields of a form in hand that came while words of a new version were not agreed to yet."""
    return _page(request, tx, carried_of(await read_form(request)))


@post("/agree", opt=EARLY, include_in_schema=False)
async def agree_first(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    form = await read_form(request)
    carried = carried_of(form)
    if not await agree(tx, tx.viewer.id, PLATFORM, form.text(PLATFORM.name)):
        problem = Problem(_("请看一遍，同意的话打上勾。不同意也没关系，可以到窗口办。"), PLATFORM.name)
        return _page(request, tx, carried, [problem], status=422)
    await agree(tx, tx.viewer.id, PREFILL, form.text(PREFILL.name))
    if carried["again"]:
        said = {"again": carried["again"], "typed": carried["typed"], "heading": _("记下了")}
        return page(request, None, "accounts/send_again.html", **said)
    return see_other(carried["next"])


@get("/me/consents", opt=EARLY, include_in_schema=False)
async def consents(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    given = await consents_of(tx, tx.viewer.id)
    in_force = {c.purpose: c for c in reversed(given) if c.in_force}
    return page(
        request,
        tx,
        "accounts/consents.html",
        purposes=list(PURPOSES.values()),
        in_force=in_force,
        earlier=[c for c in given if c is not in_force.get(c.purpose)],
        titles={name: purpose.title for name, purpose in PURPOSES.items()},
        mandates=await mandate_consents(tx),
        shown=_hashes(request),
        back=local_path(request.query_params.get("next", "/me/consents"), "/me/consents"),
    )


@post("/me/consents/{name:str}", opt=EARLY, include_in_schema=False)
async def give(request: Request, tx: NamedDependency[Tx], name: FromPath[str]) -> Response[None]:
    """What was shown must be what is recorded: words that changed meanwhile are shown again."""
    form, purpose = await read_form(request), purpose_of(name)
    if not await agree(tx, tx.viewer.id, purpose, form.text("shown")):
        return see_other(f"/me/consents#{name}")
    return see_other(local_path(form.text("next"), "/me/consents"))


@post("/me/consents/{name:str}/withdrawal", opt=EARLY, include_in_schema=False)
async def take_back(tx: NamedDependency[Tx], name: FromPath[str]) -> Response[None]:
    await withdraw(tx, tx.viewer.id, purpose_of(name))
    return see_other("/me/consents")


def _page(
    request: Request, tx: Tx, carried: dict[str, Any], problems: list[Problem] | None = None, status: int = 200
) -> Response[str]:
    return page(
        request,
        tx,
        "accounts/agree.html",
        status=status,
        platform=PLATFORM,
        prefill=PREFILL,
        shown=_hashes(request),
        problems=problems or [],
        **carried,
    )


def _hashes(request: Request) -> dict[str, str]:
    return {name: shown(purpose, language_of(request)) for name, purpose in PURPOSES.items()}


ROUTES = [agree_page, agree_again, agree_first, consents, give, take_back]
