"""Quarantine: a kept file waits until the virus scanner has answered, however long that takes (docs/files.md).

1. Its bytes are opened and sent to clamd, outside any transaction.
2. No answer: it stays where it is and is asked about again later. Clean: it may be opened.
3. Something found: it is sealed off for good, taken out of the cart it lies in, and whoever handed it in is told what to do.
"""

import logging
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.core.events import NewEvent, record
from backend.core.files import clear
from backend.core.jobs import Later, Work
from backend.core.stores import open_store
from backend.files.clamd import NoAnswer, is_clean

log = logging.getLogger("suishouban.files")

SOON, LATE = 5.0, 300.0  # seconds between two tries
TAKEN_OUT, SEALED_OFF = "file_taken_out", "file_sealed_off"


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    principal_id: UUID
    store_key: str
    media_type: str
    name_sealed: bytes
    key_wrapped: bytes
    age: float


async def scan(work: Work, file: UUID) -> None:
    """Again: does nothing. Later, where the scanner does not answer."""
    async with work.transaction() as tx:
        waiting = await _waiting(tx, file)
    if waiting is None:
        return
    found = "off" if work.settings.clamd is None else await _verdict(work, waiting, work.settings.clamd)
    async with work.transaction() as tx:
        await _answered(tx, waiting, found)


async def _waiting(tx: Tx, file: UUID) -> Waiting | None:
    """None: answered already, or gone."""
    row = await tx.db.fetchrow(
        """SELECT f.id, f.principal_id, f.store_key, f.media_type, f.name_sealed, a.key_wrapped,
                  extract(epoch FROM $2 - f.uploaded_at)::float8 AS age
             FROM files f JOIN accounts a ON a.id = f.principal_id WHERE f.id = $1 AND f.scan = 'waiting'""",
        file,
        tx.now,
    )
    return row and msgspec.convert(row, Waiting)


async def _verdict(work: Work, waiting: Waiting, address: str) -> str:
    key = work.vault.key(waiting.key_wrapped)
    opened = await clear(
        key, open_store(work.settings), waiting.id, waiting.store_key, waiting.media_type, waiting.name_sealed
    )
    try:
        return "clean" if await is_clean(address, opened.content) else "infected"
    except NoAnswer as silence:
        log.warning("the virus scanner does not answer (%s); the file stays in quarantine", silence)
        raise Later(min(LATE, max(SOON, waiting.age / 4))) from None


async def _answered(tx: Tx, waiting: Waiting, found: str) -> None:
    told = await tx.db.fetchval(
        "UPDATE files SET scan = $2, scanned_at = $3 WHERE id = $1 AND scan = 'waiting' RETURNING true",
        waiting.id,
        found,
        tx.now,
    )
    if told and found == "infected":
        await record(tx, await _out_of_carts(tx, waiting.id) + await _in_cases(tx, waiting.id))


async def _out_of_carts(tx: Tx, file: UUID) -> list[NewEvent]:
    """The cart's version is raised: a page that shows it is not filed as it stands there."""
    rows = await tx.db.fetch(
        """WITH gone AS (DELETE FROM cart_materials WHERE file_id = $1 RETURNING cart_id)
           UPDATE carts c SET version = c.version + 1, changed_at = $2 FROM gone WHERE c.id = gone.cart_id
           RETURNING c.principal_id, (SELECT m.id FROM mandates m WHERE m.principal_id = c.principal_id
                     AND m.agent_id = c.actor_id AND m.ended_at IS NULL ORDER BY m.valid_to DESC LIMIT 1) AS mandate_id""",
        file,
        tx.now,
    )
    return [
        NewEvent(
            kind=TAKEN_OUT,
            principal_id=row["principal_id"],
            actor_kind="machine",
            mandate_id=row["mandate_id"],
            data={"page": "/cart/materials"},
        )
        for row in rows
    ]


async def _in_cases(tx: Tx, file: UUID) -> list[NewEvent]:
    rows = await tx.db.fetch(
        """SELECT DISTINCT c.id, c.principal_id, c.order_id, c.department_id FROM case_files f JOIN cases c ON c.id = f.case_id
            WHERE f.file_id = $1""",
        file,
    )
    return [
        NewEvent(
            kind=SEALED_OFF,
            principal_id=row["principal_id"],
            actor_kind="machine",
            case_id=row["id"],
            order_id=row["order_id"],
            department_id=row["department_id"],
        )
        for row in rows
    ]
