"""What the machine has to look at each night. As the worker: all departments."""

from datetime import date, datetime
from uuid import UUID

import asyncpg

from backend.catalogue.model import ItemType
from backend.catalogue.queries import city
from backend.core.clock import DAY
from backend.core.db import Tx

LONGEST_BREAK = 14
"""Days: more than the longest holiday with its weekends, so that no workday before a date is overlooked."""


async def silent_cases(tx: Tx) -> list[UUID]:
    """Cases nobody answered within the notice limit: all, or permits alone where the city goes no further than the law."""
    policy = (await city(tx.db)).pack.city.silence_means_accepted
    rows = await tx.db.fetch(
        """SELECT c.id FROM cases c JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
           WHERE c.state = 'submitted' AND c.due_clock = 'notice' AND NOT c.due_provisional AND c.due < $1
             AND ($2 OR v.data->'item'->>'type' = $3) ORDER BY c.due, c.id""",
        tx.today,
        policy == "all",
        ItemType.permit.value,
    )
    return [row["id"] for row in rows]


async def unanswered_renewals(db: asyncpg.Connection, today: date) -> list[tuple[UUID, date]]:
    """Renewals that were applied for in time and not decided while the licence was valid, with its last day."""
    rows = await db.fetch(
        """SELECT id, renews_until FROM cases
            WHERE renews_until < $1 AND state IN ('submitted', 'accepted', 'suspended') ORDER BY renews_until, id""",
        today,
    )
    return [(row["id"], row["renews_until"]) for row in rows]


async def unanswered_corrections(db: asyncpg.Connection, today: date) -> list[UUID]:
    """Cases whose applicants let the time for a correction go by."""
    rows = await db.fetch(
        """SELECT id FROM cases WHERE state = 'correcting' AND due_clock = 'correction' AND NOT due_provisional
              AND due < $1 ORDER BY due, id""",
        today,
    )
    return [row["id"] for row in rows]


async def pauses_over(db: asyncpg.Connection, today: date) -> list[UUID]:
    """Cases in a special procedure for longer than their written notice said."""
    rows = await db.fetch(
        """SELECT c.id FROM cases c, LATERAL (SELECT e.at, (e.data->>'days')::integer AS days FROM events e
                  WHERE e.case_id = c.id AND e.kind = 'suspended' ORDER BY e.id DESC LIMIT 1) s
           WHERE c.state = 'suspended' AND (s.at AT TIME ZONE 'Asia/Shanghai')::date + s.days < $1 ORDER BY c.id""",
        today,
    )
    return [row["id"] for row in rows]


async def cases_to_recount(tx: Tx) -> list[UUID]:
    """Dates that may be others now: provisional ones, and those in reach of a day the calendar changed since yesterday."""
    rows = await tx.db.fetch(
        """SELECT id FROM cases WHERE due IS NOT NULL AND (due_provisional OR due >= (
               SELECT min(day) FROM calendar_changes WHERE at > $1)) ORDER BY due, id""",
        tx.now - 2 * DAY,
    )
    return [row["id"] for row in rows]


async def cases_to_recolour(tx: Tx) -> list[UUID]:
    """Dates that are over or come near, and those that no longer do. A few more than will change are looked at."""
    near = (await city(tx.db)).pack.city.clocks.yellow
    rows = await tx.db.fetch(
        "SELECT id FROM cases WHERE due IS NOT NULL AND (colour <> '' OR due <= $1) AND (colour <> 'red' OR due >= $2) ORDER BY due, id",
        tx.today + (near + LONGEST_BREAK) * DAY,
        tx.today,
    )
    return [row["id"] for row in rows]


async def cases_to_archive(tx: Tx) -> list[UUID]:
    """What ended so long ago that nobody asks for anything more."""
    before: datetime = tx.now - (await city(tx.db)).pack.city.clocks.archive * DAY
    rows = await tx.db.fetch(
        """SELECT c.id FROM cases c WHERE c.archived_at IS NULL AND c.decided_at < $1 AND c.due IS NULL
              AND NOT EXISTS (SELECT FROM events e WHERE e.case_id = c.id AND e.at >= $1) ORDER BY c.decided_at, c.id LIMIT 5000""",
        before,
    )
    return [row["id"] for row in rows]
