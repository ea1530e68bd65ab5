"""Asking clamd: INSTREAM over its socket. Only jobs do this; nothing is sent anywhere but to the address in CLAMD."""

import asyncio
import re
from contextlib import suppress

from backend.settings import CLAMD

SECONDS = 30.0
PIECE = 64 * 1024
LONGEST_ANSWER = 1024
FOUND = re.compile(rb"stream: \S.* FOUND")


class NoAnswer(Exception):
    """It cannot be reached, takes too long, or says something that is neither yes nor no."""


async def is_clean(address: str, content: bytes) -> bool:
    """False if it found something; NoAnswer if it did not say."""
    try:
        async with asyncio.timeout(SECONDS):
            said = await _asked(address, content)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise NoAnswer(type(error).__name__) from error
    if said == b"stream: OK":
        return True
    if FOUND.fullmatch(said):
        return False
    raise NoAnswer("neither yes nor no")


async def _asked(address: str, content: bytes) -> bytes:
    reader, writer = await _connected(address)
    try:
        writer.write(b"zINSTREAM\0")
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            writer.write(len(piece).to_bytes(4, "big") + piece)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        return (await reader.readuntil(b"\0"))[:-1]
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _connected(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    named = CLAMD.fullmatch(address)
    assert named, "settings.load has checked it"
    if named["path"]:
        return await asyncio.open_unix_connection(named["path"], limit=LONGEST_ANSWER)
    return await asyncio.open_connection(named["host"].strip("[]"), int(named["port"]), limit=LONGEST_ANSWER)
