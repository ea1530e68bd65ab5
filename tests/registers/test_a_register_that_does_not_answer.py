"""Outage, delay, contradiction, replay, forgery: what a register does not say stays unknown, and is never taken for a no."""

import asyncio
from datetime import timedelta

import pytest

from backend.registers.asking import put
from tests.registers.town import FATHER, Asking


async def test_a_register_is_asked_for_no_more_than_the_item_needs_and_told_what_for(asking: Asking):
    assert await asking.asked() == "answered"
    assert asking.register.asked == [("population", FATHER)]
    assert asking.register.purposes == [("高龄老人长寿补贴", "consent:prefill:1")]
    assert (await asking.known())["person.alive"] is True
    assert set(await asking.known()) <= set(asking.register.facts_asked[0])


@pytest.mark.parametrize("mood", ["slow", "down", "error", "forged", "garbage", "huge", "busy"])
async def test_no_answer_is_unknown_and_what_was_known_before_still_holds_for_its_time(asking: Asking, mood: str):
    await asking.asked("civil_affairs")
    before = await asking.known()
    asking.register.mood = mood
    assert await asking.asked() == "outage"
    assert await asking.known() == before  # nothing became false, nothing was lost
    assert not any(element.startswith("person.alive") for element in before)


@pytest.mark.parametrize(("mood", "state"), [("contradictory", "contradiction"), ("another", "contradiction"), ("unknown", "no_record"), ("old", "stale")])  # fmt: skip
async def test_an_answer_that_says_nothing_sure_is_unknown(asking: Asking, mood: str, state: str):
    asking.register.mood = mood
    assert await asking.asked() == state
    assert await asking.known() == {}


async def test_an_answer_to_another_question_played_again_is_not_believed(asking: Asking):
    assert await asking.asked() == "answered"
    asking.register.records["population"][FATHER]["person.alive"] = False
    asking.register.mood = "replayed"
    asking.later(days=2)
    assert await asking.asked() == "outage"
    assert await asking.known() == {}  # the old one is too old by now, and the replay is no new one


async def test_a_contradiction_takes_back_what_the_same_register_said_before(asking: Asking):
    assert await asking.asked() == "answered"
    asking.register.mood = "contradictory"
    asking.later(hours=23, minutes=45)
    assert await asking.asked() == "contradiction"
    assert await asking.known() == {}


async def test_facts_end_after_the_registers_own_time(asking: Asking):
    await asking.asked()
    asking.later(hours=23, minutes=59)
    assert "person.alive" in await asking.known()
    asking.later(minutes=2)
    assert await asking.known() == {}


async def test_somebody_asked_lately_is_not_asked_again(asking: Asking):
    await asking.asked()
    assert await asking.wish() is None
    asking.later(hours=23, minutes=45)  # it would end while the sheet is filled in
    assert await asking.wish() is not None


async def test_the_circuit_opens_after_five_failures_is_tried_by_one_and_closes(asking: Asking):
    asking.register.mood = "error"
    for number in range(2):
        assert await asking.asked() == "outage"
        asking.later(minutes=2 + number)
    assert (await asking.circuit())["failures"] >= 5
    assert (await asking.circuit())["open_until"]
    before = len(asking.register.asked)
    async with asking.work.transaction() as tx:
        await tx.db.execute("UPDATE register_breakers SET open_until = $1", asking.now + timedelta(seconds=1))
    request = await asking.wish()
    assert request is not None
    assert 0 < await put(asking.work, request) <= 30
    assert len(asking.register.asked) == before  # open: nobody knocks
    asking.later(seconds=2)
    asking.register.mood = "good"
    assert await asking.until_done(request) == "answered"
    assert (await asking.circuit()) == {"failures": 0, "open_until": None, "probe_until": None, "said": ""}


async def test_half_open_lets_one_worker_try(asking: Asking):
    async with asking.work.transaction() as tx:
        await tx.db.execute("UPDATE register_breakers SET failures = 9, open_until = $1", asking.now)
    first, other = await asking.wish(), await asking.wish(number="460199197001011232")
    assert first is not None
    assert other is not None
    asking.register.delay, asking.register.mood = 0.15, "slow"
    waits = await asyncio.gather(put(asking.work, first), put(asking.work, other))
    assert sorted(bool(wait) for wait in waits) == [False, True]
    assert len(asking.register.asked) == 1


async def test_a_busy_register_is_left_alone_as_long_as_it_asks(asking: Asking):
    asking.register.mood = "busy"
    request = await asking.wish()
    assert request is not None
    assert await put(asking.work, request) == 7.0
    assert (await asking.circuit())["failures"] == 0
    asking.later(seconds=3)
    assert await put(asking.work, request) == pytest.approx(4.0)
    assert len(asking.register.asked) == 1
    asking.register.mood = "good"
    asking.later(seconds=5)
    assert await asking.until_done(request) == "answered"


async def test_two_workers_do_not_ask_the_same_twice(asking: Asking):
    asking.register.delay, asking.register.mood = 0.1, "slow"
    request = await asking.wish()
    assert request is not None
    assert await asking.wish() is None  # two sheets, one question
    await asyncio.gather(*(put(asking.work, request) for _worker in range(3)))
    assert len(asking.register.asked) == 1


async def test_without_the_lock_they_would(asking: Asking, monkeypatch: pytest.MonkeyPatch):
    """The control: with the lease taken away, the same race asks more than once."""
    from backend.registers import asking as module

    monkeypatch.setattr(module, "LEASE", timedelta(0))
    asking.register.delay, asking.register.mood = 0.1, "slow"
    request = await asking.wish()
    assert request is not None
    await asyncio.gather(*(put(asking.work, request) for _worker in range(3)))
    assert len(asking.register.asked) > 1
