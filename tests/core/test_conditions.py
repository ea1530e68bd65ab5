"""Verdicts, reasons and open facts, said in examples."""

from datetime import date
from typing import Any

import pytest

from backend.core.conditions import Fact, decode, judge, trace
from tests.core.judging import AGED, FITS, LOCAL, facts, judged


def test_a_derived_fact_asks_for_what_it_is_derived_from() -> None:
    assert judged(FITS).open == {"applicant.birth_date", "applicant.household", "applicant.allowance"}
    assert judged({"fact": "home.income_each", "at_most": 100000}, {"home.heads": 3}).open == {"home.income"}


def test_facts_follow_from_facts_through_several_steps() -> None:
    known = {"applicant.id_number": "460105194402290014"}
    assert judged({"fact": "applicant.birth_date", "is": date(1944, 2, 29)}, known).verdict is True
    assert judged(AGED, known).because[0].values == (("applicant.age", 82),)
    assert judged({"fact": "applicant.sex", "is": "male"}, known).verdict is True
    assert judged(AGED, {"applicant.id_number": "460105194402290010"}).verdict is None  # the check character is wrong


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


def test_the_trace_tells_what_each_leaf_says() -> None:
    found = trace(decode(FITS), facts({"applicant.household": "440100"}))
    assert [(reason.say, reason.verdict) for reason in found] == [
        ("年满 80 周岁", None),
        ("户籍在海口", False),
        ("", None),
    ]
