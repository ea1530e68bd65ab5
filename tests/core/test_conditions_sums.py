"""Counts, points, sums and comparisons of several facts, against a judge that simply adds up."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.conditions import Band, ConditionError, Fact, Facts, Meaning, decode, decode_derived, judge

DAY = date(2026, 11, 22)
DOMAIN = (0, 1, 2, 3)
KEYS = ("a", "b", "c")
OPS = {
    "is": lambda v, c: v == c, "is_not": lambda v, c: v != c, "at_least": lambda v, c: v >= c,
    "at_most": lambda v, c: v <= c, "more_than": lambda v, c: v > c, "less_than": lambda v, c: v < c,
}  # fmt: skip
LEAVES = st.tuples(st.sampled_from(KEYS), st.sampled_from(list(OPS)), st.sampled_from(DOMAIN)).map(
    lambda t: {"fact": t[0], t[1]: t[2]}
)
WEIGHED = st.tuples(LEAVES, st.integers(-3, 3)).map(lambda t: {"when": t[0], "worth": t[1]})
TERMS = st.tuples(st.sampled_from(KEYS), st.integers(-2, 2)).map(lambda t: {"fact": t[0], "times": t[1]})
TESTS = st.tuples(st.sampled_from(list(OPS)), st.integers(-4, 8))
RULES = st.one_of(
    st.tuples(st.lists(st.one_of(LEAVES, WEIGHED), min_size=1, max_size=5), TESTS).map(lambda t: {"count": t[0], t[1][0]: t[1][1]}),
    st.tuples(st.lists(st.one_of(st.sampled_from(KEYS), TERMS), min_size=1, max_size=4), TESTS).map(
        lambda t: {"sum": t[0], t[1][0]: t[1][1]}
    ),
    st.tuples(st.sampled_from(KEYS), st.sampled_from(list(OPS)), st.sampled_from(KEYS), st.integers(-2, 2)).map(
        lambda t: {"compare": t[0], "by": t[1], "with": t[2], "plus": t[3]}
    ),
)  # fmt: skip


def holds(rule: dict[str, Any], world: dict[str, int]) -> bool:
    if "count" in rule:
        value = sum(part.get("worth", 1) for part in rule["count"] if holds(part.get("when", part), world))
    elif "sum" in rule:
        value = sum(
            world[part] if isinstance(part, str) else world[part["fact"]] * part["times"] for part in rule["sum"]
        )
    elif "compare" in rule:
        return bool(OPS[rule["by"]](world[rule["compare"]], world[rule["with"]] + rule["plus"]))
    else:
        value = world[rule["fact"]]
    return any(OPS[op](value, limit) for op, limit in rule.items() if op in OPS)


def facts(known: dict[str, Any], **more: Any) -> Facts:
    limits = {key: Meaning(whole=True, least=0, most=3) for key in KEYS}
    return Facts({key: Fact(value) for key, value in known.items()}, meanings=limits, **more)


@settings(max_examples=400, deadline=None)
@given(RULES, st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, st.sampled_from(DOMAIN))))
def test_what_is_decided_is_what_every_world_agrees_on_and_nothing_that_matters_is_left_out(
    rule: dict[str, Any], known: dict[str, int]
) -> None:
    unknown = [key for key in KEYS if key not in known]
    worlds = [known | dict(zip(unknown, values, strict=True)) for values in product(DOMAIN, repeat=len(unknown))]
    outcomes = [holds(rule, world) for world in worlds]
    found = judge(decode(rule), facts(known))
    assert found.verdict in (None, outcomes[0])
    assert found.verdict is None or len(set(outcomes)) == 1
    assert unknown or found.verdict is outcomes[0]
    for key in unknown:
        if any(holds(rule, world) != holds(rule, world | {key: value}) for world in worlds for value in DOMAIN):
            assert key in found.open


def test_a_sum_that_is_over_the_limit_already_asks_for_nothing_more() -> None:
    rule = decode({"sum": ["a", "b"], "more_than": 2})
    assert judge(rule, facts({"a": 3})).verdict is True
    assert judge(rule, facts({"a": Band(1, 2)})).open == {"a", "b"}
    assert judge(rule, facts({"a": 2}, absent=["b"])).verdict is False


def test_points_are_counted_until_they_cannot_change_anything() -> None:
    points = [
        {"when": {"fact": "a", "is": 1}, "worth": 10},
        {"fact": "b", "is": 1},
        {"when": {"fact": "c", "is": 1}, "worth": 2},
    ]
    rule = decode({"count": points, "at_least": 10})
    assert judge(rule, facts({"a": 1})).verdict is True
    assert judge(rule, facts({"a": 0})).verdict is False
    assert judge(rule, facts({})).open == {"a"} | {"b", "c"}


@pytest.mark.parametrize(("start", "verdict"), [("2026-09-06", False), ("2026-09-07", True), ("2026-11-30", True)])
def test_dates_are_compared_so_many_days_apart(start: str, verdict: bool) -> None:
    rule = decode({"not": {"compare": "start", "by": "before", "with": "due", "plus": -76}})
    known = {"start": Fact(date.fromisoformat(start)), "due": Fact(DAY)}
    assert judge(rule, Facts(known)).verdict is verdict


def test_a_time_between_two_answers_is_derived() -> None:
    meanings = {"weeks": decode_derived({"days_between": ["start", "end"]})}
    rule = decode({"fact": "weeks", "at_least": 182})
    known = {"start": Fact(DAY - timedelta(days=182)), "end": Fact(DAY)}
    assert judge(rule, Facts(known, meanings=meanings)).verdict is True
    assert judge(rule, Facts({"end": Fact(DAY)}, meanings=meanings)).open == {"start"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": [], "at_least": 1}, {"count": [{"when": {"fact": "a", "is": 1}, "worth": "x"}], "at_least": 1},
        {"sum": ["a", {"fact": "b", "by": 2}], "at_least": 1}, {"sum": ["a"], "is": "x"},
        {"compare": "a", "with": "b", "by": "within"}, {"compare": "a", "with": "b", "plus": "soon"},
    ],
)  # fmt: skip
def test_a_sum_or_comparison_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConditionError):
        decode(wrong)
