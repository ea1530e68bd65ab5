"""Web Push: what goes out, and out of which door. The only module that knows `webpush`.

`webpush` encrypts (RFC 8291) and signs (RFC 8292); it keeps what one call was told for the next one, names the audience
without its port, and knows neither Content-Type, Topic nor Urgency: so each message gets a fresh object, and the rest is
added here. Sending is ours: listed hosts only, every address checked at the moment of the call and the call made to
that very address, no redirects, ten seconds.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from copy import copy
from datetime import UTC, datetime
from email.utils import parseaddr
from itertools import cycle
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import msgspec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from webpush import WebPush, WebPushSubscription
from webpush.types import WebPushKeys
from webpush.vapid import VAPID

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
CLIENTS = 8
LANGUAGES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "en": "en"}


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
        "lang": LANGUAGES.get(task.language, "zh-CN"),
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


class Pusher:
    """Encrypts, signs and sends, with these clients in turn. `resolve` is how names become addresses."""

    def __init__(self, settings: Settings, clients: Sequence[httpx.AsyncClient], resolve: Resolve = addresses) -> None:
        self._listed, self._clients, self._resolve = settings.push_allowed, cycle(clients), resolve
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
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            return Answer(state=Sending.RETRY, problem=f"push service not reached: {type(error).__name__}")

    async def _post(self, endpoint: str, body: bytes, headers: dict[str, str]) -> Answer:
        url = httpx.URL(endpoint)
        found = await self._addresses(endpoint, url)
        for address in found[:-1]:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await self._call(url, address, body, headers)
        return await self._call(url, found[-1], body, headers)

    async def _call(self, url: httpx.URL, address: str, body: bytes, headers: dict[str, str]) -> Answer:
        """To the address that was checked, not to whatever the name means a moment later; TLS still asks for the name."""
        client = next(self._clients)
        request = client.build_request(
            "POST",
            url.copy_with(host=address),
            content=body,
            headers={**headers, "Host": url.netloc.decode()},
            extensions={"sni_hostname": url.host},
        )
        answer = await client.send(request, stream=True, follow_redirects=False)
        try:
            await _drain(answer)
        finally:
            await answer.aclose()
        asked = seconds_asked(answer.headers.get("retry-after", ""), datetime.now(UTC))
        return of_push_service(answer.status_code, asked)

    async def _addresses(self, endpoint: str, url: httpx.URL) -> list[str]:
        """All of them public, or none is called."""
        found = await self._resolve(url.host, url.port or 443)
        if not is_test_origin(endpoint, self._listed) and not all(map(is_public, found)):
            raise NotPublic()
        return found[:MOST_ADDRESSES]


async def _drain(answer: httpx.Response) -> None:
    """A short answer is read to its end, so that the connection can be used again; a long one is left."""
    size = 0
    async for part in answer.aiter_raw():
        size += len(part)
        if size > LONGEST_ANSWER:
            return


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Pusher]:
    """A pusher with connections of its own; proxies named in the environment are not asked to reach inside for us.

    Several clients, because one looks through all its connections at each call: with fifty at once that costs twice as much.
    """
    limits = httpx.Limits(max_connections=20, max_keepalive_connections=10)
    async with AsyncExitStack() as stack:
        clients = [httpx.AsyncClient(timeout=PATIENCE, limits=limits, trust_env=False) for _ in range(CLIENTS)]
        for client in clients:
            await stack.enter_async_context(client)
        yield Pusher(settings, clients)
