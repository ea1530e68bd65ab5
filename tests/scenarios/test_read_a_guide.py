"""A guide's file: what cannot be is refused with its place, quickly."""

import time
from typing import Any

import pytest
import yaml

from backend.core.conditions import ConditionError
from backend.scenarios.scenario_read import read_scenario
from tests.scenarios.guides import ELDER, TOWN

YES = {"fact": "a", "is": "x"}
ASK = {"ask": "a", "choose": ["x", "y"]}
ONE = {"advice": "好", "when": YES}


def wrong(**parts: Any) -> dict[str, Any]:
    return {"title": "t", "questions": [ASK], "results": [ONE], **parts}


CASES: list[tuple[Any, str]] = [
    ([], "guide"),
    ({"title": "t"}, "guide"),
    (wrong(colour="red"), "guide"),
    (wrong(questions=[]), "questions"),
    (wrong(questions=[ASK, ASK]), "questions[1].ask"),
    (wrong(questions=[{"ask": "a"}]), "questions[0]"),
    (wrong(questions=[{**ASK, "bands": ["79"]}]), "questions[0]"),
    (wrong(questions=[{"ask": "a", "bands": ["老"]}]), "questions[0].bands[0]"),
    (wrong(questions=[{"ask": "a", "bands": ["9-3"]}]), "questions[0].bands[0]"),
    (wrong(questions=[{"ask": "a", "choose": ["x", "x"]}]), "questions[0]"),
    (wrong(questions=[{"ask": "nobody.age", "type": "number"}]), "questions[0].ask"),
    (wrong(parties={"p": "person"}, questions=[{"ask": "p.shoe", "type": "number"}]), "questions[0].ask"),
    (wrong(results=[{"advice": "好", "when": {"fact": "b", "is": "x"}}]), "results[0].when"),
    (wrong(results=[{"advice": "好", "when": {"fact": "p.age", "is": 3}}]), "results[0].when"),
    (wrong(results=[{"advice": "好", "when": {"all": [YES, {"fact": "a"}]}}]), "results[0].when.all[1]"),
    (wrong(results=[{"advice": "好", "when": {"item": "fits"}}]), "results[0].when"),
    (wrong(results=[{"when": YES}]), "results[0]"),
    (wrong(results=[ONE, ONE]), "results[1].id"),
    (wrong(results=[{"item": "没有这件事"}]), "results[0].item"),
    (wrong(results=[{"item": "优待证", "bind": {"nobody": "p"}}]), "results[0].bind"),
    (wrong(parties={"p": "flat"}, results=[{"item": "优待证", "bind": {"applicant": "p"}}]), "results[0].bind"),
    (
        wrong(questions=[{**ASK, "when": {"fact": "b", "is": "x"}}, {**ASK, "ask": "b", "when": YES}]),
        "questions[0].when",
    ),
    (wrong(questions=[{**ASK, "when": YES}]), "questions[0].when"),
]


@pytest.mark.parametrize(("data", "where"), CASES, ids=lambda value: str(value)[-50:])
def test_what_cannot_be_is_refused_with_its_place(data: Any, where: str) -> None:
    with pytest.raises(ConditionError) as refusal:
        read_scenario("guide", data, TOWN)
    assert refusal.value.where == where


@pytest.mark.parametrize(
    "results",
    [
        [{"advice": str(i), "when": YES} for i in range(10_000)],
        [{"advice": "好", "when": {"any": [YES] * 10_000}}],
        [{"advice": str(i), "when": {"any": [YES] * 900}} for i in range(200)],
    ],
    ids=["results", "one rule", "many rules"],
)
def test_ten_thousand_conditions_are_refused_in_no_time(results: list[Any]) -> None:
    began = time.process_time()
    with pytest.raises(ConditionError):
        read_scenario("guide", wrong(results=results), TOWN)
    assert time.process_time() - began < 2


def test_the_sample_of_the_format_is_read() -> None:
    elder = read_scenario("guide", yaml.safe_load(ELDER), TOWN)
    assert [question.kind for question in elder.questions] == ["bands", "choice", "yes_no", "choice"]
    assert elder.kinds["elder"] == "person"
