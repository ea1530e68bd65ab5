"""Every morning: whose mandate ends soon, and which ones ran out."""

from typing import Any

from backend.core.jobs import Work
from backend.mandates.counter import expire
from backend.mandates.ending import note_expired, remind_of_ends


async def mind_mandates(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await remind_of_ends(tx)
        await note_expired(tx)
        await expire(tx)


JOBS = {"mind_mandates": mind_mandates}
SCHEDULES = {"mind_mandates": "10 1 * * *"}  # ten past nine in Shanghai
