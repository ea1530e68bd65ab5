"""The machine's own moves: what waited goes on; each night silent cases are deemed accepted, renewals nobody decided in
time are deemed granted, and provisional dates are counted again."""

import logging
from typing import Any
from uuid import UUID

from backend.cases.actions import move, refresh_due
from backend.cases.queries import case_by_id, provisional_cases, silent_cases, unanswered_renewals
from backend.cases.waiting import settle_waiting
from backend.core.errors import Refusal
from backend.core.jobs import Work

log = logging.getLogger("suishouban.cases")


async def deem_accepted(work: Work, _payload: dict[str, Any]) -> None:
    """Licensing Law 32(4): no word within 5 workdays of receipt is acceptance from the day of receipt."""
    async with work.transaction() as tx:
        silent = await silent_cases(tx.db, tx.today)
    for case_id in silent:
        try:
            async with work.transaction() as tx:
                await move(tx, await case_by_id(tx.db, case_id), "deemed_accepted", machine=True)
        except Refusal:
            log.info("case %s moved on by itself", case_id)


async def deem_renewed(work: Work, _payload: dict[str, Any]) -> None:
    """Licensing Law 50: a renewal not decided before the licence expires counts as granted."""
    async with work.transaction() as tx:
        unanswered = await unanswered_renewals(tx.db, tx.today)
    for case_id, expired in unanswered:
        try:
            async with work.transaction() as tx:
                case = await case_by_id(tx.db, case_id)
                await move(tx, case, "deemed_renewed", {"expired": expired.isoformat()}, machine=True)
        except Refusal:
            log.info("case %s moved on by itself", case_id)


async def recount(work: Work, _payload: dict[str, Any]) -> None:
    """Open pauses last to today, and calendars get published: the cached dates follow."""
    async with work.transaction() as tx:
        provisional = await provisional_cases(tx.db)
    for case_id in provisional:
        async with work.transaction() as tx:
            await refresh_due(tx, await case_by_id(tx.db, case_id))


async def settle(work: Work, payload: dict[str, Any]) -> None:
    """A case of this order has ended: what waited for it goes on, or comes back."""
    async with work.transaction() as tx:
        await settle_waiting(tx, UUID(payload["order"]))


JOBS = {"settle_waiting": settle, "deem_accepted": deem_accepted, "deem_renewed": deem_renewed, "recount": recount}
SCHEDULES = {
    "deem_accepted": "10 16 * * *",
    "deem_renewed": "15 16 * * *",
    "recount": "20 16 * * *",
}  # past midnight in Shanghai
