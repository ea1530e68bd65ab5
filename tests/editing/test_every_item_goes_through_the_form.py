"""Each item of the starter city, page by page through the form and back untouched: its data stays exactly what it was."""

import copy

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.pack_format import ItemFile
from backend.catalogue.pack_read import build, read_item
from backend.catalogue.rule_words import vocabulary_of
from backend.editing.differences import Side, changes_of
from backend.editing.fields import SECTIONS
from backend.editing.filled import after, opened, typed
from backend.editing.lists import Lists, lists_of
from backend.editing.reading import converts, merged, read
from backend.editing.showing import fields_of
from tests.catalogue.packs import ORIGINAL

PACK = build(ORIGINAL)
# The code is given once for ever; who else is asked, and what excludes it, is set in the pack.
NOT_EDITED = {"code", "joint", "grades", "excludes"}


def lists_for(name: str) -> Lists:
    return lists_of(PACK, PACK.items[name], [PACK.items[name].department])


def side_of(raw: dict) -> Side:
    item = read_item(raw, PACK.city)
    return Side(raw, item, PACK, lists_of(PACK, item, [item.department]))


def test_every_field_of_an_item_stands_on_exactly_one_page():
    named = [spec.name for section in SECTIONS for spec in section.specs]
    assert len(named) == len(set(named))
    assert set(named) == {field.name for field in msgspec.structs.fields(ItemFile)} - NOT_EDITED


@pytest.mark.parametrize("name", sorted(PACK.items))
def test_what_is_opened_and_saved_untouched_is_the_same_to_the_letter(name: str):
    raw, words, lists = ORIGINAL["items"][name], vocabulary_of(PACK, PACK.items[name], ruled=True), lists_for(name)
    for section in SECTIONS:
        reading = read(section.specs, opened(raw, section.specs, words), words, lists)
        assert reading.problems == ()
        found = merged(raw, reading.raw)
        assert found == raw, section.name
        assert list(found) == list(raw)


def test_what_changed_is_told_in_the_order_of_the_form_in_words():
    raw = ORIGINAL["items"]["高龄老人长寿补贴"]
    new = copy.deepcopy(raw)
    new["limits"]["promised"] = 5
    new["fee"] = {"charged": True, "amount": 1250}
    new["fits"]["all"][0] = {"fact": "applicant.age", "at_least": 70, "say": "年满 70 周岁"}
    new["asks"] = [ask for ask in new["asks"] if ask != "payee.holder"]
    said = [(change.where, change.was, change.now) for change in changes_of(side_of(raw), side_of(new))]
    assert said == [
        ("时限：承诺时限", "0", "5"),
        ("收费：要收费", "否", "是"),
        ("收费：收多少", "", "12.50 元"),
        ("谁能办", "年满 80 周岁，并且户籍在海口，并且没有重复领取", "年满 70 周岁，并且户籍在海口，并且没有重复领取"),
        ("要填的内容", "收款账户：开户人姓名", ""),
    ]
    assert changes_of(side_of(raw), side_of(copy.deepcopy(raw))) == []


PLACES = st.sampled_from(["name", "limits.promised", "asks.0.fact", "asks.0.when.head", "asks.999.fact", "roles.0.name", "steps.0.name", "examples.0.facts.0.value", "examples.0.facts.0.fact", "instant.0.head", "fee.amount", "quota.count", "asks..x", "subjects"])  # fmt: skip
TEXTS = st.sampled_from(["", "yes", "applicant.name", "applicant.age", "fact", "all", "-1", "1e999", "abc", "自然人"]) | st.text(max_size=6)  # fmt: skip
DOS = st.sampled_from(["", "add:asks", "remove:asks.0", "up:steps.9", "add:asks.0.when", "begin:asks.0.when", "add:examples.0.facts", "down:roles.0"])  # fmt: skip


@given(st.lists(st.tuples(PLACES, TEXTS), max_size=10), DOS)
def test_nothing_that_can_be_sent_breaks_a_page(fields: list[tuple[str, str]], do: str):
    name = "高龄老人长寿补贴"
    raw, words, lists = ORIGINAL["items"][name], vocabulary_of(PACK, PACK.items[name], ruled=True), lists_for(name)
    for section in SECTIONS:
        filled = after(section.specs, typed(section.specs, fields), do, lambda _name: "applicant.sex")
        reading = read(section.specs, filled, words, lists)
        fields_of(section.specs, filled, words, lists)
        if not reading.problems:
            there = {key: value for key, value in reading.raw.items() if value is not None}
            if converts({**raw, **there}) is None:
                merged(raw, reading.raw)
