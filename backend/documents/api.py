"""The documents of a case over JSON, and what the QR of one says."""

from datetime import date
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.cases.issued import Standing, issued_on
from backend.cases.queries import case_for
from backend.core.db import Tx
from backend.core.errors import TooMany
from backend.core.i18n import _
from backend.core.pace import looks
from backend.core.web import ANYONE, PERSON, network_of
from backend.documents.queries import shown_at


class IssuedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """`href`: the PDF, for whoever may see the case; missing while it is being made. `standing`: valid, replaced or void."""

    id: UUID
    kind: str
    title: str
    number: str
    dated: date
    standing: Standing
    href: str | None


class VerifiedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing of a person. `sha256`: hexadecimal, of the PDF as it was issued."""

    kind: str
    title: str
    number: str
    department: str
    dated: date
    standing: Standing
    sha256: str


@get("/api/v1/cases/{number:str}/documents", opt=PERSON, tags=["cases"])
async def documents(tx: NamedDependency[Tx], number: FromPath[str]) -> list[IssuedDocument]:
    """Newest first."""
    case = await case_for(tx.db, tx.viewer, number)
    return [
        IssuedDocument(
            id=one.id,
            kind=one.kind,
            title=one.title,
            number=one.number,
            dated=one.dated,
            standing=one.standing,
            href=f"/documents/{one.id}" if one.made else None,
        )
        for one in await issued_on(tx.db, case.id)
    ]


@get("/api/v1/documents/{token:str}", opt=ANYONE, tags=["documents"])
async def verified(request: Request, tx: NamedDependency[Tx], token: FromPath[str]) -> VerifiedDocument:
    """What the QR of a document leads to."""
    if not looks.allows(network_of(request), tx.now):
        raise TooMany(_("查得太快了，请过一分钟再扫。"))
    shown = await shown_at(tx.db, token)
    return VerifiedDocument(
        kind=shown.kind,
        title=shown.title,
        number=shown.number,
        department=shown.department,
        dated=shown.dated,
        standing=shown.standing,
        sha256=shown.sha256.hex(),
    )


ROUTES = [documents, verified]
