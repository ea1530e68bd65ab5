"""Debian's Firefox, driven by WebDriver BiDi over its own websocket: no driver binary between us.

async with firefox(prefs) as fox:
    tab = await fox.tab(base)      # a person with cookies, caches and permissions of her own
"""

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

from tests.browsers import FIREFOX
from tests.engines.tab import Tab, Unanswered

WIDTH, HEIGHT, DENSITY = 390, 844, 2
# Nobody else's server is asked for anything.
QUIET = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "intl.accept_languages": "zh-CN",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.server": "",
}


def system_firefox() -> str | None:
    return next(filter(None, map(shutil.which, FIREFOX)), None)


class Firefox:
    """One browser; `call` is one command of the protocol."""

    def __init__(self, wire: ClientWebSocketResponse) -> None:
        self._wire, self._asked, self._number = wire, {}, 0
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for message in self._wire:
            said = json.loads(message.data)
            if (asked := self._asked.pop(said.get("id"), None)) and not asked.done():
                asked.set_result(said)

    async def call(self, method: str, **params: Any) -> Any:
        self._number += 1
        answer = self._asked[self._number] = asyncio.get_running_loop().create_future()
        await self._wire.send_json({"id": self._number, "method": method, "params": params})
        said = await asyncio.wait_for(answer, 60)
        if said["type"] == "error":
            raise Unanswered(f"{method}: {said['message']}")
        return said["result"]

    async def tab(self, base: str) -> "FirefoxTab":
        """A tab of a user context of its own, the size of a telephone."""
        person = (await self.call("browser.createUserContext"))["userContext"]
        return await self.tab_of(base, person)

    async def tab_of(self, base: str, person: str) -> "FirefoxTab":
        """One more tab of the same person."""
        made = await self.call("browsingContext.create", type="tab", userContext=person)
        size = {"width": WIDTH, "height": HEIGHT}
        await self.call("browsingContext.setViewport", context=made["context"], viewport=size, devicePixelRatio=DENSITY)
        return FirefoxTab(self, made["context"], base, person)

    async def in_chrome(self, expression: str) -> Any:
        """Evaluated in the browser's own window: for what a person does outside the page, such as tapping a notification."""
        windows = await self.call("browsingContext.getTree", **{"moz:scope": "chrome"})
        return await _evaluated(self, windows["contexts"][0]["context"], expression)

    async def goes_offline(self, offline: bool) -> None:
        """The browser's own "work offline": its pages, its workers and its push connection."""
        await self.in_chrome(f"void (Services.io.offline = {json.dumps(offline)})")

    async def close(self) -> None:
        self._listening.cancel()


class FirefoxTab(Tab):
    def __init__(self, fox: Firefox, context: str, base: str, person: str) -> None:
        self.fox, self.context, self.base, self.person = fox, context, base, person

    async def goes(self, address: str) -> None:
        await self.fox.call("browsingContext.navigate", context=self.context, url=address, wait="complete")

    async def goes_back(self) -> None:
        await self.fox.call("browsingContext.traverseHistory", context=self.context, delta=-1)

    async def evaluate(self, expression: str) -> Any:
        return await _evaluated(self.fox, self.context, expression)

    async def element(self, function: str, *arguments: str) -> dict[str, str] | None:
        said = await self.fox.call(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[{"type": "string", "value": one} for one in arguments],
            target={"context": self.context},
            awaitPromise=False,
        )
        found = said.get("result", {}).get("sharedId")
        return {"sharedId": found} if found else None

    async def press(self, element: dict[str, str]) -> None:
        await self._scrolls_to(element)
        there = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        finger = {
            "type": "pointer",
            "id": "finger",
            "parameters": {"pointerType": "touch"},
            "actions": [there, down, up],
        }
        await self.fox.call("input.performActions", context=self.context, actions=[finger])

    async def _scrolls_to(self, element: dict[str, str]) -> None:
        await self.fox.call(
            "script.callFunction",
            functionDeclaration="one => one.scrollIntoView({ block: 'center', behavior: 'instant' })",
            arguments=[element],
            target={"context": self.context},
            awaitPromise=False,
        )

    async def write(self, element: dict[str, str], text: str) -> None:
        await self.press(element)
        strokes = [{"type": kind, "value": sign} for sign in text for kind in ("keyDown", "keyUp")]
        keys = {"type": "key", "id": "keys", "actions": strokes}
        await self.fox.call("input.performActions", context=self.context, actions=[keys])

    async def give(self, element: dict[str, str], file: Path) -> None:
        await self.fox.call("input.setFiles", context=self.context, element=element, files=[str(file)])


async def _evaluated(fox: Firefox, context: str, expression: str) -> Any:
    said = await fox.call(
        "script.evaluate",
        expression=f"(async () => JSON.stringify(await ({expression})))()",
        target={"context": context},
        awaitPromise=True,
    )
    if said["type"] == "exception":
        raise Unanswered(said["exceptionDetails"]["text"])
    return json.loads(said["result"].get("value") or "null")


@asynccontextmanager
async def firefox(**prefs: object) -> AsyncIterator[Firefox]:
    """A new profile with these preferences, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True) as profile:
        lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in (QUIET | prefs).items()]
        await asyncio.to_thread(Path(profile, "user.js").write_text, "\n".join(lines))
        arguments = ("--headless", "--no-remote", "--remote-debugging-port", "0", "--remote-allow-system-access")
        process = await asyncio.create_subprocess_exec(
            *(system_firefox() or "firefox", *arguments, "--profile", profile, "about:blank"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            address = await asyncio.wait_for(_address(process.stderr), 60)
            async with ClientSession() as session, session.ws_connect(f"{address}/session", max_msg_size=0) as wire:
                fox = Firefox(wire)
                await fox.call("session.new", capabilities={})
                yield fox
                await fox.close()
        finally:
            process.terminate()
            await process.wait()


async def _address(said: asyncio.StreamReader | None) -> str:
    assert said is not None
    async for line in said:
        if found := re.search(r"listening on (ws://\S+)", line.decode()):
            return found[1]
    raise AssertionError("Firefox did not start")
