"""Papers: PDF/A-2a and PDF/UA-1 with Chinese letters, set by typst from a template under `pwa/print/` and plain data."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import noto_cjk_sans_otc

PRINT = Path(__file__).resolve().parents[2] / "pwa" / "print"
PRESS = Path(__file__).with_name("print_press.py")
FONTS = Path(str(noto_cjk_sans_otc.FONT_PATH)).parent
SECONDS = 30
AT_ONCE = asyncio.Semaphore(2)


class Unprintable(Exception):
    """The template does not take this data; the message is typst's. A fault of ours, never of what a person typed."""


async def printed(template: str, data: Any) -> bytes:
    """The PDF of `pwa/print/<template>` with `data` (anything msgspec writes as JSON; sentences already in the reader's
    language). A process of its own, a fifth of a second: two at a time, and never inside a transaction."""
    return (await printed_together(template, [data]))[0]


async def printed_together(template: str, datas: Sequence[Any]) -> list[bytes]:
    """The same for several papers of one template, in one process: the second and the next cost a tenth of the first."""
    async with AT_ONCE:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(PRESS), str(PRINT), template, str(FONTS)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={},
        )
        try:
            papers, errors = await asyncio.wait_for(process.communicate(msgspec.json.encode(datas)), SECONDS)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode != 0:
        raise Unprintable(errors.decode(errors="replace")[-2000:])
    return list(_apart(papers))


def _apart(papers: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(papers):
        size = int.from_bytes(papers[at : at + 8], "big")
        yield papers[at + 8 : at + 8 + size]
        at += 8 + size
