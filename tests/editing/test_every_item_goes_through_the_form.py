"""Each item of the starter city, page by page through the form, out as a file and in again: its data stays what it was."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.pack_format import ItemFile
from backend.catalogue.pack_read import build, read_item
from backend.catalogue.pack_write import to_yaml
from backend.catalogue.pack_yaml import read_yaml
from backend.catalogue.rule_words import vocabulary_of
from backend.editing.differences import Side, changes_of
from backend.editing.fields import SECTIONS, SPEC_OF
from backend.editing.filled import after, opened, typed, unordered, whole
from backend.editing.lists import Lists, lists_of
from backend.editing.reading import converts, merged, read
from backend.editing.showing import Field, fields_of
from backend.editing.specs import Spec
from tests.catalogue.packs import ORIGINAL

PACK = build(ORIGINAL)
# The code is given once for ever.
NOT_EDITED = {"code"}


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
    found = raw
    for section in SECTIONS:
        reading = read(section.specs, opened(raw, section.specs, words), words, lists)
        assert reading.problems == ()
        found = merged(found, reading.raw)
        assert found == raw, section.name
        assert list(found) == list(raw)
    assert read_yaml(to_yaml(found)) == raw


def sent(fields: Iterable[Field]) -> Iterator[tuple[str, str]]:
    """What a browser sends of a page without rules that nobody touched."""
    for field in fields:
        values = [option.value for _group, options in field.options for option in options]
        match field.kind:
            case "rows" | "group":
                yield from sent(field.fields or [inner for line in field.rows for inner in line.fields])
            case "boxes" | "choices":
                yield from ((field.place, value) for value in values if value in field.texts)
            case "tick":
                yield from ((field.place, "yes") for text in field.texts if text)
            case "select":
                yield field.place, field.text if field.text in values else ""
            case _:
                yield field.place, field.text


WORDS = st.text("甲乙丙 :#-'\"{}0no", min_size=2, max_size=12).map(str.strip).filter(lambda text: len(text) > 1)


@st.composite
def varied(draw: st.DrawFn) -> tuple[str, dict]:
    """Some item of the city with other departments, other items and grades it does not have."""
    name = draw(st.sampled_from(sorted(PACK.items)))
    lists = lists_for(name)
    one = {
        key: st.sampled_from(sorted(lists.values(key))) if lists.values(key) else st.nothing() for key in lists.options
    }
    sees = st.lists(one["handed_in"], unique=True, max_size=5)
    opinion = {"department": one["every_department"], "about": WORDS, "limit": st.integers(1, 45)}
    more = {"silence": one["silences"], "first": st.booleans(), "sees": sees}
    opinions = st.lists(st.fixed_dictionaries(opinion, optional=more), min_size=1, max_size=3)
    joint = {"survey": st.booleans(), "government": one["every_department"]}
    excluded = st.fixed_dictionaries(
        {"item": one["other_items"], "say": WORDS}, optional={"same": one["roles"], "situation": one["situations"]}
    )
    new: dict[str, Any] = {
        "joint": draw(st.none() | st.fixed_dictionaries({"opinions": opinions}, optional=joint)),
        "excludes": draw(st.none() | st.lists(excluded, min_size=1, max_size=3)),
        "grades": draw(st.none() | st.deferred(lambda: one["single_choices"].flatmap(lambda ask: grades(lists, ask)))),
    }
    return name, {key: value for key, value in {**ORIGINAL["items"][name], **new}.items() if value is not None}


def grades(lists: Lists, ask: str) -> st.SearchStrategy[dict]:
    if not lists.values("needed"):
        return st.nothing()
    direct = st.lists(st.sampled_from(sorted(lists.facts[ask].options)), unique=True, min_size=1)
    lower = st.sampled_from(sorted(lists.values("needed")))
    return st.fixed_dictionaries({"ask": st.just(ask), "direct": direct, "lower": lower})


def specs_of(*names: str) -> tuple[Spec, ...]:
    return tuple(SPEC_OF[name] for name in names)


@given(varied())
def test_other_departments_other_items_and_grades_go_through_a_browser_and_a_file(case: tuple[str, dict]):
    name, raw = case
    before, words, lists = ORIGINAL["items"][name], vocabulary_of(PACK, PACK.items[name], ruled=True), lists_for(name)
    specs = specs_of("joint", "excludes", "grades")
    fields = list(sent(fields_of(specs, opened(raw, specs, words), words, lists)))
    reading = read(specs, typed(specs, fields), words, lists)
    assert reading.problems == ()
    assert merged(raw, reading.raw) == raw, "untouched, and not the same"
    written = merged(before, reading.raw)
    assert [unordered(spec, whole(written)[spec.name]) for spec in specs] == [
        unordered(spec, whole(raw)[spec.name]) for spec in specs
    ]
    assert changes_of(side_of(raw), side_of(written)) == []
    assert read_yaml(to_yaml(written)) == written
    assert read_item(read_yaml(to_yaml(raw)), PACK.city) == read_item(raw, PACK.city)


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


def test_other_departments_and_other_items_are_told_in_words():
    raw = ORIGINAL["items"]["民办幼儿园设立"]
    new = copy.deepcopy(raw)
    new["joint"]["opinions"][1] |= {"limit": 6, "silence": "consent"}
    new["joint"]["opinions"][2]["sees"].reverse()
    new["excludes"] = [{"item": "护理补贴", "say": "演示", "situation": one} for one in ("甲", "乙")]
    said = [(change.where, change.was, change.now) for change in changes_of(side_of(raw), side_of(new))]
    assert said == [
        ("几个部门一起办：征求意见的部门：消防安全：几个工作日内答复", "8", "6"),
        ("几个部门一起办：征求意见的部门：消防安全：到期没有答复", "催办，等它答复", "当作同意"),
        ("不能和它一起办的事", "", "海口市民政局：护理补贴（为什么，怎么对老百姓说：演示；只在哪种情形：甲）"),
        (
            "不能和它一起办的事",
            "",
            "海口市民政局：护理补贴（第 2 条）（为什么，怎么对老百姓说：演示；只在哪种情形：乙）",
        ),
    ]
    graded = ORIGINAL["items"]["椰级乡村旅游点评定"]
    new = copy.deepcopy(graded)
    new["grades"]["direct"] = ["one"]
    [change] = changes_of(side_of(graded), side_of(new))
    assert (change.where, change.now) == ("等级：可以直接申请的等级", "一椰级")


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
