"""One move of a case, thought through before anything is written: the case as it is left, and the event that says so. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from backend.cases.clocks import Count, colour_of, replay, running, told_limit
from backend.cases.model import Case, Event
from backend.cases.rules import problems_with, too_late_or_again
from backend.cases.states import CLOSED, RUNS, Effect, Move, State
from backend.catalogue.policy_model import Clocks
from backend.core.clock import Calendar, Due
from backend.core.errors import Conflict, Invalid, NotAllowed
from backend.core.i18n import _

MOVED_ON = _("这件事刚才有了新的变化，请看最新进度，再决定怎么做。")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """`left`: what the event says. `seen`: the event as the next step's clocks will see it."""

    move: Move
    before: Case
    after: Case
    left: dict[str, Any]
    seen: Event


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """What all steps of one transaction are judged by; `days` from the receipt of the case on."""

    at: datetime
    today: date
    places: Clocks
    days: Calendar


def step(case: Case, move: Move, events: Sequence[Event], data: Mapping[str, Any], now: Now, *, joint: bool) -> Step:
    """Conflict where the case stands elsewhere by now; Invalid or NotAllowed for what is missing, too late or done already."""
    if case.state not in move.before:
        raise moved_on(case)
    said = {**_started_with(move, now.places), **data}
    if problems := problems_with(move, said, events, now.places, joint=joint):
        raise Invalid(*problems)
    if problems := too_late_or_again(move, events, case.due, now.today):
        raise NotAllowed(*problems, next_step=f"/cases/{case.number}", next_say=_("看进度"))
    seen = as_seen(now.at, move, said)
    count = running(replay([*events, seen], case.limits))
    end = count.due(now.today, now.days) if count else None
    after = _after(case, move, count, end, now)
    left = {**said, "version": after.version, "from": case.state, "to": after.state, **due_data(end, count)}
    return Step(move=move, before=case, after=after, left=left, seen=seen)


def moved_on(case: Case) -> Conflict:
    return Conflict(MOVED_ON, next_step=f"/cases/{case.number}", next_say=_("看最新进度"))


def _started_with(move: Move, places: Clocks) -> dict[str, Any]:
    started = move.effect is Effect.START and move.after
    return told_limit(RUNS.get(move.after), places) if started and move.after else {}


def _after(case: Case, move: Move, count: Count | None, end: Due | None, now: Now) -> Case:
    state = move.leads_to(case.state)
    accepted = count.since if count and state is State.ACCEPTED else None
    return msgspec.structs.replace(
        case,
        state=state,
        version=case.version + 1,
        accepted_at=case.accepted_at or accepted,
        decided_at=(case.decided_at or now.at) if state in CLOSED else None,
        received_at=now.at if move.name == "released" else case.received_at,
        archived_at=case.archived_at or (now.at if move.name == "archived" else None),
        due=end.due if end else None,
        due_clock=count.clock if count else None,
        due_provisional=bool(end and end.provisional),
        colour=colour_on(end, now.today, now.places, now.days),
    )


def as_seen(at: datetime, made: Move, said: dict[str, Any]) -> Event:
    """The event as the clocks will see it."""
    return Event(id=0, kind=made.name, actor_kind="machine", actor_id=None, at=at, public=True, data=said)


def colour_on(end: Due | None, today: date, places: Clocks, days: Calendar) -> Any:
    """The card of this date today; none while it may still change by itself."""
    return colour_of(end.due, today, places.yellow, days) if end and not end.open_pause else ""


def due_data(end: Due | None, count: Count | None) -> dict[str, Any]:
    return {"due": end.due, "clock": count.clock, "provisional": end.provisional} if end and count else {}
