"""Guides nobody came back to."""

from typing import Any

from backend.core.jobs import Work
from backend.scenarios.actions import tidy


async def tidy_guides(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await tidy(tx)


JOBS = {"tidy_guides": tidy_guides}
SCHEDULES = {"tidy_guides": "40 18 * * *"}
