"""One click in a letter: without signing in, and without telling whose letter it was."""

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.web import ANYONE, page
from backend.notifications.matters import NAMES
from backend.notifications.stopping import matter_of_letter, notice_of, stop_letters


@get("/notices/stop/{token:str}", opt=ANYONE, include_in_schema=False)
async def ask(request: Request, tx: NamedDependency[Tx], token: FromPath[str]) -> Response[str]:
    """Asks first: mail programs and virus scanners open links by themselves."""
    return await _page(request, tx, token, done=False)


@post("/notices/stop/{token:str}", opt=ANYONE, include_in_schema=False, status_code=200)
async def stop_mail(request: Request, tx: NamedDependency[Tx], token: FromPath[str]) -> Response[str]:
    """Also for a mail program's own button (RFC 8058), which sends neither cookies nor an origin."""
    await stop_letters(tx, notice_of(tx.vault, token))
    return await _page(request, tx, token, done=True)


async def _page(request: Request, tx: Tx, token: str, *, done: bool) -> Response[str]:
    matter = await matter_of_letter(tx, notice_of(tx.vault, token))
    return page(
        request, tx, "notifications/stop.html", title=NAMES[matter][0], token=token, done=done,
        headers={"Cache-Control": "no-store", "X-Offline": ""},
    )  # fmt: skip


ROUTES = [ask, stop_mail]
