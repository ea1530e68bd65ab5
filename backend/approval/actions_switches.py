"""Stopping the machine and letting it go on, and how many of its grants a person looks at again: each with a name and a reason."""

from decimal import Decimal, InvalidOperation

from backend.approval.queries import may_steer
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import _

LONGEST = 500


async def switch(tx: Tx, item: str | None, stopped: bool, reason: str) -> None:
    """From this commit on, in every process: the transaction that grants asks the same line. `item` None: every item."""
    await _need_steering(tx, item)
    if not 1 <= len(reason) <= LONGEST:
        raise Invalid(Problem(_("请写明原因，500 个字以内。"), "reason"))
    await tx.db.execute(
        "INSERT INTO approval_switches (item_code, stopped, reason, by_id, by_name, at) VALUES ($1, $2, $3, $4, $5, $6)",
        item, stopped, reason, tx.viewer.id, tx.viewer.name, tx.now,
    )  # fmt: skip


async def set_share(tx: Tx, item: str | None, percent: str) -> None:
    """`percent` as typed: 0 to 100, at most two decimals."""
    await _need_steering(tx, item)
    await tx.db.execute(
        "INSERT INTO approval_shares (item_code, percent, by_id, at) VALUES ($1, $2, $3, $4)",
        item, _percent(percent), tx.viewer.id, tx.now,
    )  # fmt: skip


async def _need_steering(tx: Tx, item: str | None) -> None:
    known = item is None or item in (await city(tx.db)).titles
    if not known or not await may_steer(tx, item):
        raise NotFound()


def _percent(typed: str) -> Decimal:
    try:
        percent = Decimal(typed)
    except InvalidOperation:
        percent = Decimal(-1)
    if not percent.is_finite() or not 0 <= percent <= 100:
        raise Invalid(Problem(_("请写 0 到 100 之间的数。"), "percent"))
    return round(percent, 2)
