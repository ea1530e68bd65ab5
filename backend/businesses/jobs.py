"""Every night the business register is asked again who represents whom."""

from typing import Any

from backend.businesses.actions import check_representatives
from backend.core.jobs import Work


async def mind_representatives(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await check_representatives(tx)


JOBS = {"mind_representatives": mind_representatives}
SCHEDULES = {"mind_representatives": "20 18 * * *"}  # twenty past two at night in Shanghai
