"""A guide asks only what can still change its results, in the author's order, and says why."""

from datetime import date

import pytest

from backend.scenarios.model import Step
from backend.scenarios.rules import not_needed, step, walk
from backend.scenarios.words import reason_words
from tests.scenarios.guides import ELDER, alone, guide

TODAY = date(2026, 11, 22)
AT_HOME = {"elder.age": "80–89", "elder.household": "460100", "elder.elder_allowance": "no", "care": "家人"}


def ids(stands: Step) -> list[str]:
    return [fit.result.id for fit in stands.results]


def asked_next(stands: Step) -> str | None:
    return stands.next.ask if stands.next else None


def test_the_first_question_is_the_authors_first() -> None:
    stands = step(guide(ELDER), {})
    assert (asked_next(stands), ids(stands)) == ("elder.age", [])


def test_all_answers_lead_to_items_in_the_authors_order_with_reasons() -> None:
    elder = guide(ELDER)
    stands = step(elder, AT_HOME)
    assert ids(stands) == ["长寿补贴", "优待证", "nursing"]
    assert [reason_words(elder, reason) for reason in stands.results[0].reasons] == [
        "年满 80 周岁",
        "户籍在海口",
        "没有重复领取",
    ]
    assert [reason_words(elder, reason) for reason in stands.results[2].reasons] == [
        "老人多大年纪了？80–89",
        "平时谁照顾？家人",
    ]
    assert (stands.next, stands.undecided, stands.invalid) == (None, (), {})


def test_what_cannot_change_anything_is_not_asked() -> None:
    elder = guide(ELDER)
    assert asked_next(step(elder, {"elder.age": "不到60"})) is None
    assert ids(step(elder, {"elder.age": "79"})) == ["优待证", "next_year"]
    assert asked_next(step(elder, {"elder.age": "80–89", "elder.household": "elsewhere"})) == "care"


def test_a_result_is_known_as_soon_as_nothing_can_change_it() -> None:
    assert ids(step(guide(ELDER), {"elder.age": "90–99"})) == ["优待证"]


def test_a_number_is_its_band() -> None:
    for said in ("84", 84, "80-89", "80~89"):
        assert ids(step(guide(ELDER), {"elder.age": said})) == ["优待证"]
    assert step(guide(ELDER), {"elder.age": "-3"}).results == ()


def test_a_place_chosen_is_outside_the_smaller_ones_that_were_offered() -> None:
    stands = step(guide(ELDER), {**AT_HOME, "elder.household": "海南其他市县"})
    assert ids(stands) == ["优待证", "nursing"]


def test_an_item_almost_fits_when_a_single_condition_fails() -> None:
    elder = guide(ELDER)
    [almost] = step(elder, {**AT_HOME, "elder.household": "elsewhere"}).almost
    assert [reason_words(elder, reason) for reason in almost.reasons] == ["户籍在海口"]
    assert step(elder, {**AT_HOME, "elder.household": "elsewhere", "elder.elder_allowance": "yes"}).almost == ()
    assert [fit.result.id for fit in step(elder, {"elder.age": "79", "elder.household": "460100"}).almost] == [
        "长寿补贴"
    ]
    assert step(elder, {"elder.age": "79"}).almost == ()


def test_answers_that_make_no_sense_are_told_and_count_as_not_given() -> None:
    stands = step(
        guide(ELDER), {"elder.age": "老", "care": ["家人", "自己"], "secret": "x", "elder.elder_allowance": {}}
    )
    assert set(stands.invalid) == {"elder.age", "care", "secret", "elder.elder_allowance"}
    assert all(sentence.endswith("。") for sentence in stands.invalid.values())
    assert asked_next(stands) == "elder.age"


def test_answers_nobody_needed_are_named() -> None:
    elder = guide(ELDER)
    assert not_needed(elder, {**AT_HOME, "elder.age": "79"}) == ["elder.household", "elder.elder_allowance", "care"]
    assert not_needed(elder, AT_HOME) == []
    assert not_needed(elder, {"care": "家人"}) == []  # not asked yet, but it may be


def test_a_walk_lists_what_was_asked_on_the_way() -> None:
    asked, following = walk(guide(ELDER), {"elder.age": "84", "care": "家人"})
    assert [question.ask for question in asked] == ["elder.age"]
    assert following is not None
    assert following.ask == "elder.household"


