"""Guides put aside, and those somebody has a link to."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.scenarios.actions import about_kept, link_hash
from backend.scenarios.known import Typed


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """`found`: how many items fitted. `shared_until`: a link is out until then."""

    id: UUID
    scenario_id: str
    answers: Typed
    found: int
    kept_at: datetime
    shared_until: datetime | None


async def kept_guides(tx: Tx, only: UUID | None = None) -> list[Kept]:
    """Hers, for whom she is looking now; the newest first."""
    rows = await tx.db.fetch(
        """SELECT id, scenario_id, sealed, found, kept_at, shared_until FROM kept_guides
            WHERE principal_id = $1 AND actor_id = $2 AND ($3::uuid IS NULL OR id = $3) ORDER BY kept_at DESC, id""",
        tx.viewer.principal_id,
        tx.viewer.id,
        only,
    )
    return [
        Kept(
            id=row["id"],
            scenario_id=row["scenario_id"],
            answers=tx.key.open_value(row["sealed"], about_kept(row["id"]))["answers"],
            found=row["found"],
            kept_at=row["kept_at"],
            shared_until=row["shared_until"] if row["shared_until"] and row["shared_until"] > tx.now else None,
        )
        for row in rows
    ]


async def kept_guide(tx: Tx, kept: UUID) -> Kept:
    found = await kept_guides(tx, kept)
    if not found:
        raise NotFound()
    return found[0]


async def shared_guide(tx: Tx, token: str) -> tuple[str, Typed]:
    """The guide and the public answers behind a link; NotFound once it was taken back or has run out."""
    row = await tx.db.fetchrow("SELECT scenario_id, shared FROM guide_shared($1)", link_hash(token))
    if row is None:
        raise NotFound()
    return row["scenario_id"], row["shared"]
