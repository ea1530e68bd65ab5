"""State × move × role, written by hand out of the law and the field's rules: never derived from the table it judges."""

from itertools import product

import pytest

from backend.cases.states import TABLE, State, Who, moves_from

# state: {who: what she may do then}. Who is not named may do nothing.
VERDICTS: dict[str, dict[str, str]] = {
    "waiting": {
        "citizen": "withdrawn",  # her own, until it is decided
        "machine": "released returned",
        "window": "returned",
        "reviewer": "returned",
        "head": "voided",
    },
    "submitted": {
        "citizen": "withdrawn",
        # silence accepts (Licensing Law 32), an unanswered renewal is granted (50); the machine refuses nobody
        "machine": "accepted deemed_accepted deemed_renewed",
        "window": "pre_reviewed correction_asked correction_asked_again accepted not_accepted not_competent delay_explained",
        "reviewer": "pre_reviewed correction_asked correction_asked_again accepted not_accepted not_competent delay_explained",
        "approver": "delay_explained",
        "head": "transferred voided delay_explained",
    },
    "correcting": {
        "citizen": "corrected withdrawn",
        "machine": "returned",
        "window": "returned",
        "reviewer": "returned",
        "head": "voided",
    },
    "accepted": {  # nobody asks for a correction any more, nobody says it is not accepted
        "citizen": "withdrawn",
        "machine": "granted deemed_renewed extended",  # what the government's head allowed (42)
        "window": "delay_explained",
        "reviewer": "suspended delay_explained",
        "approver": "suspended granted refused delay_explained",
        "head": "suspended extended granted refused transferred voided delay_explained",
    },
    "suspended": {  # nothing is decided before the special procedure has ended
        "citizen": "withdrawn",
        "machine": "resumed deemed_renewed",
        "window": "delay_explained",
        "reviewer": "resumed delay_explained",
        "approver": "resumed delay_explained",
        "head": "resumed voided delay_explained",
    },
    "granted": {
        "machine": "certificate_made delivered",
        "window": "certificate_made delivered delay_explained",
        "reviewer": "certificate_made delivered delay_explained",
        "approver": "certificate_made delivered delay_explained",
        "head": "certificate_made delivered delay_explained voided",
    },
    "certified": {
        "machine": "delivered",
        "window": "delivered handed_over delay_explained",
        "reviewer": "delivered handed_over delay_explained",
        "approver": "delivered handed_over delay_explained",
        "head": "delivered handed_over delay_explained voided",
    },
    "delivered": {
        "machine": "archived",
        "window": "handed_over",
        "reviewer": "handed_over",
        "approver": "handed_over",
        "head": "handed_over voided",
    },
    # What has ended so stays so: a refusal is changed by reconsideration and by courts, not by a button.
    "refused": {"machine": "archived"},
    "not_accepted": {"machine": "archived"},
    "not_competent": {"machine": "archived"},
    "withdrawn": {"machine": "archived"},
    "returned": {"machine": "archived"},
    "transferred": {"machine": "archived"},
    "void": {"machine": "archived"},
}


@pytest.mark.parametrize(("state", "who"), list(product(State, Who)))
def test_each_may_do_exactly_what_is_written_here(state: State, who: Who) -> None:
    written = set(VERDICTS[state.value].get(who.value, "").split())
    assert {move.name for move in moves_from(state, frozenset({who}))} == written


def test_every_move_and_every_role_stands_here() -> None:
    named = {name for row in VERDICTS.values() for names in row.values() for name in names.split()}
    assert named == {move.name for move in TABLE if move.before}
    assert set(VERDICTS) == {state.value for state in State}
    assert {who for row in VERDICTS.values() for who in row} == {who.value for who in Who}
