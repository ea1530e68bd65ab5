"""What a case used instead of files: certificates as they were at filing, and registers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.model import CaseSource
from backend.core.db import Tx


class UsedSource(msgspec.Struct, frozen=True, kw_only=True):
    """One of them, and of a certificate how it stands now. `last`: its last day; `reason`: why it is no longer valid."""

    way: str
    source: str
    subject: UUID
    material: str
    variant: str
    number: str | None
    version: int | None
    elements: list[str]
    state: str | None
    since: datetime | None
    reason: str | None
    outlived: bool | None


async def keep_sources(tx: Tx, sources: Sequence[tuple[UUID, int, CaseSource]]) -> None:
    """(case, place, source) of all cases of an order, in one statement. The database refuses a certificate that is not the
    principal's or not valid in this moment (migration 0030)."""
    if not sources:
        return
    await tx.db.execute(
        """INSERT INTO case_sources (case_id, n, way, source, subject, material, variant, certificate_id, number, version, digest, elements)
           SELECT s.case_id, s.n, s.way, s.source, s.subject, s.material, s.variant, s.certificate_id, s.number, s.version,
                  decode(s.digest, 'hex'), s.elements
           FROM jsonb_to_recordset($1) AS s(case_id uuid, n integer, way text, source text, subject uuid, material text, variant text,
                certificate_id uuid, number text, version integer, digest text, elements text[])""",
        [_row(*one) for one in sources],
    )


def _row(case_id: UUID, place: int, source: CaseSource) -> dict[str, object]:
    digest = source.digest.hex() if source.digest else None
    return {**msgspec.structs.asdict(source), "case_id": case_id, "n": place, "digest": digest}


async def sources_of(db: asyncpg.Connection, case_id: UUID) -> list[UsedSource]:
    """In the list's order; of a case the viewer may not see there is nothing."""
    rows = await db.fetch(
        """SELECT s.way, s.source, s.subject, s.material, s.variant, s.number, s.version, s.elements,
                  c.state, c.since, c.reason, c.outlived
           FROM case_sources s LEFT JOIN LATERAL certificate_now(s.certificate_id) c ON true
           WHERE s.case_id = $1 ORDER BY s.n""",
        case_id,
    )
    return msgspec.convert(rows, list[UsedSource])
