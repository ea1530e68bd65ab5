"""Showing a certificate on one's own telephone, and what whoever scans the code gets to see on theirs."""

import secrets
from typing import Any
from uuid import UUID

import segno
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.accounts.cookies import set_cookie
from backend.catalogue.queries import city
from backend.certificates.rules import MEANINGS, STANDINGS
from backend.certificates.showing import PURPOSES, REFUSED, RENEWED_BEFORE, Offered, elements_for
from backend.certificates.showing_actions import begin, end, look, renew, to_show
from backend.certificates.showing_queries import looks_of, offered_at, seen_at, showing_for, used_by
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem, TooMany
from backend.core.i18n import _
from backend.core.pace import scans
from backend.core.viewer import hash_of
from backend.core.web import ANYONE, PERSON, network_of, page, read_form, see_other

TELEPHONE = "__Host-look"
TELEPHONE_SECONDS = 3600
STRICT = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Offline": "never",
}


@get("/certificates/{certificate:uuid}/show", opt=PERSON, include_in_schema=False)
async def choose(request: Request, tx: NamedDependency[Tx], certificate: FromPath[UUID]) -> Response[str]:
    """What for: each purpose with what the other side would see."""
    return await _choice(request, tx, certificate)


@post("/certificates/{certificate:uuid}/showings", opt=PERSON, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], certificate: FromPath[UUID]) -> Response[Any]:
    purpose = (await read_form(request)).text("purpose")
    try:
        return see_other(f"/showings/{await begin(tx, (await city(tx.db)).pack, certificate, purpose)}")
    except Invalid as refusal:
        return await _choice(request, tx, certificate, refusal.problems)


async def _choice(request: Request, tx: Tx, certificate: UUID, problems: tuple[Problem, ...] = ()) -> Response[str]:
    one, pack = await to_show(tx, certificate), (await city(tx.db)).pack
    kind = pack.certificates[one.type]
    seen = {code: [pack.elements[e].label for e in elements_for(code, kind)] for code in PURPOSES}
    return page(
        request, tx, "certificates/show.html", status=422 if problems else 200, one=one, kind=kind, problems=problems,
        purposes=PURPOSES, seen=seen, standing=STANDINGS[one.standing], means=MEANINGS[one.standing], headers=STRICT,
    )  # fmt: skip


@get("/showings/{showing:uuid}", opt=PERSON, include_in_schema=False)
async def shown(request: Request, tx: NamedDependency[Tx], showing: FromPath[UUID]) -> Response[str]:
    """The code on the holder's screen, how long it lives, and who looked."""
    now, pack = await showing_for(tx, showing), (await city(tx.db)).pack
    address = f"{request.app.state.settings.public_url}/look/{now.token}"
    left = now.seconds_left(tx.now)
    return page(
        request, tx, "certificates/showing.html", now=now, left=left, over=now.over(tx.now), renew_at=RENEWED_BEFORE,
        kind=pack.certificates[now.type], purpose=PURPOSES[now.purpose], labels=[pack.elements[e].label for e in now.elements],
        picture=segno.make(address, error="m", micro=False).svg_data_uri(scale=6, border=4, light="white") if left else "",
        headers=STRICT,
    )  # fmt: skip


@post("/showings/{showing:uuid}/codes", opt=PERSON, include_in_schema=False)
async def another_code(tx: NamedDependency[Tx], showing: FromPath[UUID]) -> Response[None]:
    await showing_for(tx, showing)
    await renew(tx, showing)
    return see_other(f"/showings/{showing}")


@post("/showings/{showing:uuid}/end", opt=PERSON, include_in_schema=False)
async def take_back(tx: NamedDependency[Tx], showing: FromPath[UUID]) -> Response[None]:
    await showing_for(tx, showing)
    await end(tx, showing)
    return see_other(f"/showings/{showing}")


@get("/certificates/{certificate:uuid}/looks", opt=PERSON, include_in_schema=False)
async def who_looked(request: Request, tx: NamedDependency[Tx], certificate: FromPath[UUID]) -> Response[str]:
    one, pack = await to_show(tx, certificate), (await city(tx.db)).pack
    return page(
        request, tx, "certificates/looks.html", one=one, kind=pack.certificates[one.type], looks=await looks_of(tx, certificate), used=await used_by(tx, certificate),
        standings=STANDINGS, elements=pack.elements, headers=STRICT,
    )  # fmt: skip


@get("/look/{token:str}", opt=ANYONE, include_in_schema=False)
async def ask(request: Request, tx: NamedDependency[Tx], token: FromPath[str]) -> Response[str]:
    """Where the code leads: a page that asks first. A preview of the link uses nothing up and sees nothing of a person."""
    if not scans.allows(network_of(request), tx.now):
        raise TooMany(_("查得太快了，请过一分钟再扫。"))
    offered = await offered_at(tx.db, token)
    telephone = request.cookies.get(TELEPHONE) or secrets.token_urlsafe(18)
    cookie = {"Set-Cookie": set_cookie(TELEPHONE, telephone, seconds=TELEPHONE_SECONDS)}
    outcome = offered.outcome if offered else "unknown"
    if offered is None or outcome != "open":
        return _refused(request, tx, outcome)
    return await _asking(request, tx, token, offered, _bound(tx, token, telephone), STRICT | cookie)


def _bound(tx: Tx, token: str, telephone: str) -> str:
    """What ties the page to the telephone that opened it: sent on by somebody else it fits no cookie."""
    return tx.vault.blind(f"{token} {telephone}", "certificate:look").hex()


async def _asking(request: Request, tx: Tx, token: str, offered: Offered, bound: str, headers: dict[str, str]) -> Response[str]:  # fmt: skip
    pack = (await city(tx.db)).pack
    return page(
        request, tx, "certificates/look.html", token=token, bound=bound, kind=pack.certificates[offered.type],
        purpose=PURPOSES[offered.purpose], labels=[pack.elements[e].label for e in offered.elements], headers=headers,
    )  # fmt: skip


@post("/look/{token:str}", opt=ANYONE, include_in_schema=False)
async def take_a_look(request: Request, tx: NamedDependency[Tx], token: FromPath[str]) -> Response[Any]:
    """The code's one answer, for the telephone that opened the page."""
    telephone, sent = request.cookies.get(TELEPHONE, ""), (await read_form(request)).text("bound")
    if not telephone or not secrets.compare_digest(sent.encode(), _bound(tx, token, telephone).encode()):
        return _refused(request, tx, "elsewhere")
    outcome, found = await look(tx, token, hash_of(telephone), network_of(request))
    return see_other(f"/looked/{found}", STRICT) if found else _refused(request, tx, outcome)


def _refused(request: Request, tx: Tx, outcome: str) -> Response[str]:
    status = 404 if outcome == "unknown" else 409
    return page(request, tx, "certificates/look_refused.html", status=status, say=REFUSED[outcome], headers=STRICT)


@get("/looked/{look_id:uuid}", opt=ANYONE, include_in_schema=False)
async def answer(request: Request, tx: NamedDependency[Tx], look_id: FromPath[UUID]) -> Response[str]:
    """What the telephone that looked may read, for two minutes; nobody else finds anything here."""
    seen = await seen_at(tx, (await city(tx.db)).pack, look_id, hash_of(request.cookies.get(TELEPHONE, "")))
    return page(
        request, tx, "certificates/looked.html", seen=seen, standing=STANDINGS[seen.standing], purpose=PURPOSES[seen.purpose], headers=STRICT,
    )  # fmt: skip


ROUTES = [choose, show, shown, another_code, take_back, who_looked, ask, take_a_look, answer]
