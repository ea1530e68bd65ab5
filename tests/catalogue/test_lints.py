"""The guide rules by themselves: pure, never surprised, and of the words as a stranger reads them."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.lint_model import RULES
from backend.catalogue.lint_words import abolished_in, vague_in
from backend.catalogue.model import Limits, Proof, Step, Visits
from backend.catalogue.pack_lints import lint
from backend.catalogue.pack_read import build
from tests.catalogue.packs import starter

PACK = build(starter())
ITEMS = st.sampled_from(sorted(PACK.items.values(), key=lambda item: item.code))
DAYS = st.integers(0, 400)


@pytest.mark.parametrize(
    "text", ["其他材料", "相关证明", "有关部门的批文", "身份证、户口簿等", "房产证等材料", "必要的文件"]
)
def test_a_word_that_leaves_a_stranger_guessing_is_found(text: str):
    assert list(vague_in(text))


@pytest.mark.parametrize(
    "text", ["残疾等级证明", "高等学校毕业证", "等候通知", "平等协商记录", "身份证", "同等学力证书"]
)
def test_the_same_sign_inside_an_exact_word_is_not(text: str):
    assert not list(vague_in(text))


@given(st.text(max_size=60))
def test_any_text_is_judged_and_each_vague_word_is_named_once(text: str):
    found = list(vague_in(text))
    assert len(found) == len(set(found))
    assert all(word in text for word in found)


@given(ITEMS, DAYS, st.none() | DAYS, st.none() | DAYS)
def test_promises_are_refused_exactly_when_longer_than_law_or_hall(item, promised, statutory, hall):
    limits = Limits(promised=promised, statutory=statutory, hall=hall)
    item = msgspec.structs.replace(item, limits=limits, situations=())  # which promise days of their own
    rules = {found.rule for found in lint(PACK, item) if not found.warning}
    assert (13 in rules) == (statutory is not None and promised > statutory)
    assert (17 in rules) == (hall is not None and promised > hall)


@given(ITEMS, st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=8), DAYS)
def test_a_flow_never_takes_longer_than_its_promise_unless_it_is_told(item, steps, promised):
    flow = tuple(Step(name="一步", who="窗口", workdays=days, pauses=pauses) for days, pauses in steps)
    item = msgspec.structs.replace(item, steps=flow, limits=Limits(promised=promised))
    counted = sum(days for days, pauses in steps if not pauses)
    assert (11 in {found.rule for found in lint(PACK, item)}) == (counted > promised or not steps)


@given(ITEMS, st.integers(0, 5), st.text(max_size=5), st.booleans(), st.booleans())
def test_every_finding_has_a_number_a_place_and_a_whole_sentence(item, visits, reason, online, mail):
    spoilt = msgspec.structs.replace(item, visits=Visits(count=visits, reason=reason), online=online, mail=mail)
    for found in lint(PACK, spoilt):
        assert found.rule in RULES
        assert found.field.partition(".")[0].partition("[")[0] in item.__struct_fields__
        assert "%(" not in found.sentence


def test_what_was_abolished_is_known_by_its_words_and_what_was_kept_is_not_refused():
    proofs = {
        "无房证明": Proof(state="abolished", issuer="不动产登记机构", purpose="买房", name="无房证明"),
        "诊断证明": Proof(state="kept", issuer="医院", purpose="认定", name="诊断证明"),
    }
    assert list(abolished_in("本人及配偶的无房证明", proofs)) == ["无房证明"]
    assert not list(abolished_in("诊断证明", proofs))
