"""Going through the registers at night, batch after batch."""

from typing import Any
from uuid import UUID

from backend.core.jobs import Work, enqueue
from backend.offers import credit, looking


async def begin_looking(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await looking.begin(tx)


async def look_for_entitled(work: Work, payload: dict[str, Any]) -> None:
    """One batch, and in the same transaction the job for the next one."""
    look = UUID(payload["look"])
    async with work.transaction() as tx:
        last = await looking.look_batch(tx, look, bytes.fromhex(payload["after"]))
        name, more = ("look_for_entitled", {"after": last.hex()}) if last else ("recheck_offers", {})
        await enqueue(tx.db, name, {"look": str(look), **more})


async def recheck_offers(work: Work, payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        if await looking.recheck(tx, UUID(payload["look"])):
            await enqueue(tx.db, "recheck_offers", payload)


async def tell_appeal_answered(work: Work, payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await credit.tell_answered(tx, UUID(payload["appeal"]))


JOBS = {
    "tell_appeal_answered": tell_appeal_answered,
    "begin_looking": begin_looking,
    "look_for_entitled": look_for_entitled,
    "recheck_offers": recheck_offers,
}
SCHEDULES = {"begin_looking": "50 18 * * *"}  # ten to three at night in Shanghai
