"""One version follows the other: the days on which each is in force, for the pack loader and the desk alike."""

from datetime import date

import asyncpg
import msgspec


class Days(msgspec.Struct, frozen=True):
    """`first` is the first day, `until` the first day on which another version is in force already; None: open."""

    first: date
    until: date | None


async def end_others(db: asyncpg.Connection, code: str, first: date | None = None) -> Days:
    """Makes room for a version that begins on `first` (today): the one in force ends that day, one that is planned for
    a later day stays. An item's very first version has been in force ever since: nobody can have filed before it."""
    row = await db.fetchrow(
        """WITH published AS (
               SELECT v.version, v.effective_from, coalesce(v.effective_until, 'infinity') AS until FROM item_versions v
                WHERE v.code = $1 AND v.state IN ('published', 'withdrawn') AND v.department_id IS NOT NULL)
           SELECT CASE WHEN EXISTS (SELECT 1 FROM published) OR $2::date IS NOT NULL THEN coalesce($2, app_today())
                       ELSE '-infinity'::date END AS first,
                  (SELECT min(v.effective_from) FROM item_versions v WHERE v.code = $1 AND v.state = 'published'
                      AND v.department_id IS NOT NULL AND v.effective_from > coalesce($2, app_today())) AS until""",
        code,
        first,
    )
    days = msgspec.convert(row, Days)
    await db.execute(
        """UPDATE item_versions SET effective_until = $2 WHERE code = $1 AND state = 'published' AND department_id IS NOT NULL
              AND effective_from <= $2 AND coalesce(effective_until, 'infinity') > $2""",
        code,
        days.first,
    )
    return days
