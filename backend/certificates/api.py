"""Certificates over JSON: those she holds, in words that prove themselves, and what the public needs to check them."""

from base64 import urlsafe_b64encode
from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.certificates import api_showing
from backend.certificates.exporting import FRESH, STATUS, sd_jwt_vc, status_list, statuses
from backend.certificates.genuine import Proof, proved
from backend.certificates.model import Certificate, Content, Source, Standing
from backend.certificates.queries import certificate_for, listed, place_of
from backend.certificates.rules import MEANINGS, STANDINGS
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, Problem, TooMany
from backend.core.i18n import _, translate
from backend.core.pace import Pace
from backend.core.web import ANYONE, PERSON, language_of, network_of

checks = Pace(60, 60)
SHARED = f"public, max-age={FRESH}"


class CertificateTold(msgspec.Struct, frozen=True, kw_only=True):
    """`standing`: what it is worth today. `content`, `signature` (base64url), `key_id`: the canonical JSON that was signed, with
    Ed25519; missing in a list, and where it was altered."""

    id: UUID
    number: str
    type: str
    source: Source
    standing: Standing
    issued_at: datetime
    valid_from: date
    valid_until: date | None
    replaces: UUID | None
    fields: dict[str, Any]
    content: str | None = None
    signature: str | None = None
    key_id: str | None = None


class Credential(msgspec.Struct, frozen=True):
    """An SD-JWT VC: `~` between its disclosures."""

    format: str
    credential: str


class Checked(msgspec.Struct, frozen=True):
    """`standing` null: the signature is ours, and there is no such certificate. `says`: the same in words."""

    standing: Standing | None
    says: str
    content: Content | None = None


@get("/api/v1/certificates", opt=PERSON, tags=["certificates"])
async def held(tx: NamedDependency[Tx]) -> list[CertificateTold]:
    """Those of the principal on the screen, newest first; whoever acts for her finds those of the cases she may see."""
    return [_told(one) for one in await listed(tx)]


@get("/api/v1/certificates/{certificate:uuid}", opt=PERSON, tags=["certificates"])
async def one_held(tx: NamedDependency[Tx], certificate: FromPath[UUID]) -> CertificateTold:
    """With the words that were signed."""
    one = await certificate_for(tx, certificate)
    if one.content is None:
        return _told(one)
    return msgspec.structs.replace(
        _told(one), content=one.text.decode(), signature=_text(one.signature), key_id=one.key_id
    )


@get("/api/v1/certificates/{certificate:uuid}/sd-jwt", opt=PERSON, tags=["certificates"])
async def credential(
    request: Request, tx: NamedDependency[Tx], certificate: FromPath[UUID], shown: FromQuery[list[str] | None] = None
) -> Credential:
    """As SD-JWT VC. `shown`: only these of `holder` and the fields (repeat it); without it all. By the holder herself alone; 409 for
    one that does not hold."""
    if tx.viewer.acting:
        raise NotAllowed(_("证照只能由本人自己拿去给别的应用用。"))
    one = await certificate_for(tx, certificate)
    if one.standing is not Standing.VALID:
        raise Conflict(STANDINGS[one.standing])
    _known(one, shown or ())
    issuer = request.app.state.settings.public_url
    made = sd_jwt_vc(one, await place_of(tx, one.id), tx.vault.keyring, issuer, shown)
    return Credential("dc+sd-jwt", made)


def _known(one: Certificate, shown: Collection[str]) -> None:
    unknown = [name for name in shown if name != "holder" and name not in one.fields]
    if unknown:
        raise Invalid(*(Problem(_("证照上没有这一项：%(name)s"), "shown", {"name": name}) for name in unknown))


@post("/api/v1/certificates/check", opt=ANYONE, tags=["certificates"], status_code=200)
async def check_words(request: Request, tx: NamedDependency[Tx], data: JSONBody[Proof]) -> Checked:
    """Whether words somebody was given are those that were signed here, and what they are worth today."""
    if not checks.allows(network_of(request), tx.now):
        raise TooMany(_("查得太快了，请过一分钟再查。"))
    standing, language = await proved(tx, data), language_of(request)
    if standing is None:
        return Checked(None, translate(language, _("签名是对的，但没有发出过这样一份证照。")))
    if standing is Standing.ALTERED:
        return Checked(standing, translate(language, MEANINGS[standing]))
    return Checked(standing, translate(language, MEANINGS[standing]), msgspec.json.decode(data.content, type=Content))


@get("/api/v1/certificates/keys", opt=ANYONE, tags=["certificates"])
async def keys(request: Request) -> Response[dict[str, Any]]:
    """The public keys certificates were signed with, as a JWK Set, the one in use first."""
    return Response({"keys": request.app.state.vault.keyring.public_keys()}, headers={"Cache-Control": SHARED})


@get("/.well-known/jwt-vc-issuer", opt=ANYONE, include_in_schema=False)
async def issuer(request: Request) -> Response[dict[str, Any]]:
    """Where whoever is shown an SD-JWT VC of ours finds the keys."""
    told = {
        "issuer": request.app.state.settings.public_url,
        "jwks": {"keys": request.app.state.vault.keyring.public_keys()},
    }
    return Response(told, headers={"Cache-Control": SHARED})


@get(STATUS, opt=ANYONE, include_in_schema=False)
async def status(request: Request, tx: NamedDependency[Tx]) -> Response[bytes]:
    """The Token Status List: for each certificate whether it holds, and nothing else of it."""
    public_url = request.app.state.settings.public_url
    token = status_list(await statuses(tx.db), tx.vault.keyring, public_url, tx.now)
    return Response(token.encode(), media_type="application/statuslist+jwt", headers={"Cache-Control": SHARED})


def _told(one: Certificate) -> CertificateTold:
    return CertificateTold(
        id=one.id, number=one.number, type=one.type, source=one.source, standing=one.standing, issued_at=one.issued_at,
        valid_from=one.valid_from, valid_until=one.valid_until, replaces=one.replaces, fields=dict(one.fields),
    )  # fmt: skip


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


ROUTES = [held, one_held, credential, check_words, keys, issuer, status, *api_showing.ROUTES]
