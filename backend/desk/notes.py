"""Notes between officers on a case: under the applicant's key, read by the office, never by a citizen."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

import msgspec

from backend.cases.model import Case
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.events import NewEvent, record
from backend.core.i18n import _

LONGEST = 2000
Kind = Literal["note", "hand_over"]


class Note(msgspec.Struct, frozen=True, kw_only=True):
    officer_id: UUID
    kind: Kind
    words: str
    at: datetime


async def write_note(tx: Tx, case: Case, words: str, kind: Kind = "note") -> None:
    """Invalid: empty or too long. A note is an event of the office too, without its words."""
    if not 1 <= len(words) <= LONGEST:
        raise Invalid(Problem(_("备注要写 1 到 2000 个字。"), "note"))
    key = await key_of(tx, case)
    if key is None:
        raise Invalid(Problem(_("申请人的资料已经删除，不能再加备注。"), "note"))
    note = uuid4()
    await tx.db.execute(
        "INSERT INTO case_notes (id, case_id, officer_id, kind, sealed, at) VALUES ($1, $2, $3, $4, $5, $6)",
        note, case.id, tx.viewer.id, kind, key.seal_value(words, f"note:{note}"), tx.now,
    )  # fmt: skip
    if kind == "note":
        await record(tx, [of_desk(tx, case, "noted", {})])


def of_desk(tx: Tx, case: Case, kind: str, data: dict[str, str]) -> NewEvent:
    """What is done at the desk and is no move: kept for the office, not told to the applicant."""
    return NewEvent(
        kind=kind, principal_id=case.principal_id, actor_kind="officer", actor_id=tx.viewer.id, case_id=case.id,
        department_id=case.department_id, public=False, data=data,
    )  # fmt: skip


async def notes_on(tx: Tx, case: Case) -> list[Note]:
    """Newest first; none when the applicant is forgotten."""
    key = await key_of(tx, case)
    rows = await tx.db.fetch(
        "SELECT id, officer_id, kind, sealed, at FROM case_notes WHERE case_id = $1 ORDER BY at DESC, id LIMIT 200",
        case.id,
    )
    if key is None:
        return []
    return [
        Note(
            officer_id=r["officer_id"], kind=r["kind"], words=key.open_value(r["sealed"], f"note:{r['id']}"), at=r["at"]
        )
        for r in rows
    ]


async def key_of(tx: Tx, case: Case) -> DataKey | None:
    """The applicant's key, for whoever could load the case; None of somebody who is forgotten."""
    wrapped = await tx.db.fetchval(
        "SELECT key_wrapped FROM accounts WHERE id = $1 AND erased_at IS NULL", case.principal_id
    )
    return tx.vault.key(wrapped) if wrapped else None
