"""Opening a document, and finding out whether a paper is genuine: a document, or a certificate (verify_certificate.py)."""

import asyncio
import hashlib
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.cases.issued import STANDINGS
from backend.certificates.genuine import found_at
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem, TooMany
from backend.core.i18n import _
from backend.core.pace import looks
from backend.core.signature import check
from backend.core.web import ACCOUNT, ANYONE, network_of, page, paper, read_form, request_tx
from backend.documents import routes_desk
from backend.documents.content import day_in_words
from backend.documents.model import Shown
from backend.documents.queries import open_document, shown_at
from backend.documents.verify_certificate import answer_page, asking_page

FILES_AN_HOUR = 30


@get("/documents/{document:uuid}", opt=ACCOUNT, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], document: FromPath[UUID]) -> Response[bytes]:
    """The PDF itself, for whoever may see its case; the same 404 for everybody else."""
    opened = await open_document(tx, request.app.state.files, document)
    return paper(opened.content, opened.name)


@get("/verify/{token:str}", opt=ANYONE, include_in_schema=False)
async def verify(request: Request, tx: NamedDependency[Tx], token: FromPath[str]) -> Response[str]:
    """What the paper's QR leads to: which document it is and whether it still holds. Nothing of a person."""
    if not looks.allows(network_of(request), tx.now):
        raise TooMany(_("查得太快了，请过一分钟再扫。"))
    if await found_at(tx.db, token):
        return asking_page(request, tx, token)
    return _verified(request, tx, token, await shown_at(tx.db, token))


@post("/verify/{token:str}", opt=ANYONE, include_in_schema=False)
async def verify_file(request: Request, token: FromPath[str]) -> Response[str]:
    """Whether a file is the very one that was issued: by its hash. What is not is not opened."""
    async with request_tx(request) as tx:
        if not await tx.db.fetchval(
            "SELECT within_limit($1, 3600, $2)", tx.vault.blind(network_of(request), "verify"), FILES_AN_HOUR
        ):
            raise TooMany(_("这一小时查得太多了，请过一会儿再查。"), next_step=f"/verify/{token}", next_say=_("返回"))
        form = await read_form(request)
        if certificate := await found_at(tx.db, token):
            return await answer_page(request, tx, token, certificate, form)
        shown, files = await shown_at(tx.db, token), form.files("paper")
    if not files:
        refusal = Invalid(Problem(_("请选这份文书的 PDF 文件。"), "paper"))
        return _verified(request, tx, token, shown, problems=refusal.problems, status=422)
    content = await files[0].read()
    same = hashlib.sha256(content).digest() == shown.sha256
    signed = same and (await asyncio.to_thread(check, content)).intact
    return _verified(request, tx, token, shown, same=same, signed=signed)


def _verified(
    request: Request,
    tx: Tx,
    token: str,
    shown: Shown,
    *,
    problems: tuple[Problem, ...] = (),
    same: bool | None = None,
    signed: bool = False,
    status: int = 200,
) -> Response[str]:
    return page(
        request, tx, "documents/verify.html", status=status, shown=shown, token=token, standing=STANDINGS[shown.standing], day=day_in_words(shown.dated),
        problems=problems, same=same, signed=signed, headers={"X-Robots-Tag": "noindex", "Cache-Control": "no-store"},
    )  # fmt: skip


ROUTES = [show, verify, verify_file, *routes_desk.ROUTES]
