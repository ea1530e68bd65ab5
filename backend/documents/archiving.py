"""Documents of somebody who leaves: the office keeps them, sealed under the archive's key instead of hers."""

from uuid import UUID

from obstore.store import ObjectStore

from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.errors import Unavailable
from backend.core.stores import put, read
from backend.documents.making import place


async def seal_anew(tx: Tx, store: ObjectStore, account: UUID, key: DataKey, kept: DataKey) -> list[str]:
    """Returns where the bytes under her old key lay."""
    rows = await tx.db.fetch(
        """SELECT x.id, x.store_key FROM documents x JOIN cases c ON c.id = x.case_id
           WHERE c.principal_id = $1 AND x.store_key IS NOT NULL""",
        account,
    )
    moved = []
    for row in rows:
        try:
            paper = key.open(await read(store, row["store_key"]), place(row["id"]))
        except Unavailable:  # a restored database beside a store that went on: those bytes went with the first time
            continue
        store_key = await put(store, kept.seal(paper, place(row["id"])))
        await tx.db.execute("UPDATE documents SET store_key = $2 WHERE id = $1", row["id"], store_key)
        moved.append(row["store_key"])
    return moved
