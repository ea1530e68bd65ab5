"""Uploads in pieces: begun, continued where they stopped, put together, become a file, or forgotten (docs/files.md)."""

import asyncio
import hashlib
from datetime import timedelta
from uuid import UUID, uuid4

from obstore.store import ObjectStore

from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, Problem, Refusal, TooMany
from backend.core.files import Pressed, keep, refuse_at_sight, refuse_by_head, refuse_too_much, shown_name
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.core.stores import put, read
from backend.files.model import Sent, Upload
from backend.files.queries import locked_upload, opened

KEPT = timedelta(days=3)
"""Without a byte more for so long, an upload is forgotten."""

MOST_OPEN, MOST_OPEN_BYTES = 40, 100 * 1024 * 1024
MOST_PARTS = 500
HEAD = 16


async def begin(tx: Tx, key: str, length: int, sha256: bytes, filename: str) -> Upload:
    """A new upload or, under a key that is on its way already, that one as far as it has come; Invalid if it cannot be kept."""
    name = shown_name(filename)
    refuse_at_sight(length, name)
    upload = uuid4()
    row = await tx.db.fetchrow(
        """INSERT INTO uploads (id, principal_id, actor_id, key, length, sha256, name_sealed, begun_at, touched_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
           ON CONFLICT (actor_id, principal_id, key) WHERE file_id IS NULL DO UPDATE SET touched_at = excluded.touched_at
           RETURNING id, length, received, sha256, name_sealed, file_id, touched_at""",
        upload,
        tx.viewer.principal_id,
        tx.viewer.id,
        key,
        length,
        sha256,
        tx.key.seal(name.encode(), f"upload:{upload}:name"),
        tx.now,
    )
    begun = opened(tx, row)
    if (begun.length, begun.sha256) != (length, sha256):
        raise Conflict(Problem(_("这个编号正在传另一个文件。请换一个编号再传。"), "Idempotency-Key"))
    if begun.id == upload:
        await _refuse_crowd(tx, begun)
    return begun


async def _refuse_crowd(tx: Tx, begun: Upload) -> None:
    await refuse_too_much(tx, begun.length, begun.name)
    row = await tx.db.fetchrow(
        "SELECT count(*) AS many, sum(length) AS bytes FROM uploads WHERE actor_id = $1 AND file_id IS NULL",
        tx.viewer.id,
    )
    if row["many"] > MOST_OPEN or row["bytes"] > MOST_OPEN_BYTES:
        raise TooMany(Problem(_("还有很多文件没有传完。请等它们传完，再交下一个。"), "file"))


def refuse_part(upload: Upload, offset: int, size: int) -> None:
    """Conflict if it does not begin where the upload stands, Invalid if it would be longer than it was said to be."""
    if offset != upload.received:
        raise Conflict(Problem(_("这一段接不上。请问一下传到了哪里，从那里接着传。"), "Upload-Offset"))
    if size > upload.length - upload.received:
        refusal = Refusal(Problem(_("传来的比说好的多。请重新选一次这个文件。"), "Upload-Length"))
        refusal.status = 413
        raise refusal


async def append(tx: Tx, store: ObjectStore, upload: UUID, offset: int, part: bytes) -> Upload:
    """One piece more, sealed; what the first one shows to be no photograph and no PDF is refused before the rest is sent."""
    before = await locked_upload(tx, upload)
    refuse_part(before, offset, len(part))
    if not part:
        return before
    if offset == 0 and len(part) >= HEAD:
        refuse_by_head(part[:HEAD], before.name)
    await _refuse_crumbs(tx, upload)
    sealed = await asyncio.to_thread(tx.key.seal, part, _about(upload, offset))
    await tx.db.execute(
        "INSERT INTO upload_parts (upload_id, start, size, store_key) VALUES ($1, $2, $3, $4)",
        upload,
        offset,
        len(part),
        await put(store, sealed),
    )
    return await locked_upload(tx, upload)


async def _refuse_crumbs(tx: Tx, upload: UUID) -> None:
    parts = await tx.db.fetchval("SELECT count(*) FROM upload_parts WHERE upload_id = $1", upload)
    if parts >= MOST_PARTS:
        raise TooMany(Problem(_("这个文件断得太碎了。请换个网好的地方，重新选一次。"), "file"))


def _about(upload: UUID, offset: int) -> str:
    return f"upload:{upload}:{offset}"


async def whole(store: ObjectStore, sent: Sent) -> bytes:
    """All its bytes, outside any transaction; Invalid if they are not those that were sent."""
    pieces = []
    for part in sent.parts:
        sealed = await read(store, part.store_key)
        pieces.append(await asyncio.to_thread(sent.key.open, sealed, _about(sent.upload.id, part.start)))
    put_together = b"".join(pieces)
    if hashlib.sha256(put_together).digest() != sent.upload.sha256:
        said = _("「%(name)s」在路上传坏了。请重新选一次。")
        raise Invalid(Problem(said, "file", {"name": sent.upload.name}))
    return put_together


async def become_file(tx: Tx, store: ObjectStore, upload: UUID, pressed: Pressed) -> UUID:
    """Keeps what came out of the press and remembers it with the upload: named again, it is the same file."""
    before = await locked_upload(tx, upload)
    if before.file_id:
        return before.file_id
    file_id = await keep(tx, store, pressed)
    await tx.db.execute("UPDATE uploads SET file_id = $2, touched_at = $3 WHERE id = $1", upload, file_id, tx.now)
    await _forget_parts(tx, upload)
    return file_id


async def give_up(tx: Tx, upload: UUID) -> None:
    """Forgets an upload and all its bytes; NotFound if it is none of hers."""
    await locked_upload(tx, upload)
    await _forget_parts(tx, upload)
    await tx.db.execute("DELETE FROM uploads WHERE id = $1", upload)


async def _forget_parts(tx: Tx, upload: UUID) -> None:
    rows = await tx.db.fetch("DELETE FROM upload_parts WHERE upload_id = $1 RETURNING store_key", upload)
    if rows:
        await enqueue(tx.db, "forget_bytes", {"places": [row["store_key"] for row in rows]})


async def sweep(tx: Tx) -> list[str]:
    """What nobody continued and what belongs to nothing any more goes; returns where its bytes lie. As worker."""
    old = await tx.db.fetch(
        "SELECT id FROM uploads WHERE touched_at < $1 ORDER BY touched_at LIMIT 1000 FOR UPDATE SKIP LOCKED",
        tx.now - KEPT,
    )
    ids = [row["id"] for row in old]
    parts = await tx.db.fetch("SELECT store_key FROM upload_parts WHERE upload_id = ANY($1)", ids)
    await tx.db.execute("DELETE FROM uploads WHERE id = ANY($1)", ids)
    loose = await tx.db.fetch("SELECT place FROM forget_loose_files($1) AS place", tx.now - KEPT)
    return [row["store_key"] for row in parts] + [row["place"] for row in loose]
