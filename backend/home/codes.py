"""What a square code in a photograph says, and whether it leads to a page of ours."""

import asyncio
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

from backend.core.errors import Invalid, Problem
from backend.core.files import PRESS_ENVIRONMENT, press
from backend.core.i18n import _

SECONDS = 8.5
PRESS = Path(__file__).with_name("code_press.py")
NONE_THERE = _("照片里没有看清二维码。请靠近一点、放平、不要反光，再拍一张。")


async def read_code(picture: bytes, filename: str) -> str:
    """The largest code of a photograph; Invalid if it is no photograph or has none."""
    clean = await press(picture, filename)
    if not clean.media_type.startswith("image/"):
        raise Invalid(Problem(_("请拍二维码的照片，PDF 读不了。"), "photo"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(PRESS)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=PRESS_ENVIRONMENT,
    )
    try:
        answer, _errors = await asyncio.wait_for(process.communicate(clean.content), SECONDS)
    except TimeoutError:
        answer = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    texts: list[str] = json.loads(answer or b"[]")
    if not texts:
        raise Invalid(Problem(NONE_THERE, "photo"))
    return texts[0]


def page_of_ours(text: str, *origins: str) -> str | None:
    """The path of an address under one of these origins; None for everything else, which is shown and never followed."""
    parts = urlsplit(text.strip()) if text.isprintable() else urlsplit("")
    if f"{parts.scheme}://{parts.netloc}" not in origins or "\\" in text or parts.path.startswith("//"):
        return None
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
