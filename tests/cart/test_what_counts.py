"""Which value counts when several sources speak, what follows from what, and what satisfies a material."""

from datetime import timedelta

import msgspec
import pytest

from backend.cart.model import Answer, HeldFile, Line, Told
from backend.cart.pledge_text import hash_of_text, text_of
from backend.cart.pledged import Pledged
from backend.cart.rules import sheet_of
from backend.cart.settle import Settler
from backend.catalogue.model import Ask, MaterialNeed, Role
from backend.core.conditions import decode
from backend.parties.model import Known
from tests.cart.lines import FATHER_ID, NOW, TODAY, cell, city, everybody, line, party, register, said

HOUSEHOLD = cell("person.household")


def settled(told: Told, element: str = "person.household"):
    return Settler(told, city(), TODAY).get(cell(element))


def known(*facts: tuple[object, str, str, int]) -> Told:
    """(value, source, trust, days ago)"""
    return Told(known={HOUSEHOLD: tuple(Known(v, s, t, NOW - timedelta(days=d)) for v, s, t, d in facts)})


def sheet(lines: list[Line], told: Told | None = None):
    return sheet_of(lines, everybody(*lines), told or Told(), city(), TODAY)


def codes(found) -> set[str]:
    return {question.element.code for question in found.questions}


def test_an_authority_counts_more_than_a_profile():
    found = settled(known(("460106", "profile", "C", 0), ("460105", "register.population", "B", 9)))
    assert (found.value, found.source) == ("460105", "register.population")


def test_of_equal_trust_the_newest_counts():
    found = settled(known(("460106", "profile", "C", 5), ("460107", "filing", "C", 1)))
    assert found.value == "460107"


def test_where_authorities_disagree_the_person_is_asked():
    assert (
        settled(known(("460106", "register.population", "B", 0), ("460105", "certificate.residence_permit", "A", 0)))
        is None
    )


def test_her_own_word_counts_and_says_so():
    told = msgspec.structs.replace(
        known(("460105", "register.population", "B", 0)), answers={HOUSEHOLD: Answer("460106")}
    )
    assert (settled(told).value, settled(told).source, settled(told).trust) == ("460106", "answered", "D")


def test_an_answer_an_authority_confirms_is_as_good_as_the_authority():
    told = msgspec.structs.replace(
        known(("460105", "register.population", "B", 0)), answers={HOUSEHOLD: Answer("460105")}
    )
    assert (settled(told).source, settled(told).trust) == ("register.population", "B")


@pytest.mark.parametrize("answer", [Answer(), Answer(raw="某处")])
def test_what_was_cleared_or_cannot_be_read_is_open_again(answer):
    told = msgspec.structs.replace(known(("460105", "register.population", "B", 0)), answers={HOUSEHOLD: answer})
    assert settled(told) is None


def test_a_birth_date_is_read_off_the_id_number():
    found = settled(said(person__id_number=FATHER_ID), "person.birth_date")
    assert (found.value, found.source) == ("1944-03-05", "derived")
    assert settled(said(person__id_number=FATHER_ID), "person.age").value == 82


def test_too_young_is_told_in_words_and_can_still_be_filed():
    found = sheet([line("高龄老人长寿补贴")], said(person__id_number="460199197308162028"))
    state = next(iter(found.states.values()))
    assert (state.fits, state.against) == (False, ("年满 80 周岁",))
    assert not any("周岁" in problem.say for problem in found.problems)


def test_problems_name_their_fields_and_end_when_all_is_there():
    one = [line("居住证")]
    found = sheet(one)
    assert {p.field for p in found.problems} == {q.name for q in found.questions if q.required} | {
        m.name for m in found.materials if m.required and not m.way
    }
    answers = {question.cell: Answer(_some(question.element)) for question in found.questions}
    for _round in range(3):
        files = {need.key: (HeldFile(party("file"), "image/jpeg", 1),) for need in found.materials}
        found = sheet(one, Told(answers=answers, files=files))
        answers |= {q.cell: Answer(_some(q.element)) for q in found.questions if not q.filled}
    assert found.problems == ()


