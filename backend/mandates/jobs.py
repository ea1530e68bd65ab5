"""Every morning: whose mandate ends soon, which ones ran out, whom a register says died, who is fourteen. Deaths also at once, when they are said."""

from typing import Any
from uuid import UUID

from backend.core.jobs import Work
from backend.mandates.consent import seal_old
from backend.mandates.counter import expire
from backend.mandates.ending import note_expired, remind_of_ends
from backend.mandates.losses import heard_of, look_through
from backend.mandates.wards import note_fourteen, note_taken_over


async def seal_consents(work: Work, _: dict[str, Any]) -> None:
    """What was agreed to before it was sealed; nothing as soon as that is done."""
    async with work.transaction() as tx:
        await seal_old(tx)


async def mind_mandates(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await remind_of_ends(tx)
        await note_expired(tx)
        await expire(tx)
        await look_through(tx)
        await note_fourteen(tx)


async def person_gone(work: Work, payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await heard_of(tx, bytes.fromhex(payload["subject"]))


async def account_taken_over(work: Work, payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await note_taken_over(tx, UUID(payload["account"]))


JOBS = {
    "mind_mandates": mind_mandates,
    "person_gone": person_gone,
    "seal_consents": seal_consents,
    "account_taken_over": account_taken_over,
}
SCHEDULES = {"mind_mandates": "10 1 * * *", "seal_consents": "23 * * * *"}  # ten past nine in Shanghai; every hour
