"""What another app shared to this one: photos and PDFs that are hers already and belong to nothing yet (docs/offline.md)."""

from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.core.errors import NotFound

MOST = 20


class Shared(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    media_type: str
    pages: int


async def shared_files(tx: Tx, ids: list[UUID]) -> list[Shared]:
    """In the order named; NotFound if one is not hers, or was not given by whoever is here now."""
    rows = await tx.db.fetch(
        """SELECT id, name_sealed, media_type, pages FROM files WHERE id = ANY($1) AND principal_id = $2 AND actor_id = $3""",
        ids,
        tx.viewer.principal_id,
        tx.viewer.id,
    )
    found = {
        row["id"]: Shared(
            row["id"],
            tx.key.open(row["name_sealed"], f"file:{row['id']}:name").decode(),
            row["media_type"],
            row["pages"],
        )
        for row in rows
    }
    if len(found) < len(set(ids)) or len(found) > MOST:
        raise NotFound()
    return [found[file] for file in dict.fromkeys(ids)]
