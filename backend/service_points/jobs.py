"""After midnight: visits nobody ended."""

from typing import Any

from backend.core.jobs import Work
from backend.service_points.visits import close_old


async def close_visits(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await close_old(tx)


JOBS = {"close_visits": close_visits}
SCHEDULES = {"close_visits": "5 16 * * *"}  # five past midnight in Shanghai
