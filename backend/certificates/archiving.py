"""Certificates of somebody who leaves: the office keeps them, sealed under the archive's key instead of hers."""

from uuid import UUID

from obstore.store import ObjectStore

from backend.certificates.queries import paper_place, place
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.errors import Unavailable
from backend.core.stores import put, read


async def holds_any(tx: Tx, account: UUID) -> bool:
    return bool(await tx.db.fetchval("SELECT EXISTS (SELECT 1 FROM certificates WHERE holder_id = $1)", account))


async def seal_certificates(tx: Tx, store: ObjectStore, account: UUID, key: DataKey, kept: DataKey) -> list[str]:
    """The words stay to the letter, only their seal is another. Returns where the PDFs under her old key lay."""
    rows = await tx.db.fetch("SELECT id, sealed, store_key FROM certificates WHERE holder_id = $1", account)
    moved = []
    for row in rows:
        words = kept.seal(key.open(row["sealed"], place(row["id"])), place(row["id"]))
        store_key = await _moved(store, row["store_key"], row["id"], key, kept) if row["store_key"] else None
        await tx.db.execute(
            "UPDATE certificates SET sealed = $2, store_key = coalesce($3, store_key) WHERE id = $1",
            row["id"],
            words,
            store_key,
        )
        moved += [row["store_key"]] if store_key else []
    return moved


async def _moved(store: ObjectStore, store_key: str, certificate: UUID, key: DataKey, kept: DataKey) -> str | None:
    """None for bytes that are gone: a restored database beside a store that went on."""
    try:
        paper = key.open(await read(store, store_key), paper_place(certificate))
    except Unavailable:
        return None
    return await put(store, kept.seal(paper, paper_place(certificate)))
