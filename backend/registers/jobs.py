"""Registers are asked here and nowhere else; what they pushed is kept; what is too old goes."""

from typing import Any
from uuid import UUID

from backend.core.jobs import Later, Work, at_once
from backend.registers.actions import sweep
from backend.registers.adapter import opened
from backend.registers.asking import put
from backend.registers.breaker import know
from backend.registers.pushing import keep_pushed


@at_once(24)
async def ask_register(work: Work, payload: dict[str, Any]) -> None:
    """One question; it comes again while the register does not answer, and ends as unknown."""
    if wait := await put(work, UUID(payload["request"])):
        raise Later(wait)


async def know_registers(work: Work, _payload: dict[str, Any]) -> None:
    doors = await work.shared(opened)
    async with work.transaction() as tx:
        await know(tx, doors.endpoints)


async def sweep_registers(work: Work, _payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await sweep(tx)


async def keep(work: Work, payload: dict[str, Any]) -> None:
    """What a machine of another authority pushed."""
    async with work.transaction() as tx:
        await keep_pushed(tx, UUID(payload["client"]), payload["key"])


JOBS = {
    "keep_pushed": keep,
    "ask_register": ask_register,
    "know_registers": know_registers,
    "sweep_registers": sweep_registers,
}
SCHEDULES = {"know_registers": "* * * * *", "sweep_registers": "23 * * * *"}
