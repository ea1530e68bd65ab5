"""Papers: PDF/A-2a and PDF/UA-1 with Chinese letters, set by typst from a template under `pwa/print/` and plain data."""

import asyncio
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import msgspec
import noto_cjk_sans_otc

PRINT = Path(__file__).resolve().parents[2] / "pwa" / "print"
PRESS = Path(__file__).with_name("print_press.py")
FONTS = Path(str(noto_cjk_sans_otc.FONT_PATH)).parent
SECONDS = 30
MOST = 20  # papers in one run of the press


class Unprintable(Exception):
    """The template does not take this data; the message is typst's. A fault of ours, never of what a person typed."""


async def printed(template: str, data: Any) -> bytes:
    """The PDF of `pwa/print/<template>` with `data` (anything msgspec writes as JSON; sentences already in the reader's
    language). A process of its own, a fifth of a second: two at a time, and never inside a transaction.

    Whatever is asked for while the press is busy is printed together afterwards: the second and the next paper of a run cost
    a tenth of the first. One that cannot be printed spoils no other.
    """
    loop = asyncio.get_running_loop()
    press, wanted = _presses.setdefault(loop, Press()), Wanted(data, loop.create_future())
    line = press.lines.setdefault(template, deque())
    line.append(wanted)
    async with press.at_once:
        if line and not wanted.paper.done():
            run = [line.popleft() for _ in range(min(MOST, len(line)))]
            # Others wait for theirs even if this one leaves.
            await asyncio.shield(asyncio.ensure_future(_run(template, run)))
    return await wanted.paper


class Wanted(NamedTuple):
    """A paper somebody waits for."""

    data: Any
    paper: asyncio.Future[bytes]


class Press:
    """Of one event loop: who waits for which template."""

    def __init__(self) -> None:
        self.lines: dict[str, deque[Wanted]] = {}
        self.at_once = asyncio.Semaphore(2)


_presses: WeakKeyDictionary[asyncio.AbstractEventLoop, Press] = WeakKeyDictionary()


async def _run(template: str, wanted: list[Wanted]) -> None:
    try:
        papers = await printed_together(template, [one.data for one in wanted])
    except Unprintable as failure:
        if len(wanted) == 1:
            return _told(wanted, failure)
        for one in wanted:
            await _run(template, [one])
    except Exception as failure:
        _told(wanted, failure)
    else:
        for one, paper in zip(wanted, papers, strict=True):
            if not one.paper.done():
                one.paper.set_result(paper)


def _told(wanted: list[Wanted], failure: Exception) -> None:
    for one in wanted:
        if not one.paper.done():
            one.paper.set_exception(failure)


async def printed_together(template: str, datas: Sequence[Any]) -> list[bytes]:
    """Several papers of one template in one process: all of them, or Unprintable."""
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
