"""A push service as Mozilla's: browsers hold a websocket to it, senders post to the address it gave them. It never looks inside."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any

from aiohttp import WSMsgType, web


class Autopush:
    """`origin` is what PUSH_ALLOWED must list, `socket` what a browser connects to; `sent` the headers of each message."""

    def __init__(self) -> None:
        self.origin, self.socket = "", ""
        self.channels: dict[str, tuple[web.WebSocketResponse, str]] = {}
        self.sent: list[dict[str, str]] = []
        self.acknowledged = 0

    async def browser(self, request: web.Request) -> web.WebSocketResponse:
        wire = web.WebSocketResponse(protocols=("push-notification",))
        await wire.prepare(request)
        async for message in wire:
            if message.type is WSMsgType.TEXT:
                await self._answer(wire, message.json())
        return wire

    async def _answer(self, wire: web.WebSocketResponse, said: dict[str, Any]) -> None:
        kind = said.get("messageType", "ping")
        answer: dict[str, Any] = {"messageType": kind, "status": 200}
        if kind == "hello":
            answer |= {"uaid": said.get("uaid") or token_hex(16), "use_webpush": True, "broadcasts": {}}
        elif kind in ("register", "unregister"):
            answer["channelID"] = said["channelID"]
            if kind == "register":
                token = token_hex(16)
                self.channels[token] = wire, said["channelID"]
                answer["pushEndpoint"] = f"{self.origin}/push/{token}"
            else:
                self.channels = {key: one for key, one in self.channels.items() if one[1] != said["channelID"]}
        elif kind == "ack":
            self.acknowledged += len(said["updates"])
            return
        await wire.send_json({} if kind == "ping" else answer)

    async def sender(self, request: web.Request) -> web.Response:
        found = self.channels.get(request.match_info["token"])
        if found is None:
            return web.Response(status=410)
        wire, channel = found
        self.sent.append(dict(request.headers))
        sealed = base64.urlsafe_b64encode(await request.read()).rstrip(b"=").decode()
        told = {"messageType": "notification", "channelID": channel, "version": token_hex(16), "ttl": 60}
        await wire.send_json(told | {"data": sealed, "headers": {"encoding": request.headers["Content-Encoding"]}})
        return web.Response(status=201, headers={"Location": f"{self.origin}/message/{token_hex(8)}"})


@asynccontextmanager
async def autopush() -> AsyncIterator[Autopush]:
    service, app = Autopush(), web.Application()
    app.add_routes([web.get("/", service.browser), web.post("/push/{token}", service.sender)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    service.origin, service.socket = f"http://localhost:{port}", f"ws://localhost:{port}/"
    try:
        yield service
    finally:
        await asyncio.shield(runner.cleanup())
