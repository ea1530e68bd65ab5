"""`scenario check`: dead ends, unreachable results, useless questions, and the numbers."""

from datetime import date
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.conditions import Value
from backend.scenarios.model import Scenario
from backend.scenarios.progress import questions_left
from backend.scenarios.proof import Walker, numbers, prove, replies
from backend.scenarios.rules import Outlook, step
from tests.scenarios.guides import ELDER, alone, guide

TODAY = date(2026, 11, 22)


def told(scenario: Scenario) -> list[tuple[str, str]]:
    return [(found.where, found.say) for found in prove(scenario, TODAY).findings]


def test_a_sound_guide_has_no_findings() -> None:
    assert told(guide(ELDER)) == []


def test_the_numbers_are_exact_means_over_all_journeys() -> None:
    found = numbers(guide(ELDER))
    # 60 or not, 79: one question. From 80 on: household, allowance (in Haikou only) and care.
    assert (found.exact, found.longest, found.author_mean) == (True, 4, 4)
    assert abs(found.mean - (3 / 6 * 1 + 3 / 6 * (1 / 3 * 4 + 2 / 3 * 3))) < 1e-9


def test_a_dead_end_is_found_with_the_answers_that_lead_there() -> None:
    rough = ELDER.replace("不到60, 60–78, 79,", "不到60, 60–84,").replace("80–89", "85–89")
    assert [where for where, _ in told(guide(rough))] == ["results[0]", "results[2]", "results[3]", "results[3]"]
    assert any("elder.age=60–84" in say for _, say in told(guide(rough)))


def test_a_result_nobody_can_get_and_a_question_that_never_matters_are_found() -> None:
    odd = alone(
        questions=[{"ask": "a", "choose": ["x", "y"]}, {"ask": "b", "type": "yes_no"}],
        results=[
            {"advice": "没有", "when": {"all": [{"fact": "a", "is": "x"}, {"fact": "a", "is": "y"}]}},
            {"advice": "有", "when": {"fact": "a", "is": "x"}},
        ],
    )
    assert [where for where, _ in told(odd)] == ["questions[1]", "results[0]"]


def test_a_fact_that_nobody_asks_is_a_dead_end() -> None:
    text = ELDER.replace("  - {ask: elder.elder_allowance, text: 在领高龄津贴吗？}\n", "")
    assert [where for where, say in told(guide(text)) if "定不下来" in say] == ["results[0]"]


def test_personal_data_may_not_stand_in_an_address() -> None:
    text = ELDER.replace(
        "{ask: elder.elder_allowance, text: 在领高龄津贴吗？}", "{ask: elder.birth_date, text: 哪天生的？}"
    )
    assert "questions[2]" in [where for where, say in told(guide(text)) if "个人信息" in say]


def test_numbers_are_tried_on_both_sides_of_every_limit() -> None:
    limits = alone(
        questions=[{"ask": "n", "type": "years", "least": 0}],
        results=[
            {"advice": "低", "when": {"fact": "n", "less_than": 5}},
            {"advice": "正好", "when": {"fact": "n", "is": 7}},
        ],
    )
    assert set(replies(limits, limits.questions[0])) >= {4, 5, 6, 7, 8}
    assert told(limits) == []


def test_a_guide_too_large_to_walk_is_estimated_and_says_so() -> None:
    questions = [{"ask": f"q{i}", "choose": ["a", "b", "c"]} for i in range(14)]
    results = [{"advice": f"r{i}", "when": {"fact": f"q{i}", "is": "a"}} for i in range(14)]
    large = alone(questions=questions, results=results)
    proof = prove(large)
    assert (proof.findings, proof.numbers.exact, proof.numbers.mean) == ((), False, 14)
    assert questions_left(large, {}, TODAY) == 14


def test_about_how_many_questions_are_left_is_computed() -> None:
    elder = guide(ELDER)
    at = [questions_left(elder, dict(zip(("elder.age", "elder.household"), values, strict=False)), TODAY)
          for values in ([], [elder.questions[0].options[3].means], [elder.questions[0].options[2].means])]  # fmt: skip
    assert at == [2, 2, 0]


LEAVES = st.one_of(
    st.sampled_from("xyz").map(lambda v: {"fact": "a", "is": v}),
    st.sampled_from("xyz").map(lambda v: {"fact": "b", "is": v}),
    st.booleans().map(lambda v: {"fact": "c", "is": v}),
    st.integers(0, 3).map(lambda v: {"fact": "n", "at_least": v}),
)
RULES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=4,
)
QUESTIONS: list[dict[str, Any]] = [
    {"ask": "a", "choose": ["x", "y", "z"]},
    {"ask": "b", "choose": ["x", "y", "z"], "when": {"not": {"fact": "a", "is": "z"}}},
    {"ask": "c", "type": "yes_no"},
    {"ask": "n", "type": "years", "least": 0, "most": 4, "when": {"fact": "c", "is": True}},
]
EVERYBODY = [dict(zip("abcn", values, strict=True)) for values in product("xyz", "xyz", [True, False], range(5))]


@settings(max_examples=60, deadline=None)
@given(st.lists(RULES, min_size=1, max_size=3))
def test_asking_only_what_matters_gives_everybody_the_results_of_asking_everything(rules: list[dict[str, Any]]) -> None:
    results = [{"advice": f"r{i}", "when": rule} for i, rule in enumerate(rules)]
    short = alone(questions=QUESTIONS, results=results)
    reached: set[str] = set()
    for answers in EVERYBODY:
        said: dict[str, Value] = {}
        while question := Outlook(short, said, TODAY).next():
            said[question.ask] = answers[question.ask]
        ends = step(short, said, TODAY)
        assert ends.undecided == ()
        assert [f.result.id for f in ends.results] == [f.result.id for f in step(short, answers, TODAY).results]
        reached |= {fit.result.id for fit in ends.results}
    assert Walker(short, TODAY).ahead({}).reached == reached
    counted = numbers(short)
    assert counted.mean <= counted.author_mean
