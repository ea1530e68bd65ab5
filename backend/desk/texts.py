"""What an office often has to ask for, in words it agreed on, by item or for all of them."""

from uuid import UUID, uuid4

import msgspec

from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import _


class CorrectionText(msgspec.Struct, frozen=True, kw_only=True):
    """`item_code` None: for every item of the department."""

    id: UUID
    department_id: str
    item_code: str | None
    title: str
    words: str


async def texts_for(tx: Tx, department: str, item: str) -> list[CorrectionText]:
    """What may be put into a correction notice of this item; its own first."""
    rows = await tx.db.fetch(
        """SELECT id, department_id, item_code, title, words FROM correction_texts
           WHERE ended_at IS NULL AND department_id = $1 AND coalesce(item_code, $2) = $2 ORDER BY item_code NULLS LAST, title, id LIMIT 100""",
        department, item,
    )  # fmt: skip
    return msgspec.convert(rows, list[CorrectionText])


async def texts_written(tx: Tx) -> list[CorrectionText]:
    """Those the viewer may change."""
    rows = await tx.db.fetch(
        """SELECT id, department_id, item_code, title, words FROM correction_texts
           WHERE ended_at IS NULL AND writes_texts(department_id) ORDER BY department_id, item_code NULLS FIRST, title, id LIMIT 500"""
    )
    return msgspec.convert(rows, list[CorrectionText])


async def departments_written(tx: Tx) -> list[str]:
    """Where the viewer writes such texts; NotFound for who does so nowhere."""
    rows = await tx.db.fetch("SELECT id FROM departments WHERE writes_texts(id) ORDER BY id")
    if not rows:
        raise NotFound()
    return [row["id"] for row in rows]


async def write_text(tx: Tx, department: str, item: str, title: str, words: str, old: UUID | None = None) -> None:
    """A new one, or `old` with other words. Invalid with every problem at once."""
    problems = [] if 1 <= len(title) <= 40 else [Problem(_("请写一个 40 字以内的短名字。"), "title")]
    if not 1 <= len(words) <= 500:
        problems.append(Problem(_("请写清缺什么、怎么补，500 字以内。"), "words"))
    if department not in await departments_written(tx):
        problems.append(Problem(_("请选一个您负责的部门。"), "department"))
    elif item and not await tx.db.fetchval(
        "SELECT EXISTS (SELECT 1 FROM items WHERE code = $1 AND department_id = $2)", item, department
    ):
        problems.append(Problem(_("请选这个部门的事项，或选“所有事项”。"), "item"))
    if problems:
        raise Invalid(*problems)
    if old is None:
        await tx.db.execute(
            """INSERT INTO correction_texts (id, department_id, item_code, title, words, written_by, written_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)""",
            uuid4(), department, item or None, title, words, tx.viewer.id, tx.now,
        )  # fmt: skip
    elif not await tx.db.fetchval(
        """UPDATE correction_texts SET title = $2, words = $3, written_by = $4, written_at = $5
           WHERE id = $1 AND ended_at IS NULL RETURNING true""",
        old, title, words, tx.viewer.id, tx.now,
    ):  # fmt: skip
        raise NotFound()


async def end_text(tx: Tx, text: UUID) -> None:
    if not await tx.db.fetchval(
        "UPDATE correction_texts SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING true", text, tx.now
    ):
        raise NotFound()
