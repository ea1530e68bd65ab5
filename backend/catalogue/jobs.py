"""The worker keeps what lists and the search show: at once when something was published, and when a day begins."""

from typing import Any

from backend.catalogue.listing import list_in_force
from backend.core.jobs import Work


async def relist(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await list_in_force(tx.db)


JOBS = {"relist": relist}
SCHEDULES = {"relist": "0,1 16 * * *"}  # midnight in Shanghai: what was planned for this day is in force
