"""The clocks of a case as a replay of its events, for whatever life a case can have."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend.cases import joint_messages
from backend.cases.clocks import Count, replay, running
from backend.cases.messages import TITLES, due_words, timeline
from backend.cases.model import Event, Limits
from backend.cases.questioned import QUESTIONED
from backend.cases.states import CLOSED, MOVES, RUNS, TABLE, Clock, State
from backend.core.clock import Pause, Unit
from backend.core.workdays import published_calendar

CALENDAR = published_calendar()
LIMITS = Limits(promised=15, statutory=20)
START = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)
DATA: dict[str, Any] = {
    "problems": [{"say": "缺一张照片"}],
    "reason": "理由",
    "authority": "住房局",
    "ground": "hearing",
    "days": 5,
    "receiver": "applicant",
}


def event(kind: str, after: int, **data: Any) -> Event:
    return Event(
        id=0, kind=kind, actor_kind="machine", actor_id=None, at=START + timedelta(days=after), public=True, data=data
    )


@st.composite
def lives(draw: st.DrawFn) -> tuple[State, list[Event]]:
    """Any legal life of up to twelve moves, each some days after the other."""
    first = draw(st.sampled_from([move for move in TABLE if not move.before]))
    state, day = first.leads_to(None), 0
    events = [event(first.name, day)]
    for _ in range(draw(st.integers(0, 12))):
        made = {past.kind for past in events}
        possible = [m for m in TABLE if state in m.before and not (m.once and m.name in made)]
        if not possible:
            break
        move = draw(st.sampled_from(possible))
        day += draw(st.integers(0, 30))
        events.append(
            event(move.name, day, **{key: DATA[key] for key in ("days", "ground", "reason", "problems", "authority")})
        )
        state = move.leads_to(state)
    return state, events


def last(*events: Event) -> Count:
    count = running(replay(events, LIMITS))
    assert count is not None
    return count


@given(lives())
def test_the_clock_that_runs_is_the_one_of_the_state(life: tuple[State, list[Event]]) -> None:
    state, events = life
    count = running(replay(events, LIMITS))
    assert (count.clock if count else None) == RUNS.get(state)


@given(lives())
def test_at_most_one_clock_runs_and_none_ends_before_it_began(life: tuple[State, list[Event]]) -> None:
    counts = replay(life[1], LIMITS)
    assert all(count.until is not None for count in counts[:-1])
    assert all(count.until is None or count.since <= count.until for count in counts)


@given(lives())
def test_a_pause_is_open_exactly_while_the_case_is_suspended(life: tuple[State, list[Event]]) -> None:
    state, events = life
    count = running(replay(events, LIMITS))
    open_pauses = [pause for pause in count.pauses if pause.end is None] if count else []
    assert len(open_pauses) == (1 if state is State.SUSPENDED else 0)


@given(lives(), st.integers(0, 200))
def test_words_are_found_for_every_life_on_every_day(life: tuple[State, list[Event]], later: int) -> None:
    state, events = life
    today = (events[-1].at + timedelta(days=later)).date()
    steps = timeline(state, events)
    assert [step.event for step in steps if step.event] == list(reversed(events))
    assert (state in CLOSED) or steps[-1].state == "later"
    if count := running(replay(events, LIMITS)):
        words = due_words(count, count.explained(today, CALENDAR), count.statutory_due(today, CALENDAR), today)
        assert words.why
        assert words.overdue == (today > words.day)
        for line in words.why:
            assert line.say % line.params


@given(lives())
def test_notes_and_looks_do_not_touch_the_clocks(life: tuple[State, list[Event]]) -> None:
    _, events = life
    noisy = [e for pair in zip(events, (event("looked", 0) for _ in events), strict=True) for e in pair]
    assert replay(noisy, LIMITS) == replay(events, LIMITS)


def test_the_promise_runs_from_acceptance_with_the_statutory_limit_behind_it() -> None:
    count = last(event("filed", 0), event("accepted", 3))
    assert (count.clock, count.start, count.limit, count.statutory) == (Clock.DECISION, date(2026, 9, 28), 15, 20)
    assert count.due(date(2026, 9, 30), CALENDAR).due == date(2026, 10, 23)


def test_deemed_acceptance_counts_from_receipt_also_after_a_correction() -> None:
    assert last(event("filed", 0), event("deemed_accepted", 15)).since == START
    corrected = [event("filed", 0), event("correction_asked", 2, days=10), event("corrected", 6)]
    assert last(*corrected, event("deemed_accepted", 30)).since == START + timedelta(days=6)


def test_suspending_twice_merges_nothing_and_loses_nothing() -> None:
    moves = [("suspended", 17), ("resumed", 25), ("suspended", 27), ("resumed", 28)]
    count = last(event("filed", 0), event("accepted", 0), *(event(kind, day) for kind, day in moves))
    assert count.pauses == (
        Pause(date(2026, 10, 12), date(2026, 10, 20)),
        Pause(date(2026, 10, 22), date(2026, 10, 23)),
    )


def test_an_extension_moves_the_promise_and_the_statutory_limit() -> None:
    count = last(event("filed", 0), event("accepted", 0), event("extended", 1, days=10))
    assert (count.limit, count.statutory) == (25, 30)


def test_the_limits_unit_is_the_items_own() -> None:
    events = [event("filed", 0), event("accepted", 0)]
    count = running(replay(events, Limits(promised=1, unit=Unit.MONTH)))
    assert count is not None
    assert (count.due(date(2026, 9, 25), CALENDAR).due, count.statutory_due(date(2026, 9, 25), CALENDAR)) == (
        date(2026, 10, 26),
        None,
    )


def test_a_date_is_overdue_the_day_after_not_on_the_day() -> None:
    count = last(event("filed", 0))
    end = count.due(START.date(), CALENDAR).due
    for today, overdue in ((end, False), (end + timedelta(days=1), True)):
        assert due_words(count, count.explained(today, CALENDAR), None, today).overdue is overdue


AFTERWARDS = {  # what is said of a case that is over: of its pledges, of the machine that granted it
    "pledge_kept", "pledge_broken", "pledge_objection_answered", "look_asked", "look_answered", "source_doubted",
}  # fmt: skip


def test_every_move_has_words() -> None:
    others = {QUESTIONED, "warned_red", "date_changed"} | set(joint_messages.TITLES) | AFTERWARDS
    assert set(TITLES) == set(MOVES) | others, "the others are told, and move nothing"


@given(st.integers(1, 60), st.integers(0, 120), st.integers(0, 120))
def test_a_special_procedure_stops_the_count_for_as_long_as_was_told_and_no_longer(
    told: int, lasted: int, seen: int
) -> None:
    accepted, suspended = event("accepted", 3), event("suspended", 5, ground="hearing", days=told)
    ended = last(event("filed", 0), accepted, suspended, event("resumed", 5 + lasted))
    (pause,) = ended.pauses
    assert pause.end is not None
    assert (pause.end - pause.start).days == min(told, lasted)
    still = last(event("filed", 0), accepted, suspended)
    (pause,) = still.taken(pause.start + timedelta(days=seen))
    assert pause.end is None if seen <= told else (pause.end - pause.start).days == told
