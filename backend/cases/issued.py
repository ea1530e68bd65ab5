"""The documents an office issued on a case, as the pages of the case list them. They are made above: backend/documents."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import asyncpg
import msgspec

from backend.core.i18n import _


class Standing(StrEnum):
    """Whether a document still says what holds."""

    VALID = "valid"
    REPLACED = "replaced"
    VOID = "void"


STANDINGS = {
    Standing.VALID: _("有效"),
    Standing.REPLACED: _("已被后来的一份代替"),
    Standing.VOID: _("已作废"),
}


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """`made`: it can be opened; before, it has its number and is being printed."""

    id: UUID
    event_id: int
    kind: str
    title: str
    number: str
    dated: date
    made: bool
    standing: Standing


async def issued_on(db: asyncpg.Connection, case_id: UUID) -> list[Issued]:
    """Newest first."""
    rows = await db.fetch(
        """SELECT x.id, x.event_id, x.kind, x.title, x.number, x.dated, x.made_at IS NOT NULL AS made, standing_of(x) AS standing
           FROM documents x WHERE x.case_id = $1 ORDER BY x.event_id DESC""",
        case_id,
    )
    return msgspec.convert(rows, list[Issued])
