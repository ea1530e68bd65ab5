"""The queue of an officer's departments by due date, and the queue in numbers.

Built to cost the same with ten thousand cases and with a million: each department's rows come in order from an index
that fits the filter, pages begin after a row, and numbers are counted no further than a thousand.
"""

from datetime import date
from uuid import UUID

import msgspec

from backend.cases.model import Case
from backend.core.db import Tx
from backend.desk.filters import FIRST_DAY, Filter
from backend.desk.model import NEAR_DAYS, ItemTally, QueueRow

PAGE = 50
START = (FIRST_DAY, UUID(int=0))
MOST = 1000  # numbers are counted up to here


async def queue_of(
    tx: Tx, wanted: Filter, after: tuple[date, UUID] = START, limit: int = PAGE
) -> tuple[list[QueueRow], bool]:
    """Rows after the place `after`, the most urgent first, and whether more follow."""
    # Planned with the values at hand: a plan for any filter at all would read the whole queue for a rare one.
    await tx.db.execute("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")
    first, last = wanted.dates(tx.today)
    holder = {"me": await my_cases_of(tx)}.get(wanted.holder)
    rows = await tx.db.fetch(
        """SELECT c.id, c.number, i.name AS item_name, d.name AS department_name, c.state, c.version, c.received_at, c.due, c.due_clock,
                  c.due_provisional, c.officer_id
           FROM (SELECT x.* FROM unnest($1::text[]) AS mine(department) CROSS JOIN LATERAL (
                     SELECT q.* FROM cases q
                     WHERE q.department_id = mine.department
                       AND ($10 IS FALSE OR q.state IN ('granted', 'certified')) AND ($10 OR q.decided_at IS NULL)
                       AND q.due BETWEEN $4 AND $5 AND (q.due, q.id) > ($2, $3)
                       AND ($6 = '' OR q.state = $6) AND ($7 = '' OR q.item_code = $7)
                       AND ($8::uuid[] IS NULL OR q.officer_id = ANY ($8)) AND (NOT $9 OR q.officer_id IS NULL)
                       AND (NOT $12 OR q.id IN (SELECT o.case_id FROM joint_opinions o))
                     ORDER BY q.due, q.id LIMIT $11) x
                 ORDER BY x.due, x.id LIMIT $11) c
           JOIN item_versions i ON (i.code, i.version) = (c.item_code, c.item_version) JOIN departments d ON d.id = c.department_id
           ORDER BY c.due, c.id""",
        list(tx.viewer.departments), *after, first, last, wanted.state, wanted.item, holder, wanted.holder == "nobody",
        wanted.hand_out, limit + 1, wanted.joint,
    )  # fmt: skip
    return msgspec.convert(rows[:limit], list[QueueRow]), len(rows) > limit


async def my_cases_of(tx: Tx) -> list[UUID]:
    """Whose cases count as the viewer's today: her own, and those of whom she stands in for."""
    found: list[UUID] = await tx.db.fetchval("SELECT my_cases_of()")
    return found


async def tally_of(tx: Tx) -> dict[str, int]:
    """How many by state, colour and holder, and how many results are to be handed over; a thousand means that or more."""
    rows = await tx.db.fetch("SELECT name, n FROM desk_tally($1)", NEAR_DAYS)
    joint = await tx.db.fetchval(
        """SELECT count(*) FROM (SELECT 1 FROM cases c WHERE c.id IN (SELECT o.case_id FROM joint_opinions o) AND c.department_id = ANY ($1)
           AND c.decided_at IS NULL AND c.due IS NOT NULL LIMIT 1000) x""",
        list(tx.viewer.departments),
    )
    return {row["name"]: row["n"] for row in rows} | {"joint": joint}


async def items_in_queue(tx: Tx) -> list[ItemTally]:
    """The items with open cases; a hundred means that or more."""
    return msgspec.convert(await tx.db.fetch("SELECT code, name, n FROM desk_items()"), list[ItemTally])


async def next_in_queue(tx: Tx, case: Case, wanted: Filter) -> str | None:
    """The number of the case after this one, so that the officer need not go back to the list."""
    if case.due is None:
        return None
    rows, _more = await queue_of(tx, wanted, (case.due, case.id), 1)
    return rows[0].number if rows else None
