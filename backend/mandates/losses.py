"""Death and loss of capacity: said by a register as it comes in and looked through again every night, or entered by an officer."""

from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

import msgspec
from obstore.store import ObjectStore

from backend.core.db import Tx
from backend.core.errors import Invalid, NotAllowed, Problem
from backend.core.files import Pressed, keep
from backend.core.i18n import _
from backend.mandates.ending import Gone, Loss, end_all
from backend.mandates.sights import Sight
from backend.registers.queries import about

LOOKED_BACK = timedelta(days=3)  # so that one night without a worker loses nothing


async def enter_loss(tx: Tx, store: ObjectStore, sight: Sight, reason: str, paper: Pressed) -> int:
    """An officer was shown the paper: a death certificate, a court's decision. Returns how many mandates ended."""
    if sight.way != "counter":
        raise NotAllowed(
            _("要看到证明原件才能登记，请对方带着证明到窗口来。"), next_step="/desk/people", next_say=_("返回")
        )
    if reason not in get_args(Gone):
        raise Invalid(Problem(_("请选发生了什么。"), "reason"))
    viewer = msgspec.structs.replace(tx.viewer, principal_id=sight.person_id, key=sight.key)
    file = await keep(Tx(tx.db, tx.vault, tx.now, viewer), store, paper)
    loss = Loss(reason=reason, said_by="officer", officer=tx.viewer.id, paper=file)  # type: ignore[arg-type]
    return await end_all(tx, sight.person_id, loss)


async def heard_of(tx: Tx, subject: bytes) -> int:
    """As worker: a register said something new of whoever has this number; ends what has to end."""
    person = await tx.db.fetchval("SELECT account_id FROM id_numbers WHERE blind = $1", subject)
    return await _look(tx, person, subject) if person else 0


async def look_through(tx: Tx) -> int:
    """As worker, every night: all who still give or hold something and of whom a register wrote in the last days."""
    rows = await tx.db.fetch(
        """SELECT DISTINCT n.account_id, n.blind FROM id_numbers n JOIN register_records r ON r.subject = n.blind
           WHERE r.at > $1 AND EXISTS (SELECT 1 FROM mandates m WHERE n.account_id IN (m.principal_id, m.agent_id)
                                       AND m.ended_at IS NULL AND m.valid_to >= $2)""",
        tx.now - LOOKED_BACK,
        tx.today,
    )
    return sum([await _look(tx, row["account_id"], row["blind"]) for row in rows])


async def _look(tx: Tx, person: UUID, subject: bytes) -> int:
    rows = await tx.db.fetch("SELECT register, sealed FROM register_records WHERE subject = $1", subject)
    said: dict[str, Any] = {}
    for row in rows:
        said |= tx.vault.registers.open_value(row["sealed"], about(row["register"], subject))
    if said.get("person.alive") is False or said.get("person.died_on"):
        return await end_all(tx, person, Loss(reason="death", said_by="register"))
    return 0
