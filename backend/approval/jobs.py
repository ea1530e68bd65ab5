"""What the worker does for instant approval."""

from typing import Any
from uuid import UUID

import msgspec

from backend.accounts.officers import as_officer
from backend.approval.again import Again, Waiting, ask_for_officer, follow
from backend.approval.inquiries import next_wanted, withdraw_one
from backend.core.jobs import Later, Work, at_once


@at_once(1)
async def withdraw_relied(work: Work, payload: dict[str, Any]) -> None:
    """One transaction a case. Run again after a fault it goes on with the cases that still wait."""
    inquiry = UUID(payload["inquiry"])
    async with work.transaction() as tx:
        wanted = await next_wanted(tx, inquiry)
    while wanted is not None:
        async with work.transaction() as tx:
            await withdraw_one(await as_officer(tx, wanted[1]), inquiry, wanted[0])
            wanted = await next_wanted(tx, inquiry)


async def judge_again(work: Work, payload: dict[str, Any]) -> None:
    """A case that was filed before its registers had answered."""
    async with work.transaction() as tx:
        wait = await follow(tx, msgspec.convert(payload, Waiting))
    if wait:
        raise Later(wait)


async def ask_again(work: Work, payload: dict[str, Any]) -> None:
    """Registers that an officer wants asked once more about a case she examines."""
    async with work.transaction() as tx:
        wait = await ask_for_officer(tx, msgspec.convert(payload, Again))
    if wait:
        raise Later(wait)


JOBS = {"withdraw_relied": withdraw_relied, "judge_again": judge_again, "ask_again": ask_again}
