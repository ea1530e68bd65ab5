"""An operator's gateway for text messages on this machine: checks the signature, keeps what came, and has moods."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

KEY = "a-key-between-two-offices"


class SmsGateway:
    """`texts` is what it has taken. `mood`: kind, a status it answers, or drops (takes it and hangs up)."""

    def __init__(self) -> None:
        self.texts: list[dict[str, str]] = []
        self.mood = "kind"
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/send"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(int(headers["content-length"]))
        status = self._judge(headers, body)
        if self.mood != "drops":
            writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        writer.close()

    def _judge(self, headers: dict[str, str], body: bytes) -> int:
        signed = hmac.new(KEY.encode(), headers["x-timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signed, headers["x-signature"]):
            return 401
        if self.mood.isdigit():
            return int(self.mood)
        self.texts.append(json.loads(body))
        return 200


@asynccontextmanager
async def sms_gateway() -> AsyncIterator[SmsGateway]:
    gateway = SmsGateway()
    server = await asyncio.start_server(gateway.serve, "127.0.0.1", 0)
    gateway.port = server.sockets[0].getsockname()[1]
    try:
        yield gateway
    finally:
        server.close()
