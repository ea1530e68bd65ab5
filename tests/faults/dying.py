"""A worker that is killed at a point one names: a forked process that sends what is due on one channel and, there, kills itself.

The points are steps of `backend/notifications/outgoing.py`. They are laid around its functions in that process alone, so nothing
in the product knows of them: `python -m tests.faults.kills` kills at random, this at each place where something half done could be.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

from backend.core.db import open_pool
from backend.core.jobs import Work
from backend.notifications import on_paper_and_phone, outgoing, ways
from backend.notifications.journal import Journal
from backend.notifications.model import Channel
from backend.notifications.outgoing import Sender
from backend.notifications.ways import WAYS, Way
from tests.cases.town import Town

TAKEN, HANDED, LAID, SENT, JOURNALED, SETTLED = "taken", "handed", "laid", "sent", "journaled", "settled"


async def killed_at(point: str, town: Town, work: Work, channel: Channel) -> bool:
    """Whether it came to that point; this process stays, with the other side's servers in it."""
    process = os.fork()
    if process == 0:
        try:
            asyncio.run(_work(point, town, work, channel))
        finally:
            os._exit(0)
    _, status = await asyncio.to_thread(os.waitpid, process, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


async def _work(point: str, town: Town, work: Work, channel: Channel) -> None:
    own = Work(await open_pool(town.settings.login("worker")), town.vault, town.settings, work.clock)
    sender = Sender(own, channel, _way(point, WAYS[channel]), Journal(town.settings.data / "outgoing", channel))
    _lay(point)
    await sender.round()
    await sender.finished()


def _way(point: str, way: Way) -> Way:
    return Way(way.slots, way.tasks, _deadly(way.send)) if point == SENT else way


def _lay(point: str) -> None:
    """After which function it dies."""
    after: dict[str, list[tuple[Any, str]]] = {
        TAKEN: [(outgoing, "claim")],
        HANDED: [(ways, "handing"), (on_paper_and_phone, "handing")],
        LAID: [(on_paper_and_phone, "queue_letter")],
        JOURNALED: [(Journal, "keep")],
        SETTLED: [(outgoing, "_say")],
    }
    for place, name in after.get(point, []):
        setattr(place, name, _deadly(getattr(place, name)))


def _deadly(step: Callable[..., Any]) -> Callable[..., Any]:
    if not asyncio.iscoroutinefunction(step):
        return lambda *args: (step(*args), os.kill(os.getpid(), signal.SIGKILL))

    async def taken(*args: Any) -> None:
        await step(*args)
        os.kill(os.getpid(), signal.SIGKILL)

    return taken
