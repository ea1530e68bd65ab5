"""The whole city as one file: taken along, and brought back to be checked, compared, and made drafts of."""

import asyncio
from datetime import date
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.catalogue.pack_check import check
from backend.catalogue.pack_read import Fault, PackError, build
from backend.catalogue.pack_write import published_raw
from backend.core.db import Tx
from backend.core.errors import Problem
from backend.core.i18n import _
from backend.core.web import OFFICER, page, read_form, request_tx
from backend.editing.actions import begin_from_pack
from backend.editing.pack_zip import compared, unzipped, zipped
from backend.editing.queries import editing_desks

MOST_BYTES = 10_000_000
MOST_SHOWN = 100


@get("/desk/pack", opt=OFFICER, include_in_schema=False)
async def pack_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    await editing_desks(tx)
    return page(request, tx, "editing/pack.html", problems=[], faults=None, found=None)


@get("/desk/pack.zip", opt=OFFICER, include_in_schema=False)
async def take_along(request: Request) -> Response[bytes]:
    """What is in force now, edits of the desk included."""
    async with request_tx(request) as tx:
        await editing_desks(tx)
        raw, today = await published_raw(tx.db), tx.today
    content = await asyncio.to_thread(zipped, raw)
    headers = {"Content-Disposition": f'attachment; filename="{_name(raw, today)}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/zip", headers=headers)


def _name(raw: dict[str, Any], today: date) -> str:
    return f"pack-{raw['pack']['region']}-{today.isoformat()}.zip"


@post("/desk/pack", opt=OFFICER, include_in_schema=False)
async def look_through(request: Request) -> Response[str]:
    """Checked and compared between two transactions; drafts are begun only if she asked for them and nothing is wrong."""
    async with request_tx(request) as tx:
        await editing_desks(tx)
        now = await published_raw(tx.db)
    form = await read_form(request)
    files = form.files("pack")
    content = await files[0].read() if files else b""
    if not 0 < len(content) <= MOST_BYTES:
        problem = Problem(_("请选一个城市包的 ZIP 文件，最大 10 MB。"), "pack")
        async with request_tx(request) as tx:
            return page(request, tx, "editing/pack.html", status=422, problems=[problem], faults=None, found=None)
    raw, faults = await asyncio.to_thread(_checked, content)
    found = compared(now, raw) if raw else None
    begun: list[str] = []
    async with request_tx(request) as tx:
        if found and raw and form.text("draft") == "yes" and not any(not fault.warning for fault in faults):
            begun = await begin_from_pack(tx, [raw["items"][name] for name in (*found.changed, *found.new)])
        return page(
            request, tx, "editing/pack.html", problems=[], faults=faults[:MOST_SHOWN], left=max(len(faults) - MOST_SHOWN, 0),
            found=found, begun=begun, asked=form.text("draft") == "yes",
        )  # fmt: skip


def _checked(content: bytes) -> tuple[dict[str, Any] | None, list[Fault]]:
    try:
        raw = unzipped(content)
        return raw, check(build(raw))
    except PackError as error:
        return None, sorted(error.faults)


ROUTES = [pack_page, take_along, look_through]
