"""The journal of a mandate: every line hashed over the one before it, by the database itself. Principal and agent read it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.core.db import Tx
from backend.core.errors import NotAllowed
from backend.core.i18n import _


class Fault(msgspec.Struct, frozen=True):
    """The first line of one mandate's journal that is not as it was written. `place` counts from 1.

    `fault`: order (a line is missing, added or moved), content (altered), end (the last lines are missing or were added).
    """

    mandate_id: UUID
    place: int
    event_id: int | None
    fault: str


async def note(tx: Tx, mandate: UUID, kind: str, data: Mapping[str, Any] | None = None, by: UUID | None = None) -> None:
    """A line in the journal, by whoever looks or, in a job, by `by`; by nobody when the machine itself writes it."""
    await tx.db.execute(
        "INSERT INTO mandate_events (mandate_id, kind, actor_id, at, data) VALUES ($1, $2, $3, $4, $5)",
        mandate,
        kind,
        tx.visitor.id if tx.visitor else by,
        tx.now,
        data or {},
    )


ENDED = _("授权刚刚结束了，所以没有办。")


async def hold_mandate(tx: Tx) -> None:
    """The mandate on the screen stays until the commit: whoever revokes it waits, or has done so before and this is NotAllowed. For what
    takes several steps under it, of which none may find it gone."""
    if tx.viewer.acting and not await tx.db.fetchval(
        "SELECT true FROM mandates WHERE id = $1 AND ended_at IS NULL AND app_today() BETWEEN valid_from AND valid_to FOR SHARE",
        tx.viewer.mandate_id,
    ):
        raise NotAllowed(ENDED, next_step="/acting", next_say=_("换人"))


async def note_use(tx: Tx, did: str, items: Sequence[str], number: str) -> None:
    """What the agent just did for the principal, in the transaction that did it; nothing when she acts for herself.

    `did`: filed or the name of a case's move; `items`: names; `number`: of the order or case. The mandate is held until the commit, so that each use is either
    before its revocation or refused: NotAllowed.
    """
    if not tx.viewer.acting:
        return
    noted = await tx.db.fetchval(
        """WITH live AS (SELECT id FROM mandates WHERE id = $1 AND ended_at IS NULL AND app_today() BETWEEN valid_from AND valid_to FOR SHARE)
           INSERT INTO mandate_events (mandate_id, kind, actor_id, at, data) SELECT id, 'used', $2, $3, $4 FROM live RETURNING true""",
        tx.viewer.mandate_id,
        tx.viewer.id,
        tx.now,
        {"did": did, "items": list(items), "number": number},
    )
    if not noted:
        raise NotAllowed(ENDED, next_step="/acting", next_say=_("换人"))


async def faults(db: asyncpg.Connection) -> list[Fault]:
    """As the owner: the first wrong line of every journal that has one."""
    return msgspec.convert(
        await db.fetch("SELECT mandate_id, place, event_id, fault FROM journal_faults()"), list[Fault]
    )
