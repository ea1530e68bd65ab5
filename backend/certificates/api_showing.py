"""Showing and looking as JSON: a telephone's own app, and the scanner at a window."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.catalogue.queries import city
from backend.certificates.model import Standing
from backend.certificates.rules import STANDINGS
from backend.certificates.showing import PURPOSES, REFUSED
from backend.certificates.showing_actions import begin, end, look, renew
from backend.certificates.showing_queries import seen_at, showing_for
from backend.core.db import Tx
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import translate
from backend.core.idempotency import checked_key, fingerprint, once
from backend.core.viewer import hash_of
from backend.core.web import OFFICER, PERSON, IdempotencyKey, language_of, network_of, request_tx


class NewShowing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`purpose`: valid, whose or whole."""

    purpose: str


class ShowingView(msgspec.Struct, frozen=True, kw_only=True):
    """`address` is what the QR holds, "" when there is nothing to look at any more; `fields`: element codes the other side would
    see; `looked`: who looked, when, and the two digits that must be the same on both screens."""

    id: UUID
    certificate: UUID
    purpose: str
    fields: list[str]
    address: str
    expires_at: datetime
    ends_at: datetime
    over: bool
    looked_at: datetime | None
    looked_by: str
    mark: str


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was scanned: the token, or the whole address that ends with it."""

    token: str


class SeenField(msgspec.Struct, frozen=True):
    label: str
    value: str


class SeenView(msgspec.Struct, frozen=True, kw_only=True):
    """`standing`: valid, not_yet, expired, suspended, revoked, replaced or altered, and in words."""

    id: UUID
    type: str
    issuer: str
    standing: Standing
    says: str
    since: datetime
    purpose: str
    fields: list[SeenField]
    number: str
    until: date | None
    mark: str
    at: datetime


@post("/api/v1/certificates/{certificate:uuid}/showings", opt=PERSON, tags=["certificates"], status_code=201)
async def create_showing(
    request: Request,
    tx: NamedDependency[Tx],
    certificate: FromPath[UUID],
    data: JSONBody[NewShowing],
    idempotency_key: IdempotencyKey = "",
) -> Response[ShowingView]:
    """Begins to show a certificate for one purpose. The first code lives 90 seconds; `codes` gives the next."""

    async def make() -> str:
        return str(await begin(tx, (await city(tx.db)).pack, certificate, data.purpose))

    asked = {"certificate": certificate, "purpose": data.purpose}
    showing, replayed = await once(tx, "showings", idempotency_key, fingerprint(asked), make)
    headers = {"Location": f"/api/v1/showings/{showing}", "Idempotency-Replayed": str(replayed).lower()}
    return Response(await _view(request, tx, UUID(showing)), status_code=201, headers=headers)


@get("/api/v1/showings/{showing:uuid}", opt=PERSON, tags=["certificates"])
async def read_showing(request: Request, tx: NamedDependency[Tx], showing: FromPath[UUID]) -> ShowingView:
    return await _view(request, tx, showing)


@post("/api/v1/showings/{showing:uuid}/codes", opt=PERSON, tags=["certificates"], status_code=200)
async def next_code(request: Request, tx: NamedDependency[Tx], showing: FromPath[UUID]) -> ShowingView:
    """Another code while the showing lasts; sent twice it is simply another one, and the older ones live to their own end."""
    await showing_for(tx, showing)
    await renew(tx, showing)
    return await _view(request, tx, showing)


@delete("/api/v1/showings/{showing:uuid}", opt=PERSON, tags=["certificates"], status_code=204)
async def end_showing(tx: NamedDependency[Tx], showing: FromPath[UUID]) -> None:
    """At once: no code of it opens anything any more."""
    await showing_for(tx, showing)
    await end(tx, showing)


async def _view(request: Request, tx: Tx, showing: UUID) -> ShowingView:
    now = await showing_for(tx, showing)
    left = now.seconds_left(tx.now)
    return ShowingView(
        id=now.id,
        certificate=now.certificate_id,
        purpose=now.purpose,
        fields=now.elements,
        address=f"{request.app.state.settings.public_url}/look/{now.token}" if left else "",
        expires_at=now.expires_at,
        ends_at=now.ends_at,
        over=now.over(tx.now),
        looked_at=now.look.at if now.look else None,
        looked_by=now.look.department if now.look else "",
        mark=now.look.mark if now.look else "",
    )


@post("/api/v1/looks", opt=OFFICER, tags=["certificates"], status_code=201)
async def scan(request: Request, data: JSONBody[Token], idempotency_key: IdempotencyKey = "") -> Response[SeenView]:
    """A window's scanner takes a code's one answer. The same key gets the same answer again, for two minutes. 404: no such code;
    409: used, ended or out of time, with the reason."""
    token = data.token.rpartition("/")[2]
    async with request_tx(request) as tx:
        telephone = hash_of(f"{tx.viewer.id} {checked_key(idempotency_key)}")
        outcome, found = await look(tx, token, telephone, network_of(request))
        if found is not None:
            return await _once(request, tx, token, telephone, found, idempotency_key)
    # Only now: what was refused inside would take the count of wrong guesses back with it.
    raise (NotFound if outcome == "unknown" else Conflict)(REFUSED[outcome])


async def _once(request: Request, tx: Tx, token: str, telephone: bytes, found: UUID, key: str) -> Response[SeenView]:
    async def make() -> str:
        return str(found)

    _stored, replayed = await once(tx, "looks", key, fingerprint({"token": hash_of(token).hex()}), make)
    seen = await seen_at(tx, (await city(tx.db)).pack, found, telephone)
    view = SeenView(
        id=seen.id, type=seen.label, issuer=seen.issuer, standing=seen.standing, says=translate(language_of(request), STANDINGS[seen.standing]),
        since=seen.since, purpose=PURPOSES[seen.purpose].code, fields=[SeenField(*field) for field in seen.fields], number=seen.number,
        until=seen.until, mark=seen.mark, at=seen.at,
    )  # fmt: skip
    headers = {"Idempotency-Replayed": str(replayed).lower(), "Referrer-Policy": "no-referrer"}
    return Response(view, status_code=201, headers=headers)


ROUTES = [create_showing, read_showing, next_code, end_showing, scan]
