"""Every rule of the starter city through the form and back: shown, sent as it stands, read: the same rule."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.pack_read import build
from backend.catalogue.rule_words import vocabulary_of
from backend.core.assets import Assets
from backend.core.conditions import decode
from backend.core.conditions_form import BEGUN, DEEDS, Part, Vocabulary, after, part_of, typed
from backend.core.conditions_form_rows import row_of
from backend.core.conditions_form_rule import rule_of
from backend.core.render import Pages, by_field
from tests.catalogue.packs import ORIGINAL
from tests.forms import sent

PACK = build(ORIGINAL)
PAGE = Pages(Assets(), demo=True)._env.from_string(
    '{% from "components/condition_form.html" import condition_form %}{{ condition_form(row, "fits", "谁能办", wrong) }}'
)


def rules_of(name: str) -> Iterator[dict[str, Any]]:
    raw = ORIGINAL["items"][name]
    yield from ([raw["fits"]] if raw.get("fits") else [])
    yield from raw.get("instant", [])
    for listed in ("asks", "materials", "situations"):
        yield from (one["when"] for one in raw.get(listed, []) if isinstance(one, dict) and "when" in one)


def shown(part: Part | None, words: Vocabulary, wrong: Any = ()) -> str:
    return PAGE.render(row=row_of(part, "fits", words), wrong=by_field(wrong))


@pytest.mark.parametrize("name", sorted(PACK.items))
def test_what_the_form_shows_and_gets_back_untouched_is_the_same_rule(name: str):
    words = vocabulary_of(PACK, PACK.items[name], ruled=True)
    for rule in rules_of(name):
        back = typed(sent(shown(part_of(rule, words), words)), "fits")
        found, problems = rule_of(back, "fits", words)
        assert problems == []
        assert found is not None
        assert decode(found) == decode(rule)


def test_all_problems_are_said_at_once_each_beside_its_field():
    words = vocabulary_of(PACK, PACK.items["高龄老人长寿补贴"])
    part = typed(
        [("fits.head", "all"), ("fits.0.head", "fact"), ("fits.0.fact", "applicant.age"), ("fits.0.op", "at_least"),
         ("fits.0.value", "八十"), ("fits.1.head", "fact"), ("fits.2.head", "any")], "fits"
    )  # fmt: skip
    _rule, problems = rule_of(part, "fits", words)
    assert {p.field for p in problems} == {"fits.0.value", "fits.1.fact", "fits.2.head"}
    html = shown(part, words, problems)
    assert html.count('class="error"') == 3
    assert "八十" in html, "what was typed is lost"


def test_a_new_rule_grows_row_by_row():
    words = vocabulary_of(PACK, PACK.items["高龄老人长寿补贴"])
    part = after(None, "fits", "begin:fits")
    part = after(part, "fits", "add:fits")
    part = after(part, "fits", "group:fits")
    assert [one.head for one in part.parts] == ["fact", "fact", "all"]
    part = after(part, "fits", "up:fits.2")
    assert [one.head for one in part.parts] == ["fact", "all", "fact"]
    part = after(part, "fits", "out:fits.1.0")
    assert [one.head for one in part.parts] == ["fact", "fact", "fact"], "an emptied group stays behind"
    assert after(Part({"head": ("all",)}, (part.parts[0],)), "fits", "remove:fits.0") is None
    assert shown(part, words).count("fits.1.fact") >= 1


def test_another_places_button_changes_nothing_here():
    assert after(BEGUN, "asks.1.when", "remove:asks.11.when") == BEGUN


def test_a_score_is_written_row_by_row_with_what_each_is_worth():
    words = vocabulary_of(PACK, PACK.items["高龄老人长寿补贴"])
    part = typed(
        [("fits.head", "score"), ("fits.op", "at_least"), ("fits.value", "60"),
         ("fits.0.head", "fact"), ("fits.0.fact", "applicant.age"), ("fits.0.op", "at_least"), ("fits.0.value", "80"), ("fits.0.worth", "40"),
         ("fits.1.head", "fact"), ("fits.1.fact", "applicant.elder_allowance"), ("fits.1.op", "is"), ("fits.1.value", "no")], "fits"
    )  # fmt: skip
    rule, problems = rule_of(part, "fits", words)
    old, none = {"fact": "applicant.age", "at_least": 80}, {"fact": "applicant.elder_allowance", "is": False}
    assert problems == []
    assert rule == {"count": [{"when": old, "worth": 40}, none], "at_least": 60}
    assert "fits.0.worth" in shown(part, words)
    assert rule_of(typed(sent(shown(part, words)), "fits"), "fits", words) == (rule, [])
    grown = after(part, "fits", "add:fits")
    assert len(grown.parts) == 3
    _rule, problems = rule_of(typed([("fits.head", "score"), ("fits.0.head", "fact"), ("fits.0.worth", "viel")], "fits"), "fits", words)  # fmt: skip
    assert {p.field for p in problems} == {"fits.0.fact", "fits.0.worth", "fits.op"}


def test_numbers_are_added_up_money_in_yuan():
    words = vocabulary_of(PACK, PACK.items["公共租赁住房"])
    fact = next(key for key, named in words.facts.items() if named.kind == "money")
    rule = {"sum": [fact, {"fact": fact, "times": 2}], "at_most": 300000}
    part = part_of(rule, words)
    assert part.text("value") == "3000"
    assert rule_of(typed(sent(shown(part, words)), "fits"), "fits", words) == (rule, [])
    begun = after(typed([("fits.head", "total")], "fits"), "fits", "show:fits")
    assert [one.head for one in begun.parts] == ["term"]
    assert [one.head for one in after(begun, "fits", "add:fits").parts] == ["term", "term"]
    back = after(Part({"head": ("all",)}, begun.parts), "fits", "show:fits")
    assert [one.head for one in back.parts] == ["fact"], "a number alone is no condition"


def test_a_rule_the_form_has_no_row_for_is_carried_along():
    words = vocabulary_of(PACK, PACK.items["高龄老人长寿补贴"])
    rule = {
        "all": [
            {
                "count": [{"fact": "applicant.age", "at_least": 80}, {"fact": "applicant.elder_allowance", "is": True}],
                "at_least": 1,
            }
        ]
    }
    back, problems = rule_of(typed(sent(shown(part_of(rule, words), words)), "fits"), "fits", words)
    assert problems == []
    assert back == rule


def test_money_is_typed_in_yuan_and_kept_in_fen():
    words = vocabulary_of(PACK, PACK.items["公共租赁住房"])
    fact = next(key for key, named in words.facts.items() if named.kind == "money")
    part = Part({"head": ("fact",), "fact": (fact,), "op": ("at_most",), "value": ("3000.50",)})
    assert rule_of(part, "fits", words) == ({"fact": fact, "at_most": 300050}, [])
    assert part_of({"fact": fact, "at_most": 300050}, words).text("value") == "3000.50"


NAMES = st.sampled_from(["fits", "fits.0", "fits.0.0", "fits.1", "fits.99999", "fits.x", "fits..", "other"])
WORDS = st.sampled_from(["head", "op", "fact", "value", "with", "role", "other", "plus", "worth", "times", "nonsense"])
TEXTS = st.sampled_from(["all", "any", "not", "fact", "compare", "every", "count", "sum", "score", "total", "term", "item", "other", "is", "within", "applicant.age", "{}", "[1", "-", "1e400"])  # fmt: skip


@given(
    st.lists(st.tuples(st.tuples(NAMES, WORDS).map(".".join), TEXTS | st.text(max_size=8)), max_size=12),
    st.tuples(st.sampled_from(DEEDS), NAMES).map(":".join),
)
def test_nothing_that_can_be_sent_breaks_the_form(fields: list[tuple[str, str]], do: str):
    words = vocabulary_of(PACK, PACK.items["高龄老人长寿补贴"])
    part = after(typed(fields, "fits"), "fits", do)
    rule, problems = rule_of(part, "fits", words)
    if rule is not None and not problems:
        decode(rule)
    shown(part, words, problems)
