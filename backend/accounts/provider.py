"""Signing in by the province's identity provider: OpenID Connect, authorization code with PKCE, state and nonce.

A person is `iss` and `sub` together, kept as a keyed hash. What goes to the network (`Provider`) and what goes to the
database (the functions below it) never share a transaction.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import httpx
import msgspec
from joserfc import jwt
from joserfc.jwk import KeySet

from backend.accounts.codes import as_browser
from backend.core.db import Tx
from backend.core.errors import TooMany, Unavailable
from backend.core.i18n import _
from backend.core.viewer import hash_of
from backend.settings import Settings, is_loopback

LIFE = timedelta(minutes=10)
KEPT = timedelta(hours=1)
LEEWAY = 60  # seconds by which the provider's clock may differ
ATTEMPTS_AN_HOUR = 300  # a network
# Signatures with a key pair only: with "none" or our shared secret anybody else could have made the token.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"]
PATIENCE = httpx.Timeout(10, connect=5)
SECOND_FACTORS = {"mfa", "otp", "hwk", "swk", "fpt", "face", "sc"}  # RFC 8176
LONGEST_ANSWER = 256_000


class NotVouched(Exception):
    """What came back does not show who she is. `str()` is for tests and logs, never for the page."""


class Attempt(msgspec.Struct, frozen=True):
    """What must come back as it went out. `account`: who set out to be known further, and comes back as nobody else."""

    nonce: str
    verifier: str
    target: str
    account: UUID | None = None


class Claims(msgspec.Struct, frozen=True):
    """Whom the provider vouches for. `number`: her ID number, where the provider says it; "" otherwise."""

    issuer: str
    subject: str
    name: str
    second_factor: bool
    number: str = ""


class Discovery(msgspec.Struct, frozen=True):
    """Of the provider's description what is needed here."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None


class Tokens(msgspec.Struct, frozen=True):
    access_token: str
    id_token: str


class Provider:
    """The identity provider as this process talks to it. Raises Unavailable when it cannot be reached, NotVouched else."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient) -> None:
        self._issuer, self._id = settings.oidc_issuer or "", settings.oidc_client_id or ""
        self._secret, self._client = settings.oidc_client_secret or "", client
        self._number = settings.oidc_number_claim or ""
        self._redirect = f"{settings.public_url}/sign-in/provider/back"
        self._known: tuple[datetime, Discovery] | None = None

    async def discovery(self, now: datetime) -> Discovery:
        """Asked again after an hour."""
        if self._known is None or now - self._known[0] > KEPT:
            found = await self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration", Discovery)
            if found.issuer != self._issuer or not all(map(is_safe, _addresses(found))):
                raise NotVouched("this is not the provider we were told of")
            self._known = (now, found)
        return self._known[1]

    async def address(self, state: str, attempt: Attempt, now: datetime) -> str:
        """Where her browser is sent."""
        challenge = urlsafe_b64encode(sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        said = {
            "response_type": "code",
            "scope": "openid profile",
            "client_id": self._id,
            "redirect_uri": self._redirect,
            "state": state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        there = (await self.discovery(now)).authorization_endpoint
        return there + ("&" if "?" in there else "?") + urlencode(said)

    async def claims(self, code: str, attempt: Attempt, now: datetime) -> Claims:
        """Exchanges the code and checks everything about what comes for it."""
        known = await self.discovery(now)
        tokens = await self._exchange(known, code, attempt)
        keys = await self._get(known.jwks_uri, dict)
        claims = verified(tokens.id_token, keys, self._issuer, self._id, attempt.nonce, now)
        wanted = {"name", self._number} - {""}
        if not wanted <= claims.keys() and known.userinfo_endpoint:
            claims |= await self._about(known.userinfo_endpoint, tokens.access_token, claims["sub"])
        factors = claims.get("amr")
        return Claims(
            self._issuer,
            claims["sub"],
            " ".join(str(claims.get("name") or "").split()),
            isinstance(factors, list) and bool(SECOND_FACTORS.intersection(map(str, factors))),
            str(claims.get(self._number) or "") if self._number else "",
        )

    async def _exchange(self, known: Discovery, code: str, attempt: Attempt) -> Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": attempt.verifier,
        }
        # RFC 6749 2.3.1: both are form-encoded before they are Basic.
        known_as = httpx.BasicAuth(quote(self._id, safe=""), quote(self._secret, safe=""))
        return await self._ask("POST", known.token_endpoint, Tokens, data=form, auth=known_as)

    async def _about(self, address: str, token: str, subject: str) -> dict[str, Any]:
        """Her name and number, where the provider tells them only to who asks with the access token."""
        said = await self._get(address, dict, headers={"Authorization": f"Bearer {token}"})
        if said.get("sub") != subject:
            raise NotVouched("userinfo is about somebody else")
        return {claim: said[claim] for claim in ("name", self._number) if claim and said.get(claim)}

    async def _get(self, address: str, shape: Any, **more: Any) -> Any:
        return await self._ask("GET", address, shape, **more)

    async def _ask(self, method: str, address: str, shape: Any, **more: Any) -> Any:
        try:
            answer = await self._client.request(method, address, **more)
        except httpx.HTTPError as error:
            raise unreachable() from error
        if answer.status_code >= 500:
            raise unreachable()
        if answer.status_code != 200 or len(answer.content) > LONGEST_ANSWER:
            raise NotVouched(f"{method} was answered {answer.status_code}")
        try:
            return msgspec.json.decode(answer.content, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise NotVouched("an answer of another shape") from error


def verified(token: str, keys: Any, issuer: str, client: str, nonce: str, now: datetime) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core 3.1.3.7): signature, issuer, audience, time, nonce; or NotVouched."""
    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        sub={"essential": True},
        aud={"essential": True, "value": client},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims
        rules.validate(claims)
    except Exception as error:  # keys and tokens of any shape
        raise NotVouched(type(error).__name__) from error
    if claims.get("azp", client) != client or (isinstance(claims["aud"], list) and claims["aud"] != [client]):
        raise NotVouched("made for somebody else too")
    return dict(claims)


