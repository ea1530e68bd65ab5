"""What a form sends becomes a value of the element, or a sentence that says what to change."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.answers import AnswerError, read_answer, shown, value_of
from backend.catalogue.pack_read import read_pack

PACK = read_pack()
TODAY = date(2026, 9, 25)
ID_NUMBER = "11010519491231002X"  # the made-up number of the standard's own example


def read(code: str, *typed: str):
    return read_answer(PACK.elements[code], typed, TODAY)


@pytest.mark.parametrize(
    ("code", "typed", "stored"),
    [
        ("person.name", " 演示　甲 ", "演示 甲"),
        ("person.name", "演示（甲）", "演示（甲）"),
        ("person.id_number", "１１０１０５ 19491231 002x", ID_NUMBER),
        ("person.phone", "138 0013 8000", "13800138000"),
        ("person.phone", "+8613800138000", "13800138000"),
        ("person.phone", "0898-12345101", "089812345101"),
        ("person.residence_since", "2026年1月31日", "2026-01-31"),
        ("person.residence_since", "20260131", "2026-01-31"),
        ("person.residence_since", "2026/1/31", "2026-01-31"),
        ("person.elder_allowance", "no", False),
        ("person.carer", "home", "home"),
        ("person.family_size", "３", 3),
        ("person.family_income", "1,250.50", 125050),
        ("person.family_income", "1250.5元", 125050),
        ("flat.area", "89.50 平方米", "89.5"),
        ("person.household", "460105", "460105"),
        ("bank_account.bank_card", "6217 0000 0000 0000 012", "6217000000000000012"),
    ],
)
def test_ways_of_typing_are_understood(code: str, typed: str, stored: object):
    assert read(code, typed) == stored


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("person.id_number", "110105194912310021"),
        ("person.phone", "1380013800"),
        ("person.residence_since", "2026-02-30"),
        ("person.residence_since", "2026-09-26"),
        ("person.residence_since", "昨天"),
        ("person.elder_allowance", "maybe"),
        ("person.carer", "robot"),
        ("person.family_size", "0"),
        ("person.family_size", "1.5"),
        ("person.family_size", "NaN"),
        ("person.family_size", "1e999"),
        ("person.family_income", "1.005"),
        ("person.family_income", "-1"),
        ("flat.region", "440100"),
        ("business.uscc", "91460100MA5T00000X"),
        ("bank_account.bank_card", "6217000000000000013"),
        ("person.name", "甲" * 51),
        ("person.name", "甲\x07乙"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(code: str, typed: str):
    with pytest.raises(AnswerError) as refused:
        read(code, typed)
    assert refused.value.problem.say.endswith(("。", "。）"))


def test_nothing_typed_is_no_answer():
    assert read("person.name") is None
    assert read("person.name", "  ") is None


def test_several_choices_are_kept_once_each():
    assert read("filing.food_kinds", "hot", "drink", "hot") == ["hot", "drink"]
    with pytest.raises(AnswerError):
        read("filing.food_kinds", "hot", "poison")


def test_a_long_text_may_have_lines_and_a_name_may_not():
    assert read("filing.injury_story", "上午\r\n在仓库") == "上午\r\n在仓库"
    with pytest.raises(AnswerError):
        read("person.name", "演示\n甲")


def test_the_rules_compare_dates_sets_and_exact_numbers():
    assert value_of(PACK.elements["person.residence_since"], "2026-01-31") == date(2026, 1, 31)
    assert value_of(PACK.elements["filing.food_kinds"], ["hot"]) == frozenset({"hot"})
    assert value_of(PACK.elements["flat.area"], "89.5") == Decimal("89.5")


def test_people_read_words_not_codes_and_no_secret_in_full():
    regions = PACK.city.regions
    assert shown(PACK.elements["person.household"], "460105", regions) == "海口市秀英区"
    assert shown(PACK.elements["person.carer"], "home", regions) == "养老院"
    assert shown(PACK.elements["person.elder_allowance"], False, regions) == "否"
    assert shown(PACK.elements["person.family_income"], 125050, regions) == "1250.50 元/月"
    assert shown(PACK.elements["person.id_number"], ID_NUMBER, regions) == "110*************2X"
    assert shown(PACK.elements["person.id_number"], ID_NUMBER, regions, masked=False) == ID_NUMBER


@given(st.sampled_from(sorted(PACK.elements)), st.lists(st.text(max_size=60), max_size=3))
def test_whatever_is_typed_is_a_value_or_a_sentence(code: str, typed: list[str]):
    element = PACK.elements[code]
    try:
        plain = read_answer(element, typed, TODAY)
    except AnswerError:
        return
    if plain is not None:
        value_of(element, plain)
        assert shown(element, plain, PACK.city.regions)
