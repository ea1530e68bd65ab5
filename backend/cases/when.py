"""The running clock of a case, with the calendar out of the database."""

from collections.abc import Sequence

from backend.cases.clocks import Count, replay, running
from backend.cases.messages import DueWords, due_words
from backend.cases.model import Case, Event
from backend.catalogue.model import ItemType
from backend.catalogue.queries import city, item_version
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
    why, law = count.explained(tx.today, days), count.statutory_due(tx.today, days)
    return due_words(count, why, law, tx.today, silence=await _silence_accepts(tx, case))


async def _silence_accepts(tx: Tx, case: Case) -> bool:
    """Of permits by law (Licensing Law 32); of everything else where the city says so."""
    item = (await item_version(tx.db, case.item_code, case.item_version)).item
    return item.type is ItemType.permit or (await city(tx.db)).pack.city.silence_means_accepted == "all"
