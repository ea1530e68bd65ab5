"""Papers: PDF/A-2a and PDF/UA-1 with Chinese letters, set by typst from a template under `pwa/print/` and plain data."""

import asyncio
import sys
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
    async with AT_ONCE:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(PRESS), str(PRINT), template, str(FONTS)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={},
        )
        try:
            paper, errors = await asyncio.wait_for(process.communicate(msgspec.json.encode(data)), SECONDS)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode != 0:
        raise Unprintable(errors.decode(errors="replace")[-2000:])
    return paper
