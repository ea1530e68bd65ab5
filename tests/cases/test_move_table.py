"""The table of moves itself: what its readers may rely on."""

from itertools import product
from pathlib import Path

import pytest

from backend.cases.diagram import markdown
from backend.cases.states import (
    CLOSED,
    LABELS,
    MOVES,
    OPEN,
    RUNS,
    TABLE,
    Effect,
    Public,
    State,
    Who,
    moves_from,
    pairs,
    public_state,
)
from backend.cases.trigger import SECOND, moves_sql, once_sql, trigger_sql

ROOT = Path(__file__).resolve().parents[2]


def test_the_committed_trigger_is_the_one_the_table_makes() -> None:
    committed = (ROOT / "backend/migrations/0006_case_moves.sql").read_text("utf-8")
    assert committed.endswith(trigger_sql())
    later = (ROOT / "backend/migrations/0019_lists.sql").read_text("utf-8")
    assert later.endswith(moves_sql(table=SECOND))
    now = (ROOT / "backend/migrations/0026_case_life.sql").read_text("utf-8")
    assert now.endswith(once_sql() + moves_sql())


def test_the_committed_picture_is_the_one_the_table_makes() -> None:
    assert (ROOT / "docs/case-life.md").read_text("utf-8") == markdown()


def test_every_state_has_a_label_and_can_be_reached() -> None:
    assert set(LABELS) == set(State)
    assert {move.after for move in TABLE if move.after} == set(State)


def test_from_every_open_state_the_case_can_end() -> None:
    steps = {(before, after) for before, after, _ in pairs()}
    for state in OPEN:
        assert any((state, end) in steps for end in CLOSED)


def test_names_are_unique_and_a_state_change_is_never_ambiguous_but_for_its_reason() -> None:
    assert len(MOVES) == len(TABLE)
    together = [names for _, _, names in pairs() if len(names) > 1]
    assert together == [
        ["pre_reviewed", "delay_explained"],
        ["correction_asked", "correction_asked_again"],
        ["accepted", "deemed_accepted"],
        ["extended", "delay_explained"],
        ["granted", "deemed_renewed"],
        ["delivered", "handed_over"],
        ["handed_over", "archived"],
    ]


def test_the_machine_may_grant_and_may_not_refuse() -> None:
    machine = {move.name for move in TABLE if Who.MACHINE in move.by}
    assert "granted" in machine
    assert machine.isdisjoint({"refused", "not_accepted", "not_competent", "voided", "transferred"})


def test_a_correction_is_never_asked_after_acceptance() -> None:
    """DOMAIN: a correction after acceptance is no legal pause."""
    assert {before for before, after, _ in pairs() if after is State.CORRECTING} == {State.SUBMITTED}


def test_every_refusal_needs_words() -> None:
    for name in ("refused", "not_accepted", "returned", "voided", "transferred", "extended", "suspended"):
        assert "reason" in MOVES[name].requires
    assert MOVES["not_competent"].requires == ("authority",)


def test_only_the_applicant_withdraws_and_only_while_nothing_is_decided() -> None:
    assert MOVES["withdrawn"].by == {Who.CITIZEN}
    assert set(MOVES["withdrawn"].before) == set(OPEN)


@pytest.mark.parametrize(("state", "who"), list(product([*State, None], Who)))
def test_what_one_may_do_is_what_the_table_says(state: State | None, who: Who) -> None:
    expected = [m for m in TABLE if who in m.by and (state in m.before if state else not m.before)]
    assert moves_from(state, frozenset({who})) == expected


def test_clocks_run_in_open_states_and_for_delivery_only() -> None:
    assert set(RUNS) == {
        State.SUBMITTED,
        State.CORRECTING,
        State.ACCEPTED,
        State.SUSPENDED,
        State.GRANTED,
        State.CERTIFIED,
    }
    for move in TABLE:
        if move.effect in (Effect.START, Effect.START_AT_RECEIPT):
            assert move.after in RUNS
        if move.effect is Effect.STOP:
            assert move.after not in RUNS


def test_the_four_public_states_cover_all() -> None:
    assert {public_state(state) for state in State} == set(Public)
    assert {state for state in State if public_state(state) is Public.NEEDS_YOU} == {State.CORRECTING}
