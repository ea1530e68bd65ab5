"""Text messages through a gateway: signed requests, our own reference, and what nobody knows is not sent again.

The gateway is the deployment's own adapter over its operator's interface: POST JSON {"to", "text", "reference"} with
`X-Timestamp` (Unix seconds) and `X-Signature`, the HMAC-SHA256 in hexadecimal of "<timestamp>.<body>" under SMS_KEY.
In the demo without a gateway the text is printed by the worker, so that one can go on.
"""

import hashlib
import hmac
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec

from backend.notifications.messenger import Messenger
from backend.notifications.model import SENT, Answer, Sending
from backend.settings import Settings

PATIENCE = httpx.Timeout(10, connect=5)


class Gateway:
    """Hands one text over; `send` never raises for what the other side does."""

    def __init__(self, url: str, key: str, client: httpx.AsyncClient) -> None:
        self._url, self._key, self._client = url, key.encode(), client

    async def send(self, to: str, text: str, reference: str) -> Answer:
        body = msgspec.json.encode({"to": to, "text": text, "reference": reference})
        try:
            answer = await self._client.post(self._url, content=body, headers=self.signed(body, str(int(time.time()))))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Answer(state=Sending.RETRY, problem=f"gateway not reached: {type(error).__name__}")
        except httpx.HTTPError as error:
            return Answer(state=Sending.UNKNOWN, problem=f"no answer from the gateway: {type(error).__name__}")
        return _judged(answer.status_code)

    def signed(self, body: bytes, at: str) -> dict[str, str]:
        signature = hmac.new(self._key, at.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "X-Timestamp": at, "X-Signature": signature}


class Printed:
    """The demo's gateway: this machine's own terminal."""

    async def send(self, to: str, text: str, reference: str) -> Answer:
        sys.stdout.write(f"[短信 → {to}] {text}\n")
        sys.stdout.flush()
        return SENT


def _judged(status: int) -> Answer:
    if 200 <= status < 300:
        return SENT
    again = status == 429 or status >= 500
    return Answer(state=Sending.RETRY if again else Sending.FAILED, problem=f"gateway said {status}")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Messenger | None]:
    """None where text messages cannot be sent at all."""
    if settings.sms_url:
        async with httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False) as client:
            yield Gateway(settings.sms_url, settings.sms_key or "", client)
    else:
        yield Printed() if settings.demo else None
