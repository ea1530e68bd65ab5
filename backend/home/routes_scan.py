"""扫码: a certificate's code, a helper's, a window's. The telephone reads it, or a photograph of it is read here."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.core.db import Tx
from backend.core.errors import Invalid, Problem, TooMany
from backend.core.i18n import _
from backend.core.pace import photographs
from backend.core.web import ANYONE, network_of, page, read_form, request_tx, see_other
from backend.home.codes import page_of_ours, read_code


@get("/scan", opt=ANYONE, include_in_schema=False)
async def scan(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return _page(request, tx)


@post("/scan", opt=ANYONE, include_in_schema=False)
async def read_photo(request: Request) -> Response[Any]:
    """`photo`: a picture of the code. A page of ours is gone to; anything else is only said. The picture is not kept."""
    async with request_tx(request) as tx:
        if not photographs.allows(network_of(request), tx.now):
            raise TooMany(_("扫得太快了，请过一分钟再扫。"), next_step="/scan", next_say=_("返回"))
        files = (await read_form(request)).files("photo")
    try:
        if not files:
            raise Invalid(Problem(_("请先拍一张二维码的照片。"), "photo"))
        text = await read_code(await files[0].read(), files[0].filename)
    except Invalid as unread:
        async with request_tx(request) as tx:
            return _page(request, tx, problems=unread.problems, status=422)
    if path := page_of_ours(text, request.app.state.settings.public_url, str(request.base_url).rstrip("/")):
        return see_other(path)
    async with request_tx(request) as tx:
        return _page(request, tx, read=text)


def _page(
    request: Request, tx: Tx, *, read: str = "", problems: tuple[Problem, ...] = (), status: int = 200
) -> Response[str]:
    return page(request, tx, "home/scan.html", status=status, read=read, problems=problems)


ROUTES = [scan, read_photo]
