"""A register over HTTP: signed questions, verified answers, a little patience, and nothing believed that cannot be checked.

POST JSON {"request", "register", "subject": {"kind", "identity"}, "facts", "purpose", "basis"}, answered by {"request",
"records": [{"as_of", "facts"}]}; both signed (`signatures.py`). A person's number never stands in an address or a log.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
import msgspec

from backend.catalogue.model import Pack
from backend.core.addresses import NotPublic, Resolve, addresses, is_public
from backend.core.db import SHANGHAI, wall_clock
from backend.core.retry_after import seconds_asked
from backend.registers.endpoints import Endpoint, endpoints_of
from backend.registers.model import Question, Told, Unknown
from backend.registers.rules import Answer, told_of, wait_asked
from backend.registers.signatures import Stamp, signed_request, verified_answer
from backend.settings import Settings

log = logging.getLogger("suishouban.registers")

TRIES = 2
JITTER = (0.05, 0.4)  # seconds between two tries
LONGEST_ANSWER = 256 * 1024
MOST_ADDRESSES = 4
Clock = Callable[[], datetime]


class _TryAgain(Exception):
    """What another try a moment later may put right; `str()` is its kind."""


class HttpRegister:
    """The door of one register. `ask` never raises for what the other side does: a question has an answer, or its answer is unknown."""

    def __init__(
        self,
        endpoint: Endpoint,
        client: httpx.AsyncClient,
        pack: Pack,
        clock: Clock = wall_clock,
        resolve: Resolve = addresses,
    ) -> None:
        self._endpoint, self._client, self._pack, self._clock, self._resolve = endpoint, client, pack, clock, resolve

    async def ask(self, question: Question) -> Told | Unknown:
        said = ""
        for number in range(TRIES):
            if number:
                await asyncio.sleep(random.uniform(*JITTER))  # noqa: S311
            try:
                async with asyncio.timeout(self._endpoint.patience):
                    return await self._once(question)
            except NotPublic:
                log.warning("register %s leads to an address that is not its own", question.register)
                return Unknown("outage", said="address")
            except _TryAgain as error:
                said = str(error)
            except (httpx.HTTPError, OSError, TimeoutError) as error:
                said = type(error).__name__
        return Unknown("outage", said=said)

    async def _once(self, question: Question) -> Told | Unknown:
        body = msgspec.json.encode(_asked(question))
        stamp = Stamp(int(self._clock().timestamp()), secrets.token_urlsafe(18), self._endpoint.key_id)
        headers = signed_request("POST", self._endpoint.url, body, stamp, self._endpoint.signs)
        status, said, content = await self._post(body, headers)
        if status in (429, 503):
            wait = wait_asked(seconds_asked(said.get("retry-after", ""), self._clock()))
            return Unknown("outage", wait, said=str(status))
        if status >= 500:
            raise _TryAgain(str(status))
        if status != 200:
            return Unknown("outage", said=str(status))
        now = self._clock()
        if not verified_answer(status, said, content, self._endpoint.verifies, stamp.nonce, now):
            log.warning("register %s answered without its signature to this question", question.register)
            return Unknown("outage", said="signature")
        return self._read(content, question, now)

    def _read(self, content: bytes, question: Question, now: datetime) -> Told | Unknown:
        try:
            answer = msgspec.json.decode(content, type=Answer)
        except (msgspec.ValidationError, msgspec.DecodeError, RecursionError):
            return Unknown("outage", said="schema")
        if answer.request != str(question.id) or any(record.as_of.tzinfo is None for record in answer.records):
            return Unknown("outage", said="schema")
        return told_of(answer, question, self._pack, now, now.astimezone(SHANGHAI).date())

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        """To an address that was checked, not to whatever the name means a moment later; TLS still asks for the name."""
        url = httpx.URL(self._endpoint.url)
        request = self._client.build_request(
            "POST",
            url.copy_with(host=await self._address(url)),
            content=body,
            headers={**headers, "Host": url.netloc.decode(), "Accept": "application/json"},
            extensions={"sni_hostname": url.host},
        )
        answer = await self._client.send(request, stream=True, follow_redirects=False)
        try:
            return answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, await _short(answer)
        finally:
            await answer.aclose()

    async def _address(self, url: httpx.URL) -> str:
        """One of its addresses, all of which must be where the operator says that it lives."""
        port = url.port or (443 if url.scheme == "https" else 80)
        found = (await self._resolve(url.host, port))[:MOST_ADDRESSES]
        if not all(self._endpoint.may_lead_to(one, is_public(one)) for one in found):
            raise NotPublic()
        return random.choice(found)  # noqa: S311


def _asked(question: Question) -> dict[str, object]:
    return {
        "request": str(question.id),
        "register": question.register,
        "subject": {"kind": question.kind, "identity": question.identity},
        "facts": question.facts,
        "purpose": question.purpose,
        "basis": question.basis,
    }


async def _short(answer: httpx.Response) -> bytes:
    """The whole body; what is longer than any answer is, is none."""
    content = b""
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > LONGEST_ANSWER:
            raise _TryAgain("too long")
    return content


class Doors:
    """Every register that is asked over the network, over connections that all jobs of a worker share."""

    def __init__(self, endpoints: Mapping[str, Endpoint], client: httpx.AsyncClient) -> None:
        self.endpoints, self._client = endpoints, client

    def door(self, register: str, pack: Pack, clock: Clock) -> HttpRegister | None:
        endpoint = self.endpoints.get(register)
        return HttpRegister(endpoint, self._client, pack, clock) if endpoint else None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Doors]:
    """Proxies named in the environment are not asked to reach inside for us."""
    limits = httpx.Limits(max_connections=40, max_keepalive_connections=20)
    async with httpx.AsyncClient(timeout=30, limits=limits, trust_env=False) as client:
        yield Doors(endpoints_of(settings), client)
