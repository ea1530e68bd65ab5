"""A photo or a PDF shared to the app from another one: which material of hers is it?"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.cart.actions import lock_draft
from backend.cart.forms import id_in, speaker_of
from backend.cart.handing_in import Given, kept_of, pressed_of
from backend.cart.materials import attach, need_named, room_for
from backend.cart.queries import open_draft
from backend.cart.sharing import MOST, shared_files
from backend.cases.queries import cases_of
from backend.cases.states import State
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.i18n import _
from backend.core.web import PERSON, page, read_form, request_tx, see_other


@post("/share", opt=PERSON, include_in_schema=False)
async def take_in(request: Request) -> Response[Any]:
    """`file`: one or several. They are kept for her and belong to nothing until she says what they are; after three days what
    still belongs to nothing goes (docs/files.md). What cannot be kept is told, each with why."""
    async with request_tx(request):
        given = Given((await read_form(request)).files("file")[:MOST], [])
    handed, problems = await pressed_of(given, request.app.state.files, "file")
    async with request_tx(request) as tx:
        files = await kept_of(tx, request.app.state.files, handed)
        if not files and not problems:
            problems = (Problem(_("没有收到照片或 PDF。请在相册或文件里选好，再分享一次。"), "file"),)
        return await _asked(request, tx, files, problems) if problems else see_other(_address(files))


@get("/share", opt=PERSON, include_in_schema=False)
async def ask(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """`file`: what came in. Without any, what waits on the phone is on its way (js/kept.js)."""
    return await _asked(request, tx, [id_in(text) for text in request.query_params.getall("file", [])])


@post("/share/place", opt=PERSON, include_in_schema=False)
async def place(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """One tap: the ticked files (`file`) become pages of `material`. What was not ticked (`all`) is asked about next."""
    form = await read_form(request)
    files, shared = [id_in(text) for text in form.all("file")], [id_in(text) for text in form.all("all")]
    if not files:
        return await _asked(request, tx, shared, (Problem(_("请先勾上要放进去的文件。"), "file"),))
    await shared_files(tx, files)
    draft = await lock_draft(tx, id_in(form.text("cart")))
    need = need_named(draft, form.text("material"))
    try:
        room_for(need, len(files))
    except Invalid as full:
        return await _asked(request, tx, shared, full.problems)
    await attach(tx, draft, need, files)
    left = [file for file in shared if file not in files]
    return see_other(_address(left) if left else f"/cart/materials#{need.name}")


def _address(files: list[UUID]) -> str:
    return "/share?" + urlencode([("file", str(file)) for file in files])


async def _asked(request: Request, tx: Tx, ids: list[UUID], problems: tuple[Problem, ...] = ()) -> Response[str]:
    files = await shared_files(tx, ids)
    draft = await open_draft(tx) if files else None
    speaker = speaker_of(tx, draft) if draft else None
    needs = [speaker.need(need) for need in draft.sheet.materials if need.handed_in] if draft and speaker else []
    fitting = [need for need in needs if need.upload and (need.way == "" or need.files)]
    return page(
        request,
        tx,
        "cart/share.html",
        status=422 if problems else 200,
        files=files,
        draft=draft,
        lacking=[need for need in fitting if not need.files],
        begun=[need for need in fitting if need.files],
        correcting=[case for case in await cases_of(tx.db, tx.viewer) if case.state is State.CORRECTING],
        problems=problems,
    )


ROUTES = [take_in, ask, place]
