"""The worker keeps what lists and the search show: at once when something was published, and when a day begins."""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg

from backend.catalogue.listing import list_in_force
from backend.catalogue.queries import published
from backend.core.db import LOST
from backend.core.jobs import Work

SECONDS = 60


async def relist(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await list_in_force(tx.db)


async def keep_up(work: Work, _connect: object, stop: asyncio.Event) -> None:
    """A worker says the city's texts in people's languages: it reads what is in force, and again when that changed."""
    while not stop.is_set():
        with suppress(*LOST, asyncpg.PostgresError, OSError):
            async with work.transaction() as tx:
                await published(tx.db)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), SECONDS)


LOOPS = [keep_up]
JOBS = {"relist": relist}
SCHEDULES = {"relist": "0,1 16 * * *"}  # midnight in Shanghai: what was planned for this day is in force
