"""A certificate in the shapes others read: an SD-JWT VC whose fields are shown one by one, and the list of which ones do not hold.

Both are signed with the key certificates are signed with. Only this module knows sd_jwt. What is signed for such a paper is the
certificate's content, so it is made only of one that holds; whoever is given it asks the status list whether it still does.
"""

import zlib
from base64 import urlsafe_b64encode
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
from jwcrypto.jwk import JWK
from jwcrypto.jwt import JWT
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer

from backend.certificates.model import Certificate
from backend.core.db import SHANGHAI
from backend.core.keyring import Keyring

ALG = "EdDSA"
BITS = 2
VALUES = {"valid": 0, "revoked": 1, "suspended": 2, "replaced": 3}
"""As the Token Status List numbers them: 1 invalid, 2 suspended, 3 for the application's own meaning."""
LASTS = timedelta(hours=12)
FRESH = 300  # seconds a copy may be used without asking again
STATUS = "/certificates/status"


def sd_jwt_vc(one: Certificate, place: int, keyring: Keyring, issuer: str, shown: Collection[str] | None) -> str:
    """The compact form. Type, number and dates are open; holder and fields are shown one by one: `shown` None shows all of them."""
    content = one.content
    assert content is not None  # the caller refuses what does not hold
    hidden = {"holder": content.holder, **content.fields}
    claims: dict[Any, Any] = {
        "iss": issuer,
        "vct": f"{issuer}/certificates/types/{one.type}",
        "iat": int(one.issued_at.timestamp()),
        "nbf": _midnight(one.valid_from),
        "number": one.number,
        "issuing_authority": content.issuer,
        "status": {"status_list": {"idx": place, "uri": issuer + STATUS}},
        **({"exp": _midnight(one.valid_until + timedelta(days=1))} if one.valid_until else {}),
        **{SDObj(name): value for name, value in hidden.items()},
    }
    private = JWK(**keyring.private_jwk())
    header = {"typ": "dc+sd-jwt", "kid": keyring.key_id}
    issued = SDJWTIssuer(claims, private, sign_alg=ALG, extra_header_parameters=header).sd_jwt_issuance
    if shown is None:
        return str(issued)
    holder = SDJWTHolder(issued)
    holder.create_presentation({name: True for name in hidden if name in shown})
    return str(holder.sd_jwt_presentation)


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).timestamp())


class Status(msgspec.Struct, frozen=True):
    """One place of the list that is not valid; of the last line only the place counts: how long the list is."""

    place: int | None
    state: str | None


async def statuses(db: asyncpg.Connection) -> list[Status]:
    return msgspec.convert(await db.fetch("SELECT place, state FROM certificate_statuses()"), list[Status])


def status_list(found: Collection[Status], keyring: Keyring, issuer: str, now: datetime) -> str:
    """A Status List Token (JWT): two bits a certificate, packed from the least significant bit of each byte, deflated."""
    longest = max((one.place for one in found if one.place is not None), default=-1)
    packed = bytearray((longest + 4) // 4)
    for one in found:
        if one.place is not None and one.state is not None:
            packed[one.place // 4] |= VALUES[one.state] << one.place % 4 * BITS
    told = {"bits": BITS, "lst": urlsafe_b64encode(zlib.compress(bytes(packed), 9)).rstrip(b"=").decode()}
    claims = {
        "iss": issuer,
        "sub": issuer + STATUS,
        "iat": int(now.timestamp()),
        "exp": int((now + LASTS).timestamp()),
        "ttl": FRESH,
        "status_list": told,
    }
    token = JWT(header={"alg": ALG, "typ": "statuslist+jwt", "kid": keyring.key_id}, claims=claims)
    token.make_signed_token(JWK(**keyring.private_jwk()))
    return str(token.serialize())
