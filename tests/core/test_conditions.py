"""Verdicts, reasons and open facts, said in examples."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from backend.core.conditions import Band, Fact, Facts, Judgement, Meaning, Somewhere, decode, judge, trace

TODAY = date(2026, 11, 22)
MEANINGS = {
    "person.age": Meaning(whole=True, derived="years_since", of=("person.birth_date",), asked=False),
    "person.birth_date": Meaning(derived="birth_date_of_id", of=("person.id_number",)),
    "person.sex": Meaning(choices=("male", "female"), derived="sex_of_id", of=("person.id_number",)),
    "family.income_each": Meaning(derived="per_head", of=("family.income", "family.heads"), asked=False),
}
KINDS = {"applicant": "person", "spouse": "person", "home": "family", "members": "person"}
AGED = {"fact": "applicant.age", "at_least": 80, "say": "年满 80 周岁"}
LOCAL = {"fact": "applicant.household", "within": "460100", "say": "户籍在海口"}
FRESH = {"not": {"fact": "applicant.allowance", "is": True}, "say": "没有重复领取"}
FITS = {"all": [AGED, LOCAL, FRESH]}


def facts(known: dict[str, Any] | None = None, **more: Any) -> Facts:
    filled = {key: value if isinstance(value, Fact) else Fact(value) for key, value in (known or {}).items()}
    return Facts(filled, **{"kinds": KINDS, "meanings": MEANINGS, "on": TODAY, **more})


def judged(rule: dict[str, Any], known: dict[str, Any] | None = None, **more: Any) -> Judgement:
    return judge(decode(rule), facts(known, **more))


def test_a_derived_fact_asks_for_what_it_is_derived_from() -> None:
    assert judged(FITS).open == {"applicant.birth_date", "applicant.household", "applicant.allowance"}
    assert judged({"fact": "home.income_each", "at_most": 100000}, {"home.heads": 3}).open == {"home.income"}


def test_facts_follow_from_facts_through_several_steps() -> None:
    known = {"applicant.id_number": "460105194402290014"}
    assert judged({"fact": "applicant.birth_date", "is": date(1944, 2, 29)}, known).verdict is True
    assert judged(AGED, known).because[0].values == (("applicant.age", 82),)
    assert judged({"fact": "applicant.sex", "is": "male"}, known).verdict is True
    assert judged(AGED, {"applicant.id_number": "460105194402290010"}).verdict is None  # the check character is wrong


def test_income_per_head_meets_its_limit_to_the_fen() -> None:
    rule = {"fact": "home.income_each", "at_most": 100000}
    assert judged(rule, {"home.income": 300000, "home.heads": 3}).verdict is True
    assert judged(rule, {"home.income": 300001, "home.heads": 3}).verdict is False
    assert judged(rule, {"home.income": 300001, "home.heads": 0}).verdict is None
    [reason] = judged(rule, {"home.income": 100, "home.heads": 3}).because
    assert reason.values == (("home.income_each", Fraction(100, 3)),)


def test_one_false_part_decides_and_alone_is_the_reason() -> None:
    judgement = judged(FITS, {"applicant.household": "440100"})
    assert judgement.verdict is False
    assert judgement.open == frozenset()
    assert [(reason.say, reason.verdict) for reason in judgement.because] == [("户籍在海口", False)]


def test_a_true_all_is_explained_by_every_part_in_the_authors_words() -> None:
    known = {"applicant.birth_date": date(1944, 1, 1), "applicant.household": "460105", "applicant.allowance": False}
    because = judged(FITS, known).because
    assert [reason.say for reason in because] == ["年满 80 周岁", "户籍在海口", "没有重复领取"]
    assert because[2].values == (("applicant.allowance", False),)
    assert all(reason.verdict for reason in because)


def test_a_true_any_is_explained_by_its_true_parts_alone() -> None:
    rule = {"any": [AGED, LOCAL]}
    assert [reason.say for reason in judged(rule, {"applicant.household": "460105"}).because] == ["户籍在海口"]


def test_a_group_with_words_speaks_for_its_parts() -> None:
    rule = {"any": [{"fact": "a.x", "is": True}, {"fact": "a.y", "is": True}], "say": "有一处住所"}
    [reason] = judged(rule, {"a.x": True}).because
    assert (reason.say, reason.verdict, reason.values) == ("有一处住所", True, (("a.x", True), ("a.y", None)))


@pytest.mark.parametrize("test", [{"is": 1}, {"is_not": 1}, {"in": [1]}, {"at_least": 0}, {"matches": "mobile"}])
def test_every_leaf_over_an_absent_fact_is_false(test: dict[str, Any]) -> None:
    assert judged({"fact": "spouse.x", **test}, {"spouse.x": 1}, absent=["spouse.x"]).verdict is False
    assert judged({"fact": "spouse.x", **test}, declined=["spouse"]).verdict is False
    assert (
        judged({"compare": "spouse.x", "with": "applicant.x"}, {"applicant.x": 1}, declined=["spouse"]).verdict is False
    )


def test_a_fact_derived_from_an_absent_one_is_absent() -> None:
    assert judged({"fact": "spouse.age", "is_not": 3}, absent=["spouse.birth_date"]).verdict is False


def test_known_is_always_decided_and_never_asks() -> None:
    rule = {"fact": "applicant.x", "known": True}
    assert (judged(rule).verdict, judged(rule).open) == (False, frozenset())
    assert judged(rule, {"applicant.x": 1}).verdict is True
    assert judged(rule, {"applicant.x": 1}, absent=["applicant.x"]).verdict is False
    assert judged({"fact": "applicant.x", "known": False}).verdict is True


def test_a_tautology_asks_nothing_and_a_contradiction_neither() -> None:
    young = {"fact": "applicant.age", "less_than": 60}
    old = {"fact": "applicant.age", "at_least": 60}
    assert judged({"any": [young, old]}).verdict is True
    assert judged({"all": [young, old]}).verdict is False
    assert judged({"all": [{"any": [young, old]}, LOCAL]}).open == {"applicant.household"}


def test_an_optional_role_may_still_turn_out_absent_so_its_tautology_is_open() -> None:
    rule = {"any": [{"fact": "spouse.works", "is": True}, {"fact": "spouse.works", "is": False}]}
    assert judged(rule).verdict is True
    assert judged(rule, maybe=["spouse"]).open == {"spouse.works"}


def test_an_age_and_its_birth_date_are_one_question() -> None:
    rule = {
        "any": [
            {"fact": "applicant.age", "at_least": 80},
            {"fact": "applicant.birth_date", "after": date(1946, 11, 22)},
        ]
    }
    assert judged(rule).verdict is True
    rule["any"][1]["after"] = date(1946, 11, 23)
    assert judged(rule).open == {"applicant.birth_date"}


def test_an_age_on_the_last_of_february_and_a_birth_date_are_still_one_question() -> None:
    """Born on 28 or 29 February 1944 or before: complete on 28 February 2026, and not for anybody born later."""
    rule = {
        "any": [{"fact": "applicant.age", "at_least": 82}, {"fact": "applicant.birth_date", "after": date(1944, 2, 29)}]
    }
    assert judged(rule, on=date(2026, 2, 28)).verdict is True
    rule["any"][1]["after"] = date(1944, 3, 1)
    assert judged(rule, on=date(2026, 2, 28)).verdict is None


def test_numbers_are_only_whole_where_the_element_says_so() -> None:
    gap = {"all": [{"fact": "flat.area", "more_than": 90}, {"fact": "flat.area", "less_than": 91}]}
    assert judged(gap).verdict is None
    assert judged(gap, meanings={"flat.area": Meaning(whole=True)}).verdict is False


def test_a_choice_with_all_its_values_listed_needs_no_answer() -> None:
    rule = {"any": [{"fact": "applicant.sex", "is": "male"}, {"fact": "applicant.sex", "is": "female"}]}
    assert judged(rule).verdict is True
    assert judged(rule, meanings={}).verdict is None


def test_several_choices_are_tried_in_every_combination() -> None:
    has, hasnt = {"fact": "needs", "includes": "护理"}, {"not": {"fact": "needs", "includes": "护理"}}
    assert judged({"any": [has, hasnt]}).verdict is True
    both = {"all": [has, {"fact": "needs", "includes": "餐食"}]}
    assert judged(both, {"needs": frozenset({"护理"})}).verdict is False
    assert judged({"any": [both, hasnt]}).open == {"needs"}


def test_bands_are_judged_three_valued() -> None:
    for band, verdict in ((Band(80, 89), True), (Band(79, 79), False), (Band(None, 79), False), (Band(60, 89), None)):
        assert judged(AGED, {"applicant.age": band}).verdict is verdict
    assert judged({"fact": "applicant.age", "is": 79}, {"applicant.age": Band(79, 79)}).verdict is True
    assert judged({"fact": "applicant.age", "in": [1, 2]}, {"applicant.age": Band(3, 9)}).verdict is False
    assert judged({"fact": "applicant.age", "is_not": 3}, {"applicant.age": Band(4, None)}).verdict is True


def test_a_rough_answer_that_cannot_decide_stays_open() -> None:
    assert judged(AGED, {"applicant.age": Band(60, 89)}).open == {"applicant.age"}


@pytest.mark.parametrize(
    ("place", "verdict"),
    [
        ("460105", True), ("460100", True), ("460105001003", True), ("460200", False), ("440100", False),
        ("460000", None), (Somewhere(("460000",), ("460100",)), False), (Somewhere((), ("460000",)), False),
        (Somewhere(("460106", "460107")), True), (Somewhere(), None), (Somewhere(("460106", "460200")), None),
    ],
)  # fmt: skip
def test_regions_are_compared_by_prefix(place: Any, verdict: bool | None) -> None:
    assert judged(LOCAL, {"applicant.household": place}).verdict is verdict


def test_a_former_region_lies_where_its_successor_lies() -> None:
    assert judged(LOCAL, {"applicant.household": "460003"}).verdict is False
    assert judged(LOCAL, {"applicant.household": "460003"}, successors={"460003": "460107"}).verdict is True


def test_a_source_that_a_rule_names_is_the_only_one_it_reads() -> None:
    rule = {"fact": "applicant.alive", "from": "register.population", "is": True}
    assert judged(rule, {"applicant.alive": True}).open == {"applicant.alive@register.population"}
    assert judged(rule, {"applicant.alive": Fact(True, "B", "register.population")}).verdict is True
    assert judged(rule, {"applicant.alive": True, "applicant.alive@register.population": False}).verdict is False


def test_a_comparison_of_a_fact_with_what_a_register_says() -> None:
    rule = {"compare": "applicant.household", "with": {"fact": "applicant.household", "from": "register.population"}}
    both = {"applicant.household": "460105", "applicant.household@register.population": "460105"}
    assert judged(rule, both).verdict is True
    assert judged(rule, {**both, "applicant.household": "460106"}).verdict is False
    assert judged(rule, {"applicant.household": "460105"}).open == {"applicant.household@register.population"}


def test_facts_of_too_little_trust_are_unknown() -> None:
    said = {"applicant.household": Fact("460105", "D")}
    rule = decode(LOCAL)
    assert judge(rule, facts(said), least="B").verdict is None
    assert judge(rule, facts(said), least="B").open == {"applicant.household"}
    assert judge(decode({**LOCAL, "trust": "D"}), facts(said), least="B").verdict is True
    assert judge(rule, facts({"applicant.household": Fact("460105", "A")}), least="B").verdict is True


MINORS = {"fact": "members.age", "less_than": 18}


def test_rules_over_an_undeclared_role_ask_for_the_role() -> None:
    for rule in ({"every": "members", "that": MINORS}, {"count": "members", "is": 2}, {"sum": "members.x", "is": 2}):
        assert (judged(rule).verdict, judged(rule).open) == (None, {"members"})


def test_rules_over_a_declared_empty_role() -> None:
    empty = {"repeated": {"members": 0}}
    assert judged({"every": "members", "that": MINORS}, **empty).verdict is True
    assert judged({"some": "members", "that": MINORS}, **empty).verdict is False
    assert judged({"count": "members", "that": MINORS, "is": 0}, **empty).verdict is True
    assert judged({"sum": "members.income", "at_most": 0}, **empty).verdict is True
    assert judged({"count": "members", "is": 0}, declined=["members"]).verdict is True


def test_members_are_judged_one_by_one() -> None:
    known = {"members[0].birth_date": date(2020, 1, 1), "members[1].birth_date": date(1990, 1, 1)}
    two = {"repeated": {"members": 2}}
    assert judged({"some": "members", "that": MINORS}, known, **two).verdict is True
    assert judged({"every": "members", "that": MINORS}, known, **two).verdict is False
    three = judged({"count": "members", "that": MINORS, "at_least": 2}, known, repeated={"members": 3})
    assert (three.verdict, three.open) == (None, {"members[2].birth_date"})
    assert judged({"count": "members", "that": MINORS, "at_most": 2}, known, repeated={"members": 3}).verdict is True


def test_sums_are_bounded_by_what_is_known() -> None:
    rule = {"sum": "members.income", "at_most": 500}
    two = {"repeated": {"members": 2}}
    assert judged(rule, {"members[0].income": 200, "members[1].income": 300}, **two).verdict is True
    assert judged(rule, {"members[0].income": 200, "members[1].income": Decimal("300.5")}, **two).verdict is False
    assert judged(rule, {"members[0].income": Band(600, None), "members[1].income": Band(0, 9)}, **two).verdict is False
    assert judged(rule, {"members[0].income": 200}, **two).open == {"members[1].income"}
    adults = {**rule, "that": {"fact": "members.adult", "is": True}}
    known = {"members[0].income": 200, "members[1].income": 300, "members[0].adult": True}
    assert judged(adults, known, **two).verdict is True
    assert judged({**adults, "at_most": 400}, known, **two).open == {"members[1].adult"}
    left_out = {**known, "members[1].adult": False}
    for limit, verdict in ((199, False), (200, True)):
        assert judged({**adults, "at_most": limit}, left_out, **two).verdict is verdict
        assert judged({**rule, "at_most": limit}, left_out, absent=["members[1].income"], **two).verdict is verdict
    assert judged({**adults, "at_most": 499}, known, **two).verdict is None
    assert judged({**adults, "at_most": 199}, known, **two).verdict is False
    in_debt = {**known, "members[1].income": -300}
    assert judged({**adults, "at_most": 199}, in_debt, **two).open == {"members[1].adult"}
    assert judged({**adults, "at_most": 200}, in_debt, **two).verdict is True


def test_values_of_another_type_are_for_a_person_to_look_at() -> None:
    for rule, value in ((AGED, "八十"), (AGED, True), (LOCAL, 460105), ({"fact": "applicant.x", "is": True}, 1)):
        key = rule["fact"]
        assert judged(rule, {key: value}).verdict is None


def test_the_trace_tells_what_each_leaf_says() -> None:
    found = trace(decode(FITS), facts({"applicant.household": "440100"}))
    assert [(reason.say, reason.verdict) for reason in found] == [
        ("年满 80 周岁", None),
        ("户籍在海口", False),
        ("", None),
    ]


def test_checks_have_names() -> None:
    assert judged({"fact": "applicant.phone", "matches": "mobile"}, {"applicant.phone": "13800000000"}).verdict is True
    assert judged({"fact": "applicant.phone", "matches": "mobile"}, {"applicant.phone": "12800000000"}).verdict is False
