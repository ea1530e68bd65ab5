"""Laws that every rule and all facts obey, tried on random ones against a judge that simply tries everything."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.conditions import decode, judge
from tests.core.rules import COUNTS, DOMAINS, LEAVES, facts_of, holds, keys_of, rules, some_facts, worlds

MANY = settings(max_examples=400, deadline=None)


def verdict(rule: dict[str, Any], known: dict[str, Any]) -> bool | None:
    return judge(decode(rule), facts_of(known)).verdict


@MANY
@given(rules(st.one_of(LEAVES, COUNTS)), some_facts())
def test_the_verdict_is_exactly_what_every_possible_world_agrees_on(
    rule: dict[str, Any], known: dict[str, Any]
) -> None:
    outcomes = {holds(rule, world) for world in worlds(rule, known)}
    assert verdict(rule, known) == (outcomes.pop() if len(outcomes) == 1 else None)


@MANY
@given(rules(), some_facts())
def test_open_is_exactly_the_facts_that_can_still_change_the_verdict(
    rule: dict[str, Any], known: dict[str, Any]
) -> None:
    assert judge(decode(rule), facts_of(known)).open == those_that_matter(rule, known)


@MANY
@given(rules(st.one_of(LEAVES, COUNTS)), some_facts())
def test_with_counts_no_fact_that_matters_is_missing_from_open(rule: dict[str, Any], known: dict[str, Any]) -> None:
    assert judge(decode(rule), facts_of(known)).open >= those_that_matter(rule, known)


def those_that_matter(rule: dict[str, Any], known: dict[str, Any]) -> set[str]:
    found = {tuple(sorted(world.items())): holds(rule, world) for world in worlds(rule, known)}
    return {
        key
        for key in keys_of(rule) - known.keys()
        if any(
            outcome != found[tuple(sorted({**dict(world), key: value}.items()))]
            for world, outcome in found.items()
            for value in DOMAINS[key]
        )
    }


@MANY
@given(rules(st.one_of(LEAVES, COUNTS)), some_facts(), some_facts())
def test_one_more_answer_never_turns_a_decided_verdict(
    rule: dict[str, Any], known: dict[str, Any], more: dict[str, Any]
) -> None:
    before = judge(decode(rule), facts_of(known))
    after = judge(decode(rule), facts_of({**more, **known}))
    if before.verdict is not None:
        assert after.verdict is before.verdict
        assert before.open == frozenset()
    assert after.open <= before.open


@MANY
@given(rules(), rules(), some_facts())
def test_de_morgan_and_double_negation_hold(p: dict[str, Any], q: dict[str, Any], known: dict[str, Any]) -> None:
    assert verdict({"not": {"all": [p, q]}}, known) == verdict({"any": [{"not": p}, {"not": q}]}, known)
    assert verdict({"not": {"any": [p, q]}}, known) == verdict({"all": [{"not": p}, {"not": q}]}, known)
    assert verdict({"not": {"not": p}}, known) == verdict(p, known)


@MANY
@given(st.lists(rules(), min_size=1, max_size=4), some_facts(), st.randoms())
def test_the_order_of_parts_and_of_answers_changes_nothing(parts: list[Any], known: dict[str, Any], dice: Any) -> None:
    shuffled = dice.sample(parts, len(parts))
    turned = dict(reversed(known.items()))
    for group in ("all", "any"):
        one, other = judge(decode({group: parts}), facts_of(known)), judge(decode({group: shuffled}), facts_of(turned))
        assert (one.verdict, one.open) == (other.verdict, other.open)


@MANY
@given(rules(), some_facts())
def test_a_decided_verdict_has_reasons_and_none_of_them_points_the_other_way(
    rule: dict[str, Any], known: dict[str, Any]
) -> None:
    judgement = judge(decode(rule), facts_of(known))
    assert judgement.because
    if judgement.verdict is not None and "not" not in str(rule):
        assert {reason.verdict for reason in judgement.because} <= {judgement.verdict, None}
