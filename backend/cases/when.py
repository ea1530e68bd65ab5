"""The running clock of a case, with the calendar out of the database."""

from collections.abc import Sequence

from backend.cases.clocks import Count, replay, running
from backend.cases.messages import DueWords, due_words
from backend.cases.model import Case, Event
from backend.core.db import Tx
from backend.core.workdays import calendar


def count_of(case: Case, events: Sequence[Event]) -> Count | None:
    return running(replay(events, case.limits))


async def due_words_of(tx: Tx, case: Case, events: Sequence[Event]) -> DueWords | None:
    """What people read about the date; None when no clock runs."""
    count = count_of(case, events)
    if count is None:
        return None
    days = await calendar(tx.db, count.start)
    return due_words(count, count.explained(tx.today, days), count.statutory_due(tx.today, days), tx.today)
