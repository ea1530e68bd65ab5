"""What the worker does with files: asks the virus scanner, and forgets bytes nobody needs any more."""

from typing import Any
from uuid import UUID

from backend.core.jobs import Work, at_once
from backend.core.stores import forget, open_store
from backend.files import actions, scanning


@at_once(4)
async def scan_file(work: Work, payload: dict[str, Any]) -> None:
    await scanning.scan(work, UUID(payload["file"]))


async def forget_bytes(work: Work, payload: dict[str, Any]) -> None:
    await forget(open_store(work.settings), payload["places"])


async def sweep_uploads(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        places = await actions.sweep(tx)
    await forget(open_store(work.settings), places)


JOBS = {"scan_file": scan_file, "forget_bytes": forget_bytes, "sweep_uploads": sweep_uploads}
# Every hour.
SCHEDULES = {"sweep_uploads": "47 * * * *"}
