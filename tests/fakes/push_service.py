"""A push service that is not ours: npm's web-push-testing decrypts what it is sent and checks who signed it."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).resolve().parent
NPM = HERE.parents[1] / "pwa" / "npm.py"


class PushService:
    """`origin` is what PUSH_ALLOWED must list for it."""

    def __init__(self, port: int, client: httpx.AsyncClient) -> None:
        self.origin, self._client = f"http://localhost:{port}", client

    async def subscribe(self, key: str) -> dict[str, Any]:
        """What a browser would get: endpoint, keys {p256dh, auth}, and this service's own clientHash."""
        answer = await self._client.post("/subscribe", data={"userVisibleOnly": "true", "applicationServerKey": key})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def received(self, client_hash: str) -> list[str]:
        """The decrypted messages, oldest first."""
        answer = await self._client.post("/get-notifications", data={"clientHash": client_hash})
        return answer.json()["data"]["messages"]

    async def expire(self, client_hash: str) -> None:
        await self._client.post(f"/expire-subscription/{client_hash}")


def node() -> str:
    """The node of this machine or of PyPI's wheel, with tests/package-lock.json installed."""
    subprocess.run([sys.executable, str(NPM), "install", str(HERE.parent)], check=True)
    sys.path.insert(0, str(NPM.parent))
    try:
        from npm import node_and_npm
    finally:
        sys.path.remove(str(NPM.parent))
    return node_and_npm()[0][0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    port = free_port()
    program = [await asyncio.to_thread(node), str(HERE / "push_service.cjs"), str(port)]
    process = await asyncio.create_subprocess_exec(*program, stdout=subprocess.DEVNULL)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            await _up(client)
            yield PushService(port, client)
    finally:
        process.kill()
        await process.wait()


async def _up(client: httpx.AsyncClient) -> None:
    for _ in range(200):
        try:
            await client.post("/status")
            return
        except httpx.TransportError:
            await asyncio.sleep(0.05)
    raise TimeoutError("the push service did not start")
