"""Rules with a name and facts that are worked out are pages of a guide's form like its questions."""

from typing import Any

import msgspec
import pytest

from backend.catalogue.pack_read import read_pack
from backend.core.conditions_form import Part
from backend.core.conditions_form_rule import rule_of
from backend.scenarios.desk_form import (
    Place,
    names_of,
    part_at,
    place_of,
    read_derived,
    read_named_rule,
    rearranged,
    rule_part,
    skeleton,
    vocabulary_of,
    with_part,
)
from backend.scenarios.scenario_read import read_scenario

PACK = read_pack()


class Sent(msgspec.Struct):
    """A form as it was sent."""

    texts: dict[str, str]

    def text(self, name: str, default: str = "") -> str:
        return self.texts.get(name, default)


@pytest.fixture
def guide() -> dict[str, Any]:
    """A guide whose one result calls a rule by its name."""
    data = rearranged(skeleton("演示的指引"), "add:n")
    data["results"][0]["when"] = {"holds": "规则1"}
    return data


def test_a_rule_is_added_named_and_called_by_that_name(guide: dict[str, Any]):
    place = place_of("n0", guide)
    assert place == Place("n", 0)
    part = part_at(guide, place)
    words = vocabulary_of(guide, PACK, fits=False)
    assert rule_of(rule_part(part, words), "when", words) == ({"fact": "first", "known": True}, [])
    rule = {"fact": "first", "is": "yes"}
    changed = with_part(guide, place, read_named_rule(part, Sent({"name": "先办过"}), rule))
    assert changed["rules"] == {"先办过": rule}
    assert changed["results"][0]["when"] == {"holds": "先办过"}, "whoever called it calls it by its new name"
    assert ("n0", "先办过") in names_of(changed)
    assert read_scenario("演示的指引", changed, PACK)


def test_a_condition_calls_a_rule_by_a_list_of_names(guide: dict[str, Any]):
    words = vocabulary_of(guide, PACK, fits=False)
    part = Part({"head": ("all",)}, (Part({"head": ("holds",), "role": ("规则1",)}),))
    assert rule_of(part, "when", words) == ({"all": [{"holds": "规则1"}]}, [])
    _rule, problems = rule_of(Part({"head": ("holds",), "role": ("没有的",)}), "when", words)
    assert [problem.field for problem in problems] == ["when.role"]
    assert rule_part({"when": {"holds": "规则1"}}, words).text("role") == "规则1"


def test_a_rule_that_was_emptied_stays_until_it_is_taken_out(guide: dict[str, Any]):
    part = part_at(guide, Place("n", 0))
    assert read_named_rule(part, Sent({}), None) == part
    assert "rules" not in rearranged(guide, "remove:n0")
    assert rearranged(guide, "up:n0") == guide
    assert place_of("n1", guide) is None


def test_a_fact_is_worked_out_of_one_answer_or_of_two(guide: dict[str, Any]):
    data = rearranged(guide, "add:d")
    place = place_of("d0", data)
    part = part_at(data, place)
    assert (part["how"], part["of"], part["and"]) == ("years_since", "first", "")
    two = read_derived(part, Sent({"name": "gap", "how": "days_between", "of": "first", "and": "first"}), None)
    assert with_part(data, place, two)["derived"] == {"gap": {"days_between": ["first", "first"]}}
    assert part_at(with_part(data, place, two), place) == two
    assert "derived" not in rearranged(data, "remove:d0")


def test_two_rules_never_get_one_name(guide: dict[str, Any]):
    data = rearranged(guide, "add:n")
    assert list(data["rules"]) == ["规则1", "规则2"]
    part = part_at(data, Place("n", 1))
    assert list(with_part(data, Place("n", 1), {**part, "name": "规则1"})["rules"]) == ["规则1", "规则2"]
