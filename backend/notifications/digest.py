"""Each workday morning, one word to every officer: what is late, what is due soon, what came in."""

from datetime import date, timedelta
from uuid import UUID

import msgspec

from backend.cases.states import OPEN
from backend.core.db import Tx
from backend.core.events import NewEvent, record
from backend.core.workdays import calendar
from backend.notifications.desk_messages import DESK_DIGEST
from backend.notifications.model import Channel, Matter, Words
from backend.notifications.wishes import choose, my_choices

SOON = timedelta(days=3)
HANDLES = ["window", "reviewer", "approver", "head"]


class Day(msgspec.Struct, frozen=True):
    """An officer's cases over all her departments."""

    account_id: UUID
    late: int
    soon: int
    fresh: int
    open: int


async def days_of(tx: Tx) -> list[Day]:
    """Of every officer who handles cases and has any open; one who was told today already is left out."""
    rows = await tx.db.fetch(
        """SELECT o.account_id, count(*) FILTER (WHERE c.due < $1) AS late, count(*) FILTER (WHERE c.due BETWEEN $1 AND $2) AS soon,
                  count(*) FILTER (WHERE c.received_at > $3::timestamptz - interval '1 day') AS fresh, count(*) AS open
           FROM (SELECT DISTINCT account_id, department_id FROM officer_roles
                 WHERE role = ANY($4) AND $1 BETWEEN valid_from AND coalesce(valid_to, 'infinity')) o
           JOIN cases c ON c.department_id = o.department_id AND c.state = ANY($5) AND c.due_clock IS DISTINCT FROM 'correction'
           WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.principal_id = o.account_id AND e.kind = $6 AND e.at > $3::timestamptz - interval '20 hours')
           GROUP BY 1 ORDER BY 1""",
        tx.today,
        tx.today + SOON,
        tx.now,
        HANDLES,
        list(OPEN),
        DESK_DIGEST,
    )
    return msgspec.convert(rows, list[Day])


async def tell_days(tx: Tx) -> int:
    """Records one event an officer; on a day that is no workday, none. How many."""
    if not await _works(tx, tx.today):
        return 0
    days = await days_of(tx)
    await record(tx, [_event(day) for day in days])
    return len(days)


async def _works(tx: Tx, day: date) -> bool:
    return (await calendar(tx.db, day)).is_workday(day)


def _event(day: Day) -> NewEvent:
    counts = {"late": day.late, "soon": day.soon, "fresh": day.fresh, "open": day.open}
    data = {"counts": counts, "page": "/desk"}
    return NewEvent(kind=DESK_DIGEST, principal_id=day.account_id, actor_kind="machine", data=data)


async def my_digest(tx: Tx) -> Words | None:
    """The viewer's own, the latest of the last day."""
    words = await tx.db.fetchval(
        """SELECT words FROM notices WHERE person_id = $1 AND channel = 'inbox' AND matter = 'digest' AND created_at > $2::timestamptz - interval '1 day'
           ORDER BY created_at DESC LIMIT 1""",
        tx.viewer.id,
        tx.now,
    )
    return msgspec.convert(words, Words) if words else None


async def has_digest_mail(tx: Tx) -> bool:
    chosen = (await my_choices(tx)).get(Matter.DIGEST)
    return chosen is None or Channel.EMAIL in chosen


async def choose_digest(tx: Tx, wanted: bool) -> None:
    """By e-mail and on her devices, or on this page only."""
    await choose(tx, Matter.DIGEST, [Channel.PUSH, Channel.EMAIL] if wanted else [])
