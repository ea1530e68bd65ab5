"""Looking at a file that was handed in."""

from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.files import StoredFile, open_file, open_preview
from backend.core.web import ACCOUNT
from backend.files.sight import covered

PROTECTED = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@get("/files/{file_id:uuid}", opt=ACCOUNT, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], file_id: FromPath[UUID]) -> Response[bytes]:
    """The file itself, for whoever may see it; everybody else gets the same 404 as for one that does not exist."""
    await _opened_first(tx, file_id)
    file = await open_file(tx, request.app.state.files, file_id)
    return Response(file.content, media_type=file.media_type, headers=_headers(file))


@get("/files/{file_id:uuid}/preview", opt=ACCOUNT, include_in_schema=False)
async def preview(request: Request, tx: NamedDependency[Tx], file_id: FromPath[UUID]) -> Response[bytes]:
    """A photograph small enough for a list; the whole one where there is no small one."""
    await _opened_first(tx, file_id)
    if small := await open_preview(tx, file_id):
        return Response(small, media_type="image/jpeg", headers=PROTECTED)
    file = await open_file(tx, request.app.state.files, file_id)
    return Response(file.content, media_type=file.media_type, headers=_headers(file))


async def _opened_first(tx: Tx, file_id: UUID) -> None:
    """An officer opens the files of her cases at the desk, where each look is kept."""
    if tx.viewer.officer and await covered(tx, file_id):
        raise NotFound()


def _headers(file: StoredFile) -> dict[str, str]:
    """Photographs are shown in place, a PDF is saved: nothing uploaded ever runs under our address."""
    shown = "attachment" if file.media_type == "application/pdf" else "inline"
    return {"Content-Disposition": f"{shown}; filename*=UTF-8''{quote(file.name, safe='')}", **PROTECTED}


ROUTES = [show, preview]
