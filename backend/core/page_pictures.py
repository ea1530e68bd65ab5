"""A page of a stored PDF as a picture, drawn in a process of its own: nothing handed in is read by the web process."""

import asyncio
import sys
from pathlib import Path

from backend.core.errors import NotFound

PRESS = Path(__file__).with_name("page_press.py")
SECONDS = 12
_drawing = asyncio.Semaphore(2)


async def drawn(pdf: bytes, page: int) -> bytes:
    """PNG. NotFound: there is no such page, or it cannot be drawn in time."""
    async with _drawing:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(PRESS), str(page)),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env={},
        )  # fmt: skip
        try:
            picture, _errors = await asyncio.wait_for(process.communicate(pdf), SECONDS)
        except TimeoutError:
            picture = b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode or not picture:
        raise NotFound()
    return picture
