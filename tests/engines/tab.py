"""What one person does in one tab of any browser, said in words every engine understands.

An engine gives the six deeds that differ (`goes`, `evaluate`, `element`, `press`, `write`, `give`); everything a journey
says is built from them here. Clicks and keys are the engine's own input, never JavaScript's.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

PATIENCE = 60.0  # seconds; two cores may be shared with another browser
# The first thing one can tap that shows these words.
TAPPED = """words => [...document.querySelectorAll('main button, main a, main summary, main label, .actions button, .actions a')]
    .find(one => one.checkVisibility() && one.textContent.includes(words))"""


class Tab(ABC):
    """`base` is where the product answers."""

    base = ""

    @abstractmethod
    async def goes(self, address: str) -> None:
        """Loads a page and waits until it is whole; an error page of the browser's own is no exception."""

    @abstractmethod
    async def evaluate(self, expression: str) -> Any:
        """The JSON value of an expression; a promise is waited for."""

    @abstractmethod
    async def element(self, function: str, *arguments: str) -> Any:
        """What the function returns: the engine's handle of an element, or None."""

    @abstractmethod
    async def press(self, element: Any) -> None:
        """A finger or a pointer in the middle of it."""

    @abstractmethod
    async def write(self, element: Any, text: str) -> None:
        """One key after the other, where the element stands."""

    @abstractmethod
    async def give(self, element: Any, file: Path) -> None:
        """Chooses a file in a file field."""

    async def opens(self, path: str) -> None:
        await self.goes(self.base + path)

    async def signs_in(self, handle: str) -> None:
        await self.opens("/sign-in")
        await self.leaves_by(f'button[value="{handle}"]')
        await self.until("location.pathname !== '/sign-in'")

    async def signs_out(self) -> None:
        await self.opens("/me")
        await self.leaves_by("form[action='/sign-out'] button")

    async def signs_out_at_once(self) -> None:
        """From whatever page, before anything that waits can be sent: the form is the same everywhere."""
        await self.evaluate(
            """(() => { const form = Object.assign(document.createElement('form'), { method: 'post', action: '/sign-out' });
                        document.body.append(form); window.before = true; form.submit(); })()"""
        )
        await self.until("!window.before && document.readyState === 'complete'")

    async def taps(self, words: str) -> None:
        await self.press(await self.shown(TAPPED, words))

    async def leaves_by(self, selector: str) -> None:
        """Presses it and waits for the page it leads to."""
        await self._leaves(await self.shown("selector => document.querySelector(selector)", selector))

    async def goes_on(self, words: str) -> None:
        """Taps what shows these words and waits for the page it leads to."""
        await self._leaves(await self.shown(TAPPED, words))

    async def _leaves(self, element: Any) -> None:
        await self.evaluate("void (window.before = true)")
        await self.press(element)
        await self.until("!window.before && document.readyState === 'complete'")

    async def presses(self, selector: str) -> None:
        await self.press(await self.shown("selector => document.querySelector(selector)", selector))

    async def fills(self, selector: str, text: str) -> None:
        field = await self.shown("selector => document.querySelector(selector)", selector)
        await self.evaluate(f"void (document.querySelector({selector!r}).value = '')")
        await self.write(field, text)

    async def reads(self, *sentences: str) -> None:
        for sentence in sentences:
            await self.until(f"document.body.innerText.includes({sentence!r})")

    async def shown(self, function: str, *arguments: str) -> Any:
        """The element, as soon as it is there."""
        deadline = time.monotonic() + PATIENCE
        while (found := await self.element(function, *arguments)) is None:
            assert time.monotonic() < deadline, f"{arguments} is not on this page:\n{await self.looks()}"
            await asyncio.sleep(0.05)
        return found

    async def until(self, condition: str, patience: float = PATIENCE) -> None:
        """While one page gives way to the next there may be nobody to ask."""
        deadline = time.monotonic() + patience
        while not await self._answers(condition):
            assert time.monotonic() < deadline, f"never: {condition}\n{await self.looks()}"
            await asyncio.sleep(0.05)

    async def _answers(self, condition: str) -> bool:
        try:
            return bool(await self.evaluate(f"(async () => Boolean(await ({condition})))()"))
        except Unanswered:
            return False

    async def looks(self) -> str:
        """For whoever reads a red test."""
        try:
            return str(await self.evaluate("location.href + '\\n' + document.body.innerText.slice(0, 2000)"))
        except Unanswered as error:
            return str(error)

    async def path(self) -> str:
        return str(await self.evaluate("location.pathname"))


class Unanswered(Exception):
    """The page threw, or went away while it was asked."""