HIDDEN = {
    "questions": [
        {"ask": "home", "text": "租好了吗？", "type": "yes_no"},
        {"ask": "where", "text": "在哪里？", "choose": ["海口", "别处"], "when": {"fact": "home", "is": True}},
    ],
    "results": [
        {"advice": "去备案", "id": "register", "when": {"fact": "where", "is": "海口"}},
        {"advice": "先去看房", "id": "look", "when": {"fact": "home", "is": False}},
    ],
}


def test_a_hidden_questions_answer_counts_as_absent_and_comes_back_when_it_shows_again() -> None:
    rent = alone(**HIDDEN)
    assert ids(step(rent, {"home": "no", "where": "海口"})) == ["look"]
    assert ids(step(rent, {"home": "yes", "where": "海口"})) == ["register"]
    assert not_needed(rent, {"home": "no", "where": "海口"}) == ["where"]


def test_a_questions_own_condition_is_asked_first() -> None:
    turned = {**HIDDEN, "questions": HIDDEN["questions"][::-1], "results": HIDDEN["results"][:1]}
    assert asked_next(step(alone(**turned), {})) == "home"
    assert asked_next(step(alone(**turned), {"where": "海口"})) == "home"
    assert asked_next(step(alone(**turned), {"home": "yes"})) == "where"


def test_a_forced_question_is_asked_although_it_changes_nothing() -> None:
    forced = {
        **HIDDEN,
        "questions": [*HIDDEN["questions"], {"ask": "how", "type": "number", "text": "几个人？", "force": True}],
    }
    assert asked_next(step(alone(**forced), {"home": "no"})) == "how"
    assert asked_next(step(alone(**forced), {"home": "no", "how": 3})) is None


SEVERAL = {
    "questions": [{"ask": "needs", "text": "要什么？", "several": {"meal": "送餐", "care": "护理"}, "none": "都不要"}],
    "results": [
        {"advice": "送餐", "when": {"fact": "needs", "includes": "meal"}},
        {
            "advice": "两样都有",
            "when": {"all": [{"fact": "needs", "includes": "meal"}, {"fact": "needs", "includes": "care"}]},
        },
        {"advice": "不用", "when": {"fact": "needs", "includes": "都不要"}},
    ],
}


@pytest.mark.parametrize(
    ("answer", "results", "wrong"),
    [
        (["meal"], ["送餐"], False), (["meal", "护理"], ["送餐", "两样都有"], False), ("meal", ["送餐"], False),
        (["都不要"], ["不用"], False), (["都不要", "meal"], [], True), ([], [], True), (["x"], [], True),
        (["meal"] * 99, [], True), ([["meal"]], [], True),
    ],
)  # fmt: skip
def test_several_choices_with_one_that_excludes_the_others(answer: object, results: list[str], wrong: bool) -> None:
    stands = step(alone(**SEVERAL), {"needs": answer})
    assert (ids(stands), bool(stands.invalid)) == (results, wrong)


def test_money_is_said_in_yuan_and_judged_in_fen() -> None:
    rule = {"fact": "p.income", "at_most": 123450}
    poor = alone(
        parties={"p": "person"},
        questions=[{"ask": "p.income", "text": "每月收入？", "type": "money"}],
        results=[{"advice": "低收入", "when": rule}],
    )
    assert ids(step(poor, {"p.income": "1,234.50"})) == ["低收入"]
    assert ids(step(poor, {"p.income": "1234.51"})) == []
    for wrong in ("1.005", "abc", "1e99", "NaN", "Infinity", "9" * 400, True):
        assert "p.income" in step(poor, {"p.income": wrong}).invalid


def test_a_birth_date_decides_an_age() -> None:
    text = ELDER.replace("ask: elder.age, text: 老人多大年纪了？, bands: [不到60, 60–78, 79, 80–89, 90–99, 100以上]",
                         "ask: elder.birth_date, text: 哪天生的？")  # fmt: skip
    stands = step(guide(text), {"elder.birth_date": "1947-11-22"}, TODAY)
    assert ids(stands) == ["优待证", "next_year"]
    assert "elder.birth_date" in step(guide(text), {"elder.birth_date": "1947-11-31"}, TODAY).invalid


def test_an_items_own_condition_can_stand_inside_a_result() -> None:
    text = ELDER.replace(
        "- {item: 优待证, bind: {applicant: elder}}",
        "- {item: 优待证, bind: {applicant: elder}, when: {any: [{item: fits}, {fact: care, is: 养老院}]}}",
    )
    assert ids(step(guide(text), {"elder.age": "不到60", "care": "养老院"})) == ["优待证"]
