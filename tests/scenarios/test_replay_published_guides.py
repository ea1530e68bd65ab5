"""Guides of other governments' kinds, as data: thousands of journeys, each result as the plainest reading of the file has it."""

import random
from datetime import date
from typing import Any

import pytest

from backend.scenarios.model import Scenario, Vocabulary
from backend.scenarios.rules import step
from backend.scenarios.scenario_read import read_scenario
from tests.scenarios.published import GUIDES
from tests.scenarios.reference import Reference, some_journey

TODAY = date(2026, 11, 22)
JOURNEYS, WALKS = 600, 60


def read(name: str) -> Scenario:
    return read_scenario(name, GUIDES[name], Vocabulary())


@pytest.mark.parametrize("name", GUIDES)
def test_every_journey_ends_where_the_plainest_reading_ends(name: str) -> None:
    guide, dice, seen = read(name), random.Random(5), set[str]()
    for _ in range(JOURNEYS):
        answers = some_journey(GUIDES[name], dice, TODAY)
        stands = step(guide, answers, TODAY)
        found = [fit.result.id for fit in stands.results]
        assert found == Reference(GUIDES[name], answers, TODAY).results(), answers
        assert (stands.next, stands.undecided, stands.invalid) == (None, (), {}), answers
        seen.update(found)
    assert len(seen) > 0.8 * len(guide.results)


@pytest.mark.parametrize("name", GUIDES)
def test_asking_one_after_the_other_ends_at_the_same_results_with_fewer_questions(name: str) -> None:
    guide, dice = read(name), random.Random(6)
    for _ in range(WALKS):
        everything = some_journey(GUIDES[name], dice, TODAY)
        said: dict[str, Any] = {}
        while question := step(guide, said, TODAY).next:
            assert question.ask not in said
            said[question.ask] = everything[question.ask]
        reference = Reference(GUIDES[name], everything, TODAY)
        assert [fit.result.id for fit in step(guide, said, TODAY).results] == reference.results()
        visible = [ask for ask in reference.questions if reference.visible(ask)]
        assert set(said) <= set(visible)
        if GUIDES[name].get("order") == "written":
            assert list(said) == visible


def test_an_answer_that_does_not_go_with_the_earlier_ones_is_told_and_counts_as_not_given() -> None:
    leave = read("leave")
    said = {"born": "1990-05-01", "due": "2026-12-01", "employed": True, "started": "2026-11-30"}
    stands = step(leave, said, TODAY)
    assert stands.invalid == {"started": "开始工作要早于预产期"}
    assert stands.next is not None
    assert stands.next.ask == "started"
    assert step(leave, {**said, "born": "2030-01-01"}, TODAY).invalid["born"] == "这个日期太晚了，请再看一遍。"


def test_an_option_that_is_not_offered_cannot_be_chosen() -> None:
    said = {"sectors": ["sector_1"], "does": ["act_1_2", "act_2_2"], "town": "n", "staff": 0}
    stands = step(read("licences"), said, TODAY)
    assert list(stands.invalid) == ["does"]
    assert stands.next is not None
    assert stands.next.ask == "does"
