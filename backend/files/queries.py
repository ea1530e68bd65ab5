"""Uploads out of the database: only her own, and only while her principal's affairs are on the screen."""

from uuid import UUID

import asyncpg
import msgspec

from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.files.model import Part, Sent, Upload


async def upload_of(tx: Tx, upload: UUID) -> Upload:
    row = await tx.db.fetchrow(
        """SELECT id, length, received, sha256, name_sealed, file_id, touched_at FROM uploads
            WHERE id = $1 AND principal_id = $2 AND actor_id = $3""",
        upload,
        tx.viewer.principal_id,
        tx.viewer.id,
    )
    return opened(tx, row)


async def locked_upload(tx: Tx, upload: UUID) -> Upload:
    """The same, and nobody else adds to it or makes a file of it until this transaction ends."""
    row = await tx.db.fetchrow(
        """SELECT id, length, received, sha256, name_sealed, file_id, touched_at FROM uploads
            WHERE id = $1 AND principal_id = $2 AND actor_id = $3 FOR UPDATE""",
        upload,
        tx.viewer.principal_id,
        tx.viewer.id,
    )
    return opened(tx, row)


def opened(tx: Tx, row: asyncpg.Record | None) -> Upload:
    if row is None:
        raise NotFound()
    plain = dict(row)
    name = tx.key.open(plain.pop("name_sealed"), f"upload:{row['id']}:name").decode()
    return msgspec.convert({**plain, "name": name}, Upload)


async def sent(tx: Tx, uploads: list[UUID]) -> list[Sent]:
    """The uploads a form names, each once; Invalid while any is still on its way."""
    found = [await upload_of(tx, upload) for upload in dict.fromkeys(uploads)]
    open_ = [upload for upload in found if upload.received < upload.length]
    if open_:
        said = _("「%(name)s」还没有传完。请等进度到头再交。")
        raise Invalid(*(Problem(said, "upload", {"name": upload.name}) for upload in open_))
    return [Sent(upload=upload, parts=await _parts(tx, upload.id), key=tx.key) for upload in found]


async def _parts(tx: Tx, upload: UUID) -> tuple[Part, ...]:
    rows = await tx.db.fetch("SELECT start, store_key FROM upload_parts WHERE upload_id = $1 ORDER BY start", upload)
    return tuple(msgspec.convert(rows, list[Part]))
