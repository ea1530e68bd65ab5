"""What values meet what: numbers, dates, places, choices, rough ones; and facts that a rule uses twice."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from backend.core.conditions import Band, Meaning, Somewhere
from tests.core.judging import AGED, LOCAL, judged


def test_income_per_head_meets_its_limit_to_the_fen() -> None:
    rule = {"fact": "home.income_each", "at_most": 100000}
    assert judged(rule, {"home.income": 300000, "home.heads": 3}).verdict is True
    assert judged(rule, {"home.income": 300001, "home.heads": 3}).verdict is False
    assert judged(rule, {"home.income": 300001, "home.heads": 0}).verdict is None
    [reason] = judged(rule, {"home.income": 100, "home.heads": 3}).because
    assert reason.values == (("home.income_each", Fraction(100, 3)),)


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


def test_checks_have_names() -> None:
    assert judged({"fact": "applicant.phone", "matches": "mobile"}, {"applicant.phone": "13800000000"}).verdict is True
    assert judged({"fact": "applicant.phone", "matches": "mobile"}, {"applicant.phone": "12800000000"}).verdict is False


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (date(2026, 1, 30), True, False), (date(2026, 1, 31), False, False), (date(2026, 2, 1), False, True),
        ("2026-01-30", True, False), ("2026-02-01", False, True), ("soon", None, None), (20260130, None, None),
        (Band(date(2026, 1, 1), date(2026, 1, 30)), True, False), (Band(date(2026, 1, 31), None), False, None),
        (Band(None, date(2026, 1, 31)), None, False), (Band(3, 5), None, None),
    ],
)  # fmt: skip
def test_dates_are_before_or_after_and_the_day_itself_is_neither(
    day: Any, before: bool | None, after: bool | None
) -> None:
    assert judged({"fact": "a.day", "before": "2026-01-31"}, {"a.day": day}).verdict is before
    assert judged({"fact": "a.day", "after": "2026-01-31"}, {"a.day": day}).verdict is after


def test_several_choices_lie_within_a_set_if_each_does() -> None:
    rule = {"fact": "needs", "within": ["护理", "餐食"]}
    assert judged(rule, {"needs": frozenset({"护理"})}).verdict is True
    assert judged(rule, {"needs": frozenset({"护理", "餐食"})}).verdict is True
    assert judged(rule, {"needs": frozenset({"护理", "车"})}).verdict is False


def test_a_comparison_used_twice_needs_no_answer() -> None:
    same = {"compare": "a.x", "with": "b.x"}
    either = {"any": [same, {"not": same}]}
    assert judged(either, {"a.x": 3}).verdict is True
    assert judged(either, {"b.x": 3}).verdict is True
    assert judged({"all": [same, {"fact": "b.x", "is_not": 3}]}, {"a.x": 3}).verdict is False
    assert judged(either).open == {
        "a.x",
        "b.x",
    }  # two unknown facts cannot be cut: too much may be asked, never too little


def test_without_a_day_an_age_is_asked_for_even_if_it_cannot_matter() -> None:
    rule = {"any": [{"fact": "applicant.age", "less_than": 60}, {"fact": "applicant.age", "at_least": 60}]}
    assert (judged(rule, on=None).verdict, judged(rule, on=None).open) == (None, {"applicant.birth_date"})


def test_a_place_known_roughly_is_never_exactly_another() -> None:
    hainan = Somewhere(("460000",), ("460100",))
    for test, verdict in (({"is": "460105"}, False), ({"is": "440100"}, False), ({"is": "460200"}, None),
                          ({"is_not": "440100"}, True), ({"is_not": "460200"}, None), ({"in": ["440100"]}, False),
                          ({"in": ["440100", "460200"]}, None), ({"at_least": 3}, None)):  # fmt: skip
        assert judged({"fact": "a.place", **test}, {"a.place": hainan}).verdict is verdict


def test_a_place_known_roughly_is_only_tried_where_it_can_be() -> None:
    north = {"fact": "a.place", "within": ["460200", "460300"]}
    south = {"not": {"fact": "a.place", "within": ["460200"]}}
    assert judged({"any": [north, south]}, {"a.place": Somewhere(("460000",))}).verdict is True
    rest = {"all": [{"fact": "a.place", "within": "460200"}, {"fact": "a.place", "within": "460100"}]}
    assert judged(rest, {"a.place": Somewhere(("460000",), ("460100",))}).verdict is False


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ("bank_card", "4111111111111111", "4111111111111112"), ("bank_card", "6011000990139424", "601100"),
        ("postcode", "570100", "57010"), ("mobile", "13800138000", "1380013800"),
        ("social_credit_code", "91350100M000100Y43", "91350100M000100Y44"),
    ],
)  # fmt: skip
def test_named_checks_notice_a_slip_of_the_pen(check: str, right: str, wrong: str) -> None:
    rule = {"fact": "a.number", "matches": check}
    assert judged(rule, {"a.number": right}).verdict is True
    assert judged(rule, {"a.number": wrong}).verdict is False
    assert judged(rule, {"a.number": 5}).verdict is None


def test_a_rough_age_is_only_tried_where_it_can_be() -> None:
    rule = {"any": [{"fact": "applicant.age", "in": [60, 61]}, {"fact": "applicant.age", "is": 62}]}
    assert judged(rule, {"applicant.age": Band(60, 62)}).verdict is True
    assert judged(rule, {"applicant.age": Band(60, 63)}).verdict is None