def is_safe(address: str) -> bool:
    """https, or this machine itself."""
    url = httpx.URL(address)
    return url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))


def _addresses(known: Discovery) -> list[str]:
    told = (known.authorization_endpoint, known.token_endpoint, known.jwks_uri, known.userinfo_endpoint)
    return [address for address in told if address]


def unreachable() -> Unavailable:
    return Unavailable(
        _("身份平台现在连不上。请过一会儿再试，或用验证码登录。"), next_step="/sign-in", next_say=_("回到登录")
    )


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Provider | None]:
    """The provider of the settings, None where none is named. Redirects are not followed: they would carry the code away."""
    if not settings.oidc_issuer:
        yield None
        return
    async with httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False) as client:
        yield Provider(settings, client)


async def begin(tx: Tx, browser: str, network: str, target: str, *, stay: bool = False) -> tuple[str, Attempt]:
    """Writes down who is on her way; the state that must come back, and what belongs to it. `stay`: only as who she is now."""
    key = tx.vault.blind(network, "provider:network")
    if not await tx.db.fetchval("SELECT within_limit($1, 3600, $2)", key, ATTEMPTS_AN_HOUR):
        raise TooMany(_("试的次数太多了。请过一小时再试，或拨打 12345。"), next_step="/sign-in", next_say=_("回到登录"))
    state = secrets.token_urlsafe(32)
    account = tx.visitor.id if stay and tx.visitor else None
    attempt = Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(48), target, account)
    sealed = tx.vault.system.seal(msgspec.json.encode(attempt), f"provider:{hash_of(state).hex()}")
    await as_browser(tx, browser)
    await tx.db.execute(
        "INSERT INTO provider_attempts (state_hash, browser, sealed, asked_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        hash_of(state),
        hash_of(browser),
        sealed,
        tx.now,
        tx.now + LIFE,
    )
    return state, attempt


async def come_back(tx: Tx, browser: str, state: str) -> Attempt | None:
    """The attempt this browser began, once."""
    await as_browser(tx, browser)
    sealed = await tx.db.fetchval(
        """UPDATE provider_attempts SET used_at = $3 WHERE state_hash = $1 AND browser = $2 AND used_at IS NULL AND expires_at > $3
           RETURNING sealed""",
        hash_of(state),
        hash_of(browser),
        tx.now,
    )
    if sealed is None:
        return None
    return msgspec.json.decode(tx.vault.system.open(sealed, f"provider:{hash_of(state).hex()}"), type=Attempt)
