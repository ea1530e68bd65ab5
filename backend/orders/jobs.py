"""Figures for the shelves, once a night."""

from typing import Any

from backend.core.jobs import Work
from backend.orders.figures import count_filings


async def count(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await count_filings(tx)


JOBS = {"count_filings": count}
SCHEDULES = {"count_filings": "10 19 * * *"}  # ten past three at night in Shanghai