def _some(element):
    samples = {"date": "2020-01-31", "yes_no": True, "region": "460105", "number": 1, "money": 100, "area": "20"}
    samples |= {"id_number": FATHER_ID, "phone": "13900000001", "bank_card": "6222020200000000006"}
    return samples.get(element.type, next(iter(element.options), "文字"))


def signed(material):
    return Pledged(text=hash_of_text(text_of(city().materials[material])), name="林长福")


def test_an_empty_cart_is_a_problem():
    assert sheet([]).problems[0].say == "购物车还是空的，先选一件要办的事。"


def test_a_register_or_a_pledge_or_a_file_each_satisfies_and_a_file_shows():
    nursing, need = [line("护理补贴")], "person.disability_assessment"
    by_code = lambda found: {n.material.code: n for n in found.materials}  # noqa: E731
    assert by_code(sheet(nursing))["person.household_book"].way == ""
    told = Told(known=register("person.household", "460105"))
    assert by_code(sheet(nursing, told))["person.household_book"].way == "register"
    key = (*cell(need), "")
    assert by_code(sheet(nursing, Told(pledged={key: signed(need)})))[need].way == "pledge"
    files = {key: (HeldFile(party("file"), "image/jpeg", 1),)}
    assert by_code(sheet(nursing, Told(pledged={key: signed(need)}, files=files)))[need].way == "file"


def test_the_strictest_age_of_a_document_counts():
    strict, loose = line("居住证", 0), line("老年人优待证", 1)
    aged = [_with_age(strict, 30), _with_age(loose, 90)]
    need = next(n for n in sheet(aged).materials if n.material.code == "person.id_card")
    assert (need.max_age_days, len(need.needed_by)) == (30, 2)


def _with_age(one: Line, days: int) -> Line:
    needs = tuple(
        msgspec.structs.replace(n, max_age_days=days) if n.material == "applicant.id_card" else n
        for n in one.item.materials
    )
    return msgspec.structs.replace(one, item=msgspec.structs.replace(one.item, materials=needs))


def family(kind: str, **bound: str) -> Line:
    """A made-up item with one more role, `others`, always asked about."""
    one = line("居住证")
    least, most = {"optional": (0, 1), "repeated": (0, 12)}[kind]
    role = Role(name="others", kind="person", label="同住的人", least=least, most=most)
    grown = {"fact": "others.birth_date", "before": "2008-01-01"}
    item = msgspec.structs.replace(
        one.item,
        roles={**one.item.roles, "others": role},
        asks=(*one.item.asks, Ask(fact="others.name"), Ask(fact="others.phone", when=decode(grown, "x"))),
        materials=(*one.item.materials, MaterialNeed(material="others.id_card")),
    )
    return msgspec.structs.replace(one, item=item)


@pytest.mark.parametrize("kind", ["optional", "repeated"])
def test_who_lives_with_her_is_asked_before_their_names(kind):
    found = sheet([family(kind)])
    assert [role.label for role in found.roles] == ["同住的人"]
    assert found.roles[0].name in {problem.field for problem in found.problems}
    assert len([q for q in found.questions if q.element.code == "person.name"]) == 1


def test_nobody_lives_with_her():
    alone = family("repeated")
    alone = msgspec.structs.replace(alone, parties={**alone.parties, "others": ()})
    found = sheet([alone])
    assert found.roles == ()
    assert len([q for q in found.questions if q.element.code == "person.name"]) == 1


def test_each_of_two_is_asked_and_a_condition_looks_at_each_alone():
    two = family("repeated")
    two = msgspec.structs.replace(two, parties={**two.parties, "others": (party("son"), party("wife"))})
    told = Told(
        answers={
            cell("person.birth_date", "wife"): Answer("1990-05-05"),
            cell("person.birth_date", "son"): Answer("2015-05-05"),
        }
    )
    found = sheet([two], told)
    assert len([q for q in found.questions if q.element.code == "person.name"]) == 3
    phones = {q.subject for q in found.questions if q.element.code == "person.phone"}
    assert party("wife") in phones
    assert party("son") not in phones
    assert len([n for n in found.materials if n.material.code == "person.id_card"]) == 3
