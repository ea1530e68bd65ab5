"""Keep child processes alive until told to stop: web and worker beside each other under one parent."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Mapping, Sequence

import msgspec

from backend.core.cluster import die_with_parent

log = logging.getLogger("suishouban.processes")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
HEALTHY = 30.0  # a child that lived this long had started well: its next pause is short again


class Child(msgspec.Struct, frozen=True):
    """`patience`: seconds between asking it to stop and ending it."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    patience: float = 8.0


async def keep(child: Child, stop: asyncio.Event) -> None:
    """Run the child, start it again with growing pauses when it ends by itself, end it when `stop` is set."""
    pause = FIRST_PAUSE
    while not stop.is_set():
        begun = time.monotonic()
        process = await start(child)
        if not await ended(process, stop):
            return await end(process, child.patience)
        pause = FIRST_PAUSE if time.monotonic() - begun > HEALTHY else min(pause * 2, LONGEST_PAUSE)
        log.warning("%s ended with %s; starting it again in %.1f s", child.name, process.returncode, pause)
        await waited(stop, pause)


async def start(child: Child) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *child.command,
        env=dict(child.environ),
        stdin=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in a terminal reaches only the parent, which stops things in order
        preexec_fn=lambda: die_with_parent(signal.SIGTERM),
    )


async def ended(process: asyncio.subprocess.Process, stop: asyncio.Event) -> bool:
    """Wait for the process or for `stop`; whether the process ended by itself."""
    by_itself = asyncio.ensure_future(process.wait())
    told = asyncio.ensure_future(stop.wait())
    await asyncio.wait({by_itself, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if by_itself.done():
        return not stop.is_set()
    by_itself.cancel()
    return False


async def end(process: asyncio.subprocess.Process, patience: float) -> None:
    """Ask it to stop, then end it with everything it started."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), patience)
    except TimeoutError:
        log.warning("process %s did not stop within %.0f s and was ended", process.pid, patience)
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def waited(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but not past `stop`."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
