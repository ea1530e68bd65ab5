"""Materials of the cart as JSON: handed in as a multipart form, taken back one by one."""

from uuid import UUID

from litestar import Request, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.cart.actions import lock_draft
from backend.cart.api_views import SheetView, draft_for, sheet_view
from backend.cart.handing_in import given_in, kept_of, pressed_of
from backend.cart.materials import attach, detach, need_named, room_for
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.i18n import _
from backend.core.web import PERSON, read_form, request_tx


@post("/api/v1/cart/materials", opt=PERSON, tags=["cart"], status_code=201)
async def hand_in(request: Request) -> SheetView:
    """A multipart form: `material` names the entry, `file` one or several photos or PDFs, `upload` the ids of such as were
    sent ahead in pieces. All are kept or none; the same `file` again is a further page, the same `upload` is not. Checked
    between two transactions, as on the page."""
    async with request_tx(request) as tx:
        form = await read_form(request)
        need = need_named(await draft_for(tx), form.text("material"))
        given = await given_in(tx, form)
        room_for(need, len(given))
    handed, problems = await pressed_of(given, request.app.state.files, need.name)
    if problems or not handed:
        raise Invalid(*(problems or (Problem(_("还没有选照片或文件。"), "file"),)))
    async with request_tx(request) as tx:
        draft = await lock_draft(tx)
        need = need_named(draft, need.name)
        room_for(need, len(handed))
        await attach(tx, draft, need, await kept_of(tx, request.app.state.files, handed))
        return await sheet_view(request, tx, await draft_for(tx))


@delete("/api/v1/cart/materials/{name:str}/{file_id:uuid}", opt=PERSON, tags=["cart"], status_code=204)
async def take_back(tx: NamedDependency[Tx], name: FromPath[str], file_id: FromPath[UUID]) -> None:
    draft = await lock_draft(tx)
    await detach(tx, draft, need_named(draft, name), file_id)


ROUTES = [hand_in, take_back]
