"""The machine's own moves: what waited goes on, and what was granted is made and delivered; each night silence has its
effects, dates are counted again and warned of, and what has ended long ago is archived."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

from backend.cases.actions import move, recolour, refresh_due
from backend.cases.delivering import deliver_online
from backend.cases.joint import allowed_extension, ask_next, fall_silent, recount_opinions
from backend.cases.model import Case
from backend.cases.queries import case_by_id
from backend.cases.queries_joint import overdue_opinions
from backend.cases.queries_nights import (
    cases_to_archive,
    cases_to_recolour,
    cases_to_recount,
    pauses_over,
    silent_cases,
    unanswered_corrections,
    unanswered_renewals,
)
from backend.cases.waiting import settle_waiting
from backend.core.db import Tx
from backend.core.errors import Refusal
from backend.core.i18n import _
from backend.core.jobs import Work

log = logging.getLogger("suishouban.cases")
Found = Iterable[tuple[UUID, dict[str, Any]]]


async def _each(work: Work, found: Found, name: str) -> None:
    """The same move of many cases, each in a transaction of its own: what moved on meanwhile is left alone."""
    for case_id, said in found:
        try:
            async with work.transaction() as tx:
                await move(tx, await case_by_id(tx.db, case_id), name, said, machine=True)
        except Refusal:
            log.info("case %s moved on by itself", case_id)


async def deem_accepted(work: Work, _payload: dict[str, Any]) -> None:
    """Licensing Law 32(4): no word within 5 workdays of receipt is acceptance from the day of receipt."""
    async with work.transaction() as tx:
        silent = await silent_cases(tx)
    await _each(work, ((case_id, {}) for case_id in silent), "deemed_accepted")


async def return_unanswered(work: Work, _payload: dict[str, Any]) -> None:
    """What was asked for did not come in the time told: the case goes back, and may be filed again at any time."""
    async with work.transaction() as tx:
        unanswered = await unanswered_corrections(tx.db, tx.today)
    said = {"reason": _("到了补正的最后一天，还没有收到补的材料。")}
    await _each(work, ((case_id, said) for case_id in unanswered), "returned")


async def end_pauses(work: Work, _payload: dict[str, Any]) -> None:
    """A special procedure stops the count for as long as was told in writing, and no longer."""
    async with work.transaction() as tx:
        over = await pauses_over(tx.db, tx.today)
    await _each(work, ((case_id, {"bound": True}) for case_id in over), "resumed")


async def deem_renewed(work: Work, _payload: dict[str, Any]) -> None:
    """Licensing Law 50: a renewal not decided before the licence expires counts as granted."""
    async with work.transaction() as tx:
        unanswered = await unanswered_renewals(tx.db, tx.today)
    await _each(
        work, ((case_id, {"expired": expired.isoformat()}) for case_id, expired in unanswered), "deemed_renewed"
    )


async def archive(work: Work, _payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        ended = await cases_to_archive(tx)
    await _each(work, ((case_id, {}) for case_id in ended), "archived")


async def recount(work: Work, _payload: dict[str, Any]) -> None:
    """Open pauses last to today, and calendars get published or mended: the cached dates follow."""
    await _every(work, cases_to_recount, refresh_due)
    async with work.transaction() as tx:
        await recount_opinions(tx)


async def warn(work: Work, _payload: dict[str, Any]) -> None:
    await _every(work, cases_to_recolour, recolour)


async def _every(
    work: Work, find: Callable[[Tx], Awaitable[list[UUID]]], do: Callable[[Tx, Case], Awaitable[None]]
) -> None:
    async with work.transaction() as tx:
        found = await find(tx)
    for case_id in found:
        async with work.transaction() as tx:
            await do(tx, await case_by_id(tx.db, case_id))


async def silence(work: Work, _payload: dict[str, Any]) -> None:
    """Departments that were asked and let their day go by."""
    async with work.transaction() as tx:
        late = await overdue_opinions(tx.db, tx.today)
    for opinion, case_id in late:
        async with work.transaction() as tx:
            await fall_silent(tx, await case_by_id(tx.db, case_id), opinion)


async def ask_opinions(work: Work, payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await ask_next(tx, await case_by_id(tx.db, UUID(payload["case"])))


async def extend_joint(work: Work, payload: dict[str, Any]) -> None:
    """The government's head has allowed it."""
    try:
        async with work.transaction() as tx:
            case_id, said = await allowed_extension(tx, UUID(payload["opinion"]))
            await move(tx, await case_by_id(tx.db, case_id), "extended", said, machine=True)
    except Refusal:
        log.info("the case of extension %s moved on by itself", payload["opinion"])


async def make_result(work: Work, payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await deliver_online(tx, await case_by_id(tx.db, UUID(payload["case"])))


async def settle(work: Work, payload: dict[str, Any]) -> None:
    """A case of this order has ended: what waited for it goes on, or comes back."""
    async with work.transaction() as tx:
        await settle_waiting(tx, UUID(payload["order"]))


JOBS = {
    "settle_waiting": settle,
    "make_result": make_result,
    "deem_accepted": deem_accepted,
    "return_unanswered": return_unanswered,
    "end_pauses": end_pauses,
    "deem_renewed": deem_renewed,
    "recount": recount,
    "silence": silence,
    "ask_opinions": ask_opinions,
    "extend_joint": extend_joint,
    "warn": warn,
    "archive": archive,
}
SCHEDULES = {
    "end_pauses": "5 16 * * *",
    "deem_accepted": "10 16 * * *",
    "return_unanswered": "12 16 * * *",
    "deem_renewed": "15 16 * * *",
    "recount": "20 16 * * *",
    "silence": "22 16 * * *",
    "warn": "25 16 * * *",
    "archive": "40 16 * * *",
}  # past midnight in Shanghai
