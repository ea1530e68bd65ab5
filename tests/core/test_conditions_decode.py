"""Reading rules: the whole language, and nothing else."""

import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml

from backend.core.conditions import (
    All,
    ConditionError,
    Count,
    Every,
    Leaf,
    Meaning,
    Operand,
    Sum,
    bind,
    decode,
    decode_derived,
    mentions_fits,
    refuse_cycles,
    roles_of,
    uses_of,
)


def test_the_sample_of_the_format_is_read() -> None:
    rule = decode(
        yaml.safe_load("""
        all:
          - {fact: applicant.age, at_least: 80, say: 年满 80 周岁}
          - {fact: applicant.household, within: "460100", say: 户籍在海口}
          - {not: {fact: applicant.elder_allowance, is: yes}, say: 没有重复领取}
        """)
    )
    assert isinstance(rule, All)
    assert rule.of[0] == Leaf(of=Operand("applicant.age"), op="at_least", value=80, say="年满 80 周岁")
    assert rule.of[2].say == "没有重复领取"


def test_an_instant_rule_keeps_its_name_source_and_trust() -> None:
    rule = decode({"rule": "在世", "fact": "applicant.alive", "from": "register.population", "trust": "B", "is": True})
    assert isinstance(rule, Leaf)
    assert (rule.rule, rule.of.key, rule.of.trust) == ("在世", "applicant.alive@register.population", "B")
    compared = decode({"compare": "a.x", "with": {"fact": "a.x", "from": "register.population"}})
    assert [use.key for use in uses_of(compared)] == ["a.x", "a.x@register.population"]


def test_repeated_roles_are_read() -> None:
    assert isinstance(decode({"every": "members", "that": {"fact": "members.age", "at_least": 18}}), Every)
    assert isinstance(decode({"count": "members", "at_most": 3}), Count)
    assert isinstance(decode({"sum": "members.income", "at_most": 300000}), Sum)


def test_numbers_with_decimals_and_dates_are_exact() -> None:
    assert decode({"fact": "flat.area", "more_than": 90.1}) == Leaf(
        of=Operand("flat.area"), op="more_than", value=Decimal("90.1")
    )
    for written in ("2026-01-31", date(2026, 1, 31)):
        leaf = decode({"fact": "a.day", "before": written})
        assert isinstance(leaf, Leaf)
        assert leaf.value == date(2026, 1, 31)


WRONG: list[tuple[Any, str]] = [
    (None, "x"),
    ("a.age >= 80", "x"),
    ([], "x"),
    ({}, "x"),
    ({"all": []}, "x.all"),
    ({"all": {"fact": "a.b", "is": 1}}, "x.all"),
    ({"all": [{"fact": "a.b", "is": 1}], "any": []}, "x"),
    ({"all": [{"fact": "a.b", "is": 1}, {"fakt": "a.b"}]}, "x.all[1]"),
    ({"not": {"fact": "a.b", "equals": 3}}, "x.not"),
    ({"fact": "a.b"}, "x"),
    ({"fact": "a.b", "is": 1, "in": [1]}, "x"),
    ({"fact": "a.b", "is": None}, "x.is"),
    ({"fact": "a.b", "is": 1, "colour": "red"}, "x"),
    ({"fact": "a.b", "is": 1, 3: "red"}, "x"),
    ({"fact": "a.b.c", "is": 1}, "x"),
    ({"fact": "a b", "is": 1}, "x"),
    ({"fact": 3, "is": 1}, "x"),
    ({"fact": "__import__('os')", "is": 1}, "x"),
    ({"fact": "a.b", "at_least": "80"}, "x.at_least"),
    ({"fact": "a.b", "at_least": True}, "x.at_least"),
    ({"fact": "a.b", "at_least": float("nan")}, "x.at_least"),
    ({"fact": "a.b", "at_least": 10**400}, "x.at_least"),
    ({"fact": "a.b", "before": "soon"}, "x.before"),
    ({"fact": "a.b", "before": 20260101}, "x.before"),
    ({"fact": "a.b", "in": "abc"}, "x.in"),
    ({"fact": "a.b", "in": []}, "x.in"),
    ({"fact": "a.b", "within": 460100}, "x.within"),
    ({"fact": "a.b", "matches": "^a+$"}, "x.matches"),
    ({"fact": "a.b", "matches": ["mobile"]}, "x.matches"),
    ({"fact": "a.b", "known": 1}, "x.known"),
    ({"fact": "a.b", "is": "a\0b"}, "x.is"),
    ({"fact": "a.b", "is": 1, "say": ""}, "x.say"),
    ({"fact": "a.b", "is": 1, "say": "长" * 301}, "x.say"),
    ({"fact": "a.b", "is": 1, "trust": "E"}, "x.trust"),
    ({"fact": "a.b", "is": 1, "trust": ["A"]}, "x.trust"),
    ({"fact": "a.b", "is": 1, "from": "http://x"}, "x.from"),
    ({"compare": "a.b"}, "x"),
    ({"compare": "a.b", "with": 3}, "x.with"),
    ({"compare": "a.b", "with": {"fact": "a.c", "is": 3}}, "x.with"),
    ({"every": "m"}, "x"),
    ({"every": "m.age", "that": {"fact": "m.age", "is": 1}}, "x.every"),
    ({"every": "m", "that": {"some": "m", "that": {"fact": "m.age", "is": 1}}}, "x.that.some"),
    ({"count": "m", "within": "46"}, "x.within"),
    ({"sum": "m", "at_most": 3}, "x.sum"),
    ({"item": "高龄老人长寿补贴"}, "x.item"),
]


