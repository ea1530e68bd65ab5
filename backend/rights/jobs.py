"""What the worker does for a person's rights."""

from typing import Any
from uuid import UUID

from backend.core.jobs import Work, at_once
from backend.rights import erasing, exporting


@at_once(2)
async def make_export(work: Work, payload: dict[str, Any]) -> None:
    await exporting.make_export(work, UUID(payload["export"]))


async def clear_exports(work: Work, _: dict[str, Any]) -> None:
    await exporting.clear_exports(work)


async def erase_due(work: Work, _: dict[str, Any]) -> None:
    await erasing.erase_due(work)


async def clear_archives(work: Work, _: dict[str, Any]) -> None:
    """Every night; what a restored backup brought back is forgotten again first."""
    await erasing.forget_again(work)
    await erasing.clear_archives(work)


JOBS = {
    "make_export": make_export,
    "clear_exports": clear_exports,
    "erase_due": erase_due,
    "clear_archives": clear_archives,
}
# Every hour; archives at four in the morning in Shanghai.
SCHEDULES = {"clear_exports": "23 * * * *", "erase_due": "37 * * * *", "clear_archives": "0 20 * * *"}
