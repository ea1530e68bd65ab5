"""Every morning: whose mandate ends soon, which ones ran out, whom a register says died. And that at once, when it is said."""

from typing import Any

from backend.core.jobs import Work
from backend.mandates.consent import seal_old
from backend.mandates.counter import expire
from backend.mandates.ending import note_expired, remind_of_ends
from backend.mandates.losses import heard_of, look_through


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


async def person_gone(work: Work, payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await heard_of(tx, bytes.fromhex(payload["subject"]))


JOBS = {"mind_mandates": mind_mandates, "person_gone": person_gone, "seal_consents": seal_consents}
SCHEDULES = {"mind_mandates": "10 1 * * *", "seal_consents": "23 * * * *"}  # ten past nine in Shanghai; every hour
