"""A document for whoever may see its case, and what its QR says to everybody else."""

from uuid import UUID

import asyncpg
import msgspec
from obstore.store import ObjectStore

from backend.core.db import Tx
from backend.core.errors import NotFound, Unavailable
from backend.core.i18n import _
from backend.core.stores import read
from backend.core.viewer import hash_of
from backend.documents.making import place
from backend.documents.model import Shown


class Opened(msgspec.Struct, frozen=True):
    """The PDF in clear, and what its file is called."""

    content: bytes
    name: str


async def open_document(tx: Tx, store: ObjectStore, document: UUID) -> Opened:
    """For the principal, her agent in scope with her affairs on the screen, and the officers of the department; NotFound for
    everybody else. Of somebody who is forgotten it opens with the archive's key, until that is destroyed."""
    row = await tx.db.fetchrow(
        """SELECT x.kind, x.store_key, c.number, CASE WHEN a.erased_at IS NULL THEN a.key_wrapped ELSE r.key_wrapped END AS key_wrapped
           FROM documents x JOIN cases c ON c.id = x.case_id JOIN accounts a ON a.id = c.principal_id
           LEFT JOIN archives r ON r.account_id = a.id
           WHERE x.id = $1 AND CASE WHEN $4 THEN c.department_id = ANY($3) ELSE c.principal_id = $2 END""",
        document,
        tx.viewer.principal_id,
        list(tx.viewer.departments),
        tx.viewer.officer,
    )
    if row is None or row["key_wrapped"] is None:
        raise NotFound()
    if row["store_key"] is None:
        raise Unavailable(_("这份文书正在制作，请过一分钟再打开。"))
    sealed = await read(store, row["store_key"])
    return Opened(tx.vault.key(row["key_wrapped"]).open(sealed, place(document)), f"{row['number']}-{row['kind']}")


async def shown_at(db: asyncpg.Connection, token: str) -> Shown:
    """What a QR leads to; NotFound for a token nobody was given."""
    row = await db.fetchrow(
        "SELECT kind, title, number, department, dated, standing, sha256 FROM document_at($1)", hash_of(token)
    )
    if row is None:
        raise NotFound(
            _("没有找到这份文书。请对着纸上的二维码再扫一次；还是找不到，它可能不是本平台发出的，请拨打 12345 核实。")
        )
    return msgspec.convert(row, Shown)
