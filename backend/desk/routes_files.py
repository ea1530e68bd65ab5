"""The materials of a case on the desk: opened one by one, each look an event, then shown page by page."""

from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.cases.queries import case_for
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.files import open_file
from backend.core.page_pictures import drawn
from backend.core.web import OFFICER, request_tx, see_other
from backend.desk.looking import look_at_file, opened_today


@post("/desk/cases/{number:str}/files/{file_id:uuid}/look", opt=OFFICER, include_in_schema=False)
async def look(tx: NamedDependency[Tx], number: FromPath[str], file_id: FromPath[UUID]) -> Response[None]:
    case = await case_for(tx.db, tx.viewer, number)
    await look_at_file(tx, case, file_id)
    return see_other(f"/desk/cases/{case.number}?file={file_id}#viewer")


@get("/desk/cases/{number:str}/files/{file_id:uuid}/pages/{page:int}", opt=OFFICER, include_in_schema=False)
async def show_page(
    request: Request, number: FromPath[str], file_id: FromPath[UUID], page: FromPath[int]
) -> Response[bytes]:
    """A photograph as it is, a page of a PDF drawn as a picture between the transactions. 404 until she opened it today."""
    async with request_tx(request) as tx:
        case = await case_for(tx.db, tx.viewer, number)
        if file_id not in await opened_today(tx, case):
            raise NotFound()
        file = await open_file(tx, request.app.state.files, file_id)
    pdf = file.media_type == "application/pdf"
    if not pdf and page != 1:
        raise NotFound()
    content = await drawn(file.content, page) if pdf else file.content
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": "inline",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(content, media_type="image/png" if pdf else file.media_type, headers=headers)


ROUTES = [look, show_page]
