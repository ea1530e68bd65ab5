"""Web Push: what goes out, and out of which door. The only module that knows `webpush`.

`webpush` encrypts (RFC 8291) and signs (RFC 8292); it keeps what one call was told for the next one, names the audience
without its port, and knows neither Content-Type, Topic nor Urgency: so each message gets a fresh object, and the rest is
added here. Sending is ours: listed hosts only, every address checked when a connection is opened and the connection made
to that very address, no redirects, ten seconds.
"""

import asyncio
import hashlib
import ipaddress
import logging
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from webpush import WebPush, WebPushSubscription
from webpush.types import WebPushKeys
from webpush.vapid import VAPID
from yarl import URL

from backend.cases.states import Notice
from backend.core.addresses import NotPublic, Resolve, addresses, is_public
from backend.core.i18n import translate
from backend.core.retry_after import seconds_asked
from backend.notifications.endpoints import allowed, is_test_origin
from backend.notifications.messages import loudness, push_words
from backend.notifications.model import Answer, Device, PushTask, Sending
from backend.notifications.rules import of_push_service
from backend.notifications.vapid import base64
from backend.settings import Settings

log = logging.getLogger("suishouban.push")

LONGEST_PAYLOAD = 3993  # bytes before encryption (RFC 8291)
PATIENCE = 10.0  # seconds for the whole call
WAITS = 7 * 24 * 3600  # seconds a push service keeps it for a phone that is off
SIGNED_FOR, REUSED_FOR = 12 * 3600, 3600  # seconds a signature is valid; used again
LONGEST_ANSWER = 64 * 1024
MOST_ADDRESSES = 4
MOST_AT_ONE_SERVICE, KEPT_OPEN = 40, 30  # connections; seconds without a message
VOICES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}


class Pushed(msgspec.Struct, frozen=True):
    """One message, before encryption. `topic` replaces what a push service still holds of the same case."""

    payload: bytes
    topic: str
    urgency: str


def pushed(task: PushTask, public_url: str) -> Pushed:
    """Declarative Web Push JSON: a general sentence and a link, the number of unread notices, nothing personal."""
    title, body = push_words(task.words, task.worded or {})
    topic = base64(hashlib.sha256(str(task.case_id or task.event_id).encode()).digest()[:24])
    own = f"/cases/{task.words.number}" if task.words.number else task.words.page
    path = own if task.own and own else "/inbox"
    notification = {
        "title": translate(task.language, title),
        "body": translate(task.language, body),
        "navigate": public_url + path,
        "tag": topic,
        "lang": VOICES.get(task.language, task.language),
    }
    payload = msgspec.json.encode({"web_push": 8030, "notification": notification, "app_badge": task.unread})
    return Pushed(payload, topic, "normal" if loudness(task.words.kind) is Notice.NEWS else "high")


class _Origin(NamedTuple):
    """What VAPID reads of an endpoint; here the host still has its port."""

    scheme: str
    host: str


class _Signer(VAPID):
    """One signature an origin and hour: signing again for each message would cost half of the work."""

    def __init__(self, private_key: bytes, public_key: bytes) -> None:
        super().__init__(private_key, public_key)
        self._signed: dict[_Origin, tuple[float, str]] = {}

    def get_authorization_header(self, endpoint: object, subscriber: str, expiration: int) -> str:
        parts = urlsplit(str(endpoint))
        origin = _Origin(parts.scheme, parts.netloc.removesuffix(":443"))
        made, header = self._signed.get(origin, (-float("inf"), ""))
        if time.monotonic() - made > REUSED_FOR:
            header = super().get_authorization_header(origin, subscriber, expiration)  # type: ignore[arg-type]
            self._signed[origin] = (time.monotonic(), header)
        return header


class Checked(AbstractResolver):
    """Opens connections to addresses of the open internet only, each looked at when it is opened. All of a name, or none."""

    def __init__(self, listed: tuple[str, ...], resolve: Resolve) -> None:
        self._listed, self._addresses = listed, resolve

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
        found = await self._addresses(host, port)
        if not is_test_origin(f"http://{host}:{port}/", self._listed) and not all(map(is_public, found)):
            raise NotPublic()
        return [_one(host, port, address) for address in found[:MOST_ADDRESSES]]

    async def close(self) -> None:
        return None


