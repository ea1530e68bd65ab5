"""An identity provider that is not ours: npm's certified oidc-provider. The test's browser says who it is in `login_hint`."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx

from tests.fakes.push_service import HERE, free_port, node

CLIENT, SECRET = "suishouban", "a secret, with % and : in it, 0123456789"


class IdentityProvider:
    """`issuer` is what OIDC_ISSUER must say."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    async def answers(self, address: str, **changed: str) -> str:
        """The browser's way from the sign-in address back to us: path and query. `changed`: parameters it tampers with."""
        url = httpx.URL(address).copy_merge_params(changed)
        async with httpx.AsyncClient(trust_env=False) as browser:
            for _ in range(6):
                answer = await browser.get(url)
                url = url.join(answer.headers["location"])
                if not str(url).startswith(self.issuer):
                    parts = urlsplit(str(url))
                    return urlunsplit(("", "", parts.path, parts.query, ""))
        raise AssertionError("it never came back")


def query_of(address: str) -> dict[str, Any]:
    return {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}


@asynccontextmanager
async def identity_provider(redirect: str) -> AsyncIterator[IdentityProvider]:
    port = free_port()
    program = [await asyncio.to_thread(node), str(HERE / "provider.mjs"), str(port), redirect, SECRET]
    process = await asyncio.create_subprocess_exec(*program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        issuer = f"http://127.0.0.1:{port}"
        await _up(issuer)
        yield IdentityProvider(issuer)
    finally:
        process.kill()
        await process.wait()


async def _up(issuer: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(400):
            try:
                await client.get(f"{issuer}/.well-known/openid-configuration")
                return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    raise TimeoutError("the identity provider did not start")
