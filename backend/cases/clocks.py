"""The clocks of one case, replayed from its events. Pure: the stored due date is only a cache of this.

notice      5 workdays from receipt to tell everything that is missing (Licensing Law 32)
correction  the applicant's own limit, as the notice told it
decision    the promise, and the statutory limit behind it, from acceptance (42)
delivery    10 workdays from the decision (44)
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from backend.cases.model import Event, Limits
from backend.cases.states import MOVES, RUNS, Clock, Effect, Move
from backend.catalogue.policy_model import Clocks
from backend.core.clock import Calendar, Due, Explanation, Pause, Unit, counted, due, explain, local_day

NOTICE_WORKDAYS = 5
DELIVERY_WORKDAYS = 10
CORRECTION_DAYS = 15  # calendar days, where the notice names no other number


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """One clock's run. `since` is the moment of the event it started with; `until` when it stopped, if it did."""

    clock: Clock
    since: datetime
    limit: int
    unit: Unit
    statutory: int | None = None
    pauses: tuple[Pause, ...] = ()
    until: datetime | None = None
    by: date | None = None  # never later than this day, pauses or not
    bound: date | None = None  # the last day the open pause takes out: so long was told in writing

    @property
    def start(self) -> date:
        return local_day(self.since)

    def due(self, today: date, calendar: Calendar) -> Due:
        return self._within(due(self.start, self.limit, self.unit, self.taken(today), today, calendar))

    def taken(self, today: date) -> tuple[Pause, ...]:
        """The pauses, the open one ended where its written notice ends."""
        if self.bound is None or today <= self.bound:
            return self.pauses
        return (*self.pauses[:-1], self.pauses[-1]._replace(end=self.bound))

    def _within(self, end: Due) -> Due:
        if self.by is None or end.due <= self.by:
            return end
        return Due(self.by, provisional=False, open_pause=False, unpublished=())

    def statutory_due(self, today: date, calendar: Calendar) -> Due | None:
        if self.statutory is None:
            return None
        return due(self.start, self.statutory, self.unit, self.taken(today), today, calendar)

    def explained(self, today: date, calendar: Calendar) -> Explanation:
        why = explain(self.start, self.limit, self.unit, self.taken(today), today, calendar)
        return msgspec.structs.replace(why, due=self._within(why.due))


def replay(events: Iterable[Event], limits: Limits) -> tuple[Count, ...]:
    """Every run of every clock in order; the last one is running if it has no `until`."""
    counts: list[Count] = []
    for event in events:
        if move := MOVES.get(event.kind):
            _apply(counts, move, event, limits)
    return tuple(counts)


def running(counts: tuple[Count, ...]) -> Count | None:
    return counts[-1] if counts and counts[-1].until is None else None


def told_limit(clock: Clock | None, places: Clocks) -> dict[str, Any]:
    """What the event that starts a clock keeps of the place's own limits: a later policy does not change this case."""
    match clock:
        case Clock.CORRECTION:
            return {"days": places.correction}
        case Clock.NOTICE if places.notice != NOTICE_WORKDAYS:
            return {"limit": places.notice}
        case Clock.DELIVERY if places.delivery != DELIVERY_WORKDAYS:
            return {"limit": places.delivery}
    return {}


def colour_of(end: date | None, today: date, near: int, calendar: Calendar) -> str:
    """Red once the date is over, yellow so many workdays before it: the cards of supervision."""
    if end is None:
        return ""
    if end < today:
        return "red"
    return "yellow" if counted(today, Unit.WORKDAY, (), end, calendar) <= near else ""


def _apply(counts: list[Count], move: Move, event: Event, limits: Limits) -> None:
    match move.effect:
        case Effect.START | Effect.START_AT_RECEIPT:
            since = counts[-1].since if move.effect is Effect.START_AT_RECEIPT else event.at
            _stop(counts, event)
            counts.append(_started(RUNS[move.leads_to(None)], since, event, limits))
        case Effect.STOP:
            _stop(counts, event)
        case Effect.PAUSE:
            begun, days = local_day(event.at), event.data.get("days")
            bound = begun + timedelta(days=days) if days else None
            _change(counts, pauses=(*counts[-1].pauses, Pause(begun, None)), bound=bound)
        case Effect.RESUME:
            *earlier, opened = counts[-1].pauses
            end = min(local_day(event.at), counts[-1].bound or date.max)
            _change(counts, pauses=(*earlier, opened._replace(end=end)), bound=None)
        case Effect.EXTEND:
            more, last = event.data["days"], counts[-1]
            _change(counts, limit=last.limit + more, statutory=last.statutory and last.statutory + more)


def _started(clock: Clock, since: datetime, event: Event, limits: Limits) -> Count:
    """`limit` in the event: the place's own, where it is another than the law's."""
    match clock:
        case Clock.NOTICE:
            return Count(clock=clock, since=since, limit=event.data.get("limit", NOTICE_WORKDAYS), unit=Unit.WORKDAY)
        case Clock.CORRECTION:
            days = event.data.get("days", CORRECTION_DAYS)
            return Count(clock=clock, since=since, limit=days, unit=Unit.DAY)
        case Clock.DELIVERY:
            return Count(clock=clock, since=since, limit=event.data.get("limit", DELIVERY_WORKDAYS), unit=Unit.WORKDAY)
        case Clock.DECISION:
            return Count(
                clock=clock,
                since=since,
                limit=limits.promised,
                unit=limits.unit,
                statutory=limits.statutory,
                by=limits.by,
            )


def _stop(counts: list[Count], event: Event) -> None:
    if counts and counts[-1].until is None:
        _change(counts, until=event.at)


def _change(counts: list[Count], **changes: object) -> None:
    counts[-1] = msgspec.structs.replace(counts[-1], **changes)
