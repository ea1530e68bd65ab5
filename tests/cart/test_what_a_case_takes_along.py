"""The frozen copy of one line: what its form shows and its rules read, and nothing of the others."""

from backend.cart.model import Answer, Draft, HeldFile, Told
from backend.cart.rules import sheet_of
from tests.cart.lines import FATHER_ID, ME, NOW, TODAY, cell, city, everybody, line, party, register, said


def draft(lines, told: Told) -> Draft:
    parties = everybody(*lines)
    return Draft(
        cart_id=party("cart"),
        version=1,
        principal_id=ME,
        actor_id=ME,
        lines=tuple(lines),
        parties=parties,
        told=told,
        sheet=sheet_of(lines, parties, told, city(), TODAY),
        pack=city(),
        on=TODAY,
        now=NOW,
    )


def facts(found: Draft, number: int) -> list[tuple[str, object, str]]:
    return [(f.element, f.value, f.source) for f in found.frozen_facts(found.lines[number].id)]


def test_a_case_takes_its_own_facts_and_not_those_of_the_others():
    told = said(person__id_number=FATHER_ID, person__carer="family", person__household="460105")
    found = draft([line("高龄老人长寿补贴", 0), line("护理补贴", 1)], told)
    assert "person.carer" not in {element for element, _value, _source in facts(found, 0)}
    assert ("person.carer", "family", "answered") in facts(found, 1)


def test_the_filed_value_comes_first_and_the_registers_after_it():
    told = Told(answers={cell("person.household"): Answer("460106")}, known=register("person.household", "460105"))
    found = [fact for fact in facts(draft([line("高龄老人长寿补贴")], told), 0) if fact[0] == "person.household"]
    assert found == [
        ("person.household", "460106", "answered"),
        ("person.household", "460105", "register.population"),
    ]


def test_what_follows_is_taken_along_for_the_rules():
    found = facts(draft([line("高龄老人长寿补贴")], said(person__id_number=FATHER_ID)), 0)
    assert ("person.birth_date", "1944-03-05", "derived") in found


def test_a_hidden_answer_is_not_filed():
    told = said(person__capacity="full", person__guardian_name="演示乙")
    assert "person.guardian_name" not in {f[0] for f in facts(draft([line("高龄老人长寿补贴")], told), 0)}


def test_files_go_to_every_case_that_needs_them_in_page_order():
    key = (*cell("person.id_card"), "")
    pages = (HeldFile(party("front"), "image/jpeg", 1), HeldFile(party("back"), "image/jpeg", 1))
    found = draft([line("高龄老人长寿补贴", 0), line("居住证", 1)], Told(files={key: pages}))
    for one in found.lines:
        filed = [f for f in found.files_of(one.id) if f.material == "person.id_card"]
        assert [(f.file_id, f.position) for f in filed] == [(party("front"), 0), (party("back"), 1)]


def test_roles_are_stored_as_the_case_keeps_them():
    found = draft([line("公共租赁住房", 0, payee="")], Told())
    bound = found.lines[0].bound()
    assert bound["applicant"] == str(ME)
    assert "payee" not in bound
