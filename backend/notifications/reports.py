"""What the operator reports on our text messages: that the phone took one, or that it never will.

The gateway sends POST JSON {"reference", "state", "problem"} with the same two headers as an inbound text (`inbound.py`);
`reference` is ours. Saying it again changes nothing, and what arrived has arrived.
"""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import _
from backend.core.jobs import Work, enqueue
from backend.notifications.actions import tell_otherwise
from backend.notifications.quiet import Night
from backend.notifications.ways import open_channels


class Report(msgspec.Struct, frozen=True):
    """One text message of ours, as the operator saw it end."""

    reference: UUID
    state: Literal["arrived", "lost"]
    problem: Annotated[str, msgspec.Meta(max_length=200)] = ""


async def take_report(tx: Tx, report: Report) -> None:
    """Conflict while our own attempt has not ended: the gateway reports again. NotFound for what is none of our notices."""
    arrived = report.state == "arrived"
    done = await tx.db.fetchval("SELECT text_reported($1, $2, $3)", report.reference, arrived, report.problem)
    if done is None:
        raise NotFound()
    if not done:
        raise Conflict(_("这条短信还在发送中，请稍后再报一次。"))
    if not arrived:
        await enqueue(tx.db, "text_lost", {"notice": report.reference})


async def text_lost(work: Work, notice: UUID) -> None:
    """What must reach her goes out on another channel, if there is one."""
    async with work.transaction() as tx:
        row = await tx.db.fetchrow("SELECT event_id, person_id FROM notices WHERE id = $1 AND state = 'failed'", notice)
        if row:
            failed = [(row["event_id"], row["person_id"])]
            await tell_otherwise(tx, failed, open_channels(work.settings), Night(*work.settings.quiet_hours))