@pytest.mark.parametrize(("data", "where"), WRONG, ids=lambda v: str(v)[:40])
def test_anything_else_is_refused_with_its_place(data: Any, where: str) -> None:
    with pytest.raises(ConditionError) as refusal:
        decode(data, "x")
    assert refusal.value.where == where
    assert refusal.value.sentence.endswith("。")


def nested(depth: int) -> dict[str, Any]:
    rule: dict[str, Any] = {"fact": "a.b", "is": 1}
    for _ in range(depth):
        rule = {"not": rule}
    return rule


HOSTILE = [
    nested(20_000),
    {"any": [{"fact": "a.b", "is": i} for i in range(10_000)]},
    {"any": [{"any": [{"fact": "a.b", "is": i} for i in range(100)]} for _ in range(100)]},
    {"fact": "a.b", "in": list(range(1_000_000))},
    {"fact": "a" * 10_000_000, "is": 1},
    {"fact": "a.b", "is": "x" * 10_000_000},
    {"x" * 10_000_000: 1, "fact": "a.b", "is": 1},
]


@pytest.mark.parametrize(
    "data", HOSTILE, ids=["deep", "wide", "bushy", "long list", "long key", "long text", "long word"]
)
def test_a_rule_made_to_hurt_is_refused_before_it_costs_anything(data: Any) -> None:
    began = time.process_time()
    with pytest.raises(ConditionError) as refusal:
        decode(data, "x")
    assert time.process_time() - began < 1
    assert len(str(refusal.value)) < 600


def test_a_rule_that_contains_itself_is_refused() -> None:
    loop: dict[str, Any] = {"all": []}
    loop["all"].append(loop)
    with pytest.raises(ConditionError):
        decode(loop)


def test_binding_renames_roles_everywhere_and_leaves_other_facts_alone() -> None:
    rule = decode(
        {
            "all": [
                {"fact": "applicant.age", "at_least": 80},
                {"fact": "care", "is": "家人"},
                {"compare": "applicant.household", "with": "payee.place"},
                {"sum": "members.income", "at_most": 3, "that": {"fact": "members.age", "at_least": 18}},
            ]
        }
    )
    bound = bind(rule, {"applicant": "elder", "members": "family"})
    assert roles_of(bound) == {"elder", "payee", "family"}
    assert [use.fact for use in uses_of(bound)] == [
        "elder.age", "care", "elder.household", "payee.place", "family.income", "family.age",
    ]  # fmt: skip


def test_the_items_own_condition_goes_where_the_result_says_so() -> None:
    when = decode({"any": [{"item": "fits"}, {"fact": "care", "is": "家人"}]})
    fits = decode({"fact": "elder.age", "at_least": 80})
    assert mentions_fits(when)
    assert not mentions_fits(bind(when, {"elder": "nobody"}, fits))
    assert fits in bind(when, {"elder": "nobody"}, fits).of  # type: ignore[union-attr]


def test_derivations_are_a_closed_list() -> None:
    assert decode_derived({"years_since": "person.birth_date"}, whole=True) == Meaning(
        whole=True, derived="years_since", of=("person.birth_date",), asked=False
    )
    for wrong in ({"eval": "1+1"}, {"per_head": ["f.income"]}, {"years_since": ["a.b", "a.c"]}, "years_since", {}):
        with pytest.raises(ConditionError):
            decode_derived(wrong, "elements.yaml: person.age")


def test_an_element_that_follows_from_itself_is_refused() -> None:
    with pytest.raises(ConditionError, match=r"a\.x → a\.y → a\.x"):
        refuse_cycles(
            {"a.x": Meaning(derived="sex_of_id", of=("a.y",)), "a.y": Meaning(derived="sex_of_id", of=("a.x",))}
        )
    chain = {f"a.n{i}": Meaning(derived="sex_of_id", of=(f"a.n{i + 1}",)) for i in range(20_000)}
    with pytest.raises(ConditionError):
        refuse_cycles(chain)
