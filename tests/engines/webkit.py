"""Debian's WebKitGTK, nearest to an iPhone's Safari, driven by its own W3C WebDriver on a screen that nobody sees.

WebKit knows neither Background Sync nor Web Push here: what the product does without them is what is tried.
"""

import asyncio
import os
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.browser.town import free_port
from tests.browsers import WEBKIT
from tests.engines.tab import Tab, Unanswered

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # how WebDriver writes an element in JSON
WINDOWS = ("/usr/lib", "/usr/libexec", "/usr/lib64")
SIZE = {"width": 390, "height": 844}  # GTK makes it 447 wide


def mini_browser() -> str | None:
    """The window that WebKitGTK's driver opens, where everything it needs is installed."""
    if not all(map(shutil.which, WEBKIT)):
        return None
    found = (path for root in WINDOWS for path in Path(root).glob("**/webkit*/MiniBrowser"))
    return str(next(found, "")) or None


class WebKitTab(Tab):
    """The one window of one browser, and so one person."""

    def __init__(self, session: ClientSession, name: str, base: str) -> None:
        self._session, self._name, self.base = session, name, base

    async def _call(self, method: str, path: str, **body: Any) -> Any:
        sent = body if method == "POST" else None
        async with self._session.request(method, f"/session/{self._name}{path}", json=sent) as answer:
            value = (await answer.json())["value"]
        if answer.status != 200:
            raise Unanswered(f"{path}: {value['error']} {value['message']}")
        return value

    async def goes(self, address: str) -> None:
        await self._call("POST", "/url", url=address)

    async def evaluate(self, expression: str) -> Any:
        script = f"return (async () => JSON.stringify(await ({expression}) ?? null))().then(JSON.parse)"
        return await self._call("POST", "/execute/sync", script=script, args=[])

    async def element(self, function: str, *arguments: str) -> dict[str, str] | None:
        found = await self._call("POST", "/execute/sync", script=f"return ({function})(...arguments)", args=arguments)
        return found and {ELEMENT: found[ELEMENT]}

    async def press(self, element: dict[str, str]) -> None:
        """While one page still fades into the next, nothing can be hit: a person waits for it, too."""
        middle = """const [one] = arguments; one.scrollIntoView({ block: 'center', behavior: 'instant' });
            const { x, y, width, height } = one.getBoundingClientRect();
            return document.elementFromPoint(x + width / 2, y + height / 2) !== document.documentElement"""
        for _ in range(200):
            if await self._call("POST", "/execute/sync", script=middle, args=[element]):
                break
            await asyncio.sleep(0.05)
        await self._call("POST", f"/element/{element[ELEMENT]}/click")

    async def write(self, element: dict[str, str], text: str) -> None:
        await self._call("POST", f"/element/{element[ELEMENT]}/value", text=text)

    async def give(self, element: dict[str, str], file: Path) -> None:
        await self._call("POST", f"/element/{element[ELEMENT]}/value", text=str(file))


def certificate_of_localhost(folder: Path) -> ssl.SSLContext:
    """Signed by itself, for a day: WebKit keeps the cookies of a signed-in person only where the line is sealed."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    both = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    (folder / "localhost.pem").write_bytes(both)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "localhost.pem")
    return context


@asynccontextmanager
async def webkit() -> AsyncIterator[WebKitTab]:
    async with AsyncExitStack() as stack:
        display = await stack.enter_async_context(_screen())
        port = free_port()
        environ = os.environ | {"DISPLAY": display, "LIBGL_ALWAYS_SOFTWARE": "1"}
        await stack.enter_async_context(_process("WebKitWebDriver", f"--port={port}", env=environ))
        session = await stack.enter_async_context(ClientSession(f"http://127.0.0.1:{port}"))
        await _up(session)
        wanted: dict[str, Any] = {"acceptInsecureCerts": True}
        wanted["webkitgtk:browserOptions"] = {"binary": mini_browser(), "args": ["--automation"]}
        async with session.post("/session", json={"capabilities": {"alwaysMatch": wanted}}) as answer:
            tab = WebKitTab(session, (await answer.json())["value"]["sessionId"], "")
        await tab._call("POST", "/window/rect", **SIZE)
        yield tab
        await tab._call("DELETE", "")


@asynccontextmanager
async def _process(*command: str, **more: Any) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL, **more)
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _screen() -> AsyncIterator[str]:
    told = ("Xvfb", "-displayfd", "1", "-screen", "0", "800x1000x24", "-nolisten", "tcp")
    async with _process(*told, stdout=asyncio.subprocess.PIPE) as screen:
        assert screen.stdout is not None
        yield ":" + (await screen.stdout.readline()).decode().strip()


async def _up(session: ClientSession) -> None:
    for _ in range(600):
        try:
            async with session.get("/status"):
                return
        except ClientError:
            await asyncio.sleep(0.05)
    raise TimeoutError("WebKit's driver did not start")
