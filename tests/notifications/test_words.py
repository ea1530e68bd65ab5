"""What people are told: for every move a text, in plain words, and nothing personal in a push."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cases.states import MOVES, Clock, Notice
from backend.core.render import saying
from backend.notifications.messages import (
    DUE_SOON,
    LOUD_OTHERS,
    OTHERS,
    PUSHES_OF_OTHERS,
    QUESTIONED,
    TEXTS,
    loudness,
    message,
    push_words,
    until,
)
from backend.notifications.model import Words

KINDS = sorted(TEXTS)


def test_every_move_people_hear_of_has_its_words():
    assert {name for name, move in MOVES.items() if move.notice is not Notice.NONE} <= set(TEXTS)
    assert set(TEXTS) <= {*MOVES, DUE_SOON, QUESTIONED}
    assert set(LOUD_OTHERS) == {*OTHERS, DUE_SOON, QUESTIONED}
    assert set(OTHERS) == set(PUSHES_OF_OTHERS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_says_what_happened_and_what_to_do(kind):
    words = Words(kind=kind, item="护理补贴", number="46010020260925000018", authority="市残联")
    full = message(words)
    with saying("zh-Hans") as said:
        title, happened, todo = said(full.title), said(full.happened), said(full.todo)
    assert title.startswith("护理补贴：")
    assert happened.endswith("。")
    assert todo.endswith("。")
    assert "%(" not in title + happened + todo
    assert not re.search("申报|受理单|事项办理|[,;!?]", title + happened + todo)


def test_an_asked_correction_says_until_when():
    words = Words(kind="correction_asked", item="护理补贴", due=date(2026, 10, 21), clock=Clock.CORRECTION)
    with saying("zh-Hans", date(2026, 9, 25)) as said:
        assert said(message(words).until) == "请在 10 月 21 日（周三）前补上。"


def test_a_date_that_may_still_change_says_so():
    with saying("zh-Hans", date(2026, 9, 25)) as said:
        assert "可能变动" in said(until(date(2027, 1, 5), Clock.DECISION, True))


def test_without_a_running_clock_there_is_no_date():
    assert until(None, None, False) is None
    assert until(date(2026, 10, 1), None, False) is None


def test_the_machines_acceptance_on_its_way_to_a_grant_is_no_news():
    assert loudness("accepted", "machine") is Notice.NONE
    assert loudness("accepted", "officer") is Notice.NEWS


def test_kinds_nobody_hears_of_are_silent():
    assert loudness("looked") is Notice.NONE


@given(st.sampled_from(KINDS), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_a_push_says_the_same_whatever_it_is_about(kind, item, number, authority):
    assert push_words(Words(kind=kind, item=item, number=number, authority=authority)) == push_words(Words(kind=kind))