def _one(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=family,
        proto=0,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


class Pusher:
    """Encrypts, signs and sends. `session` connects as `opened` says."""

    def __init__(self, settings: Settings, session: ClientSession) -> None:
        self._listed, self._session = settings.push_allowed, session
        private = (settings.vapid_key or "").encode()
        key = load_pem_private_key(private, None).public_key()
        public = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        subscriber = parseaddr(settings.mail_from)[1]
        self._unused = WebPush(private, public, subscriber, ttl=WAITS, expiration=SIGNED_FOR)
        self._unused.vapid = _Signer(private, public)

    def sealed(self, message: Pushed, device: Device) -> tuple[bytes, dict[str, str]]:
        """The encrypted body and the headers of one call; ValueError for keys that are none and for what is too long."""
        if len(message.payload) > LONGEST_PAYLOAD:
            raise ValueError("payload too long")
        fresh = copy(self._unused)  # as new as a new one, without reading the keys again
        keys = WebPushKeys(auth=device.auth, p256dh=device.p256dh)
        made = fresh.get(message.payload, WebPushSubscription(endpoint=device.endpoint, keys=keys))  # type: ignore[arg-type]
        headers = {"Content-Type": "application/octet-stream", "Topic": message.topic, "Urgency": message.urgency}
        return made.encrypted, {**made.headers, **headers}  # type: ignore[dict-item]

    async def send(self, message: Pushed, device: Device) -> Answer:
        """Never raises for what the other side does. A timeout may be sent again: the same topic and tag show it once."""
        if not allowed(device.endpoint, self._listed):
            return Answer(state=Sending.FAILED, problem="push service is not listed")
        try:
            body, headers = self.sealed(message, device)
            async with asyncio.timeout(PATIENCE):
                return await self._post(device.endpoint, body, headers)
        except NotPublic:
            log.warning("a push endpoint led to an address that is not public")
            return Answer(state=Sending.FAILED, problem="push service has no public address")
        except ValueError as error:
            return Answer(state=Sending.FAILED, problem=f"cannot be encrypted: {type(error).__name__}")
        except (ClientError, OSError, TimeoutError) as error:
            return Answer(state=Sending.RETRY, problem=f"push service not reached: {type(error).__name__}")

    async def _post(self, endpoint: str, body: bytes, headers: dict[str, str]) -> Answer:
        url = URL(endpoint)
        if url.host != urlsplit(endpoint).hostname:
            raise ValueError("two readings of one address")
        if _is_address(url.host) and not is_test_origin(endpoint, self._listed) and not is_public(url.host or ""):
            raise NotPublic()  # an address is not resolved, so nobody else looks at it
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            await _drain(answer)
            asked = seconds_asked(answer.headers.get("retry-after", ""), datetime.now(UTC))
            return of_push_service(answer.status, asked)


def _is_address(host: str | None) -> bool:
    try:
        return bool(ipaddress.ip_address(host or ""))
    except ValueError:
        return False


async def _drain(answer: ClientResponse) -> None:
    """A short answer is read to its end, so that the connection can be used again; a long one is cut off."""
    size = 0
    async for part in answer.content.iter_any():
        size += len(part)
        if size > LONGEST_ANSWER:
            return answer.close()


@asynccontextmanager
async def opened(settings: Settings, resolve: Resolve = addresses) -> AsyncIterator[Pusher]:
    """A pusher with connections of its own, kept open for the next message to the same service. `resolve` is how names become
    addresses; proxies named in the environment are not asked to reach inside for us, and no cookie is kept."""
    connector = TCPConnector(
        resolver=Checked(settings.push_allowed, resolve),
        use_dns_cache=False,
        limit=0,
        limit_per_host=MOST_AT_ONE_SERVICE,
        keepalive_timeout=KEPT_OPEN,
    )
    async with ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        timeout=ClientTimeout(total=PATIENCE),
    ) as session:
        yield Pusher(settings, session)
