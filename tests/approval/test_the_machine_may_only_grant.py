"""The old man's allowance, judged by its own rules: granted when everything is clear, a person's in every other case."""

from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.approval.model import Finding
from backend.approval.rules import examine
from backend.cases.model import Fact
from backend.catalogue.pack_read import read_pack
from backend.core.crypto import Vault

NOW = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)
FATHER, CARD, LINE = UUID(int=1), UUID(int=2), UUID(int=3)
ID_NUMBER = "460199194403051015"
PACK = read_pack()
ITEM = PACK.items["高龄老人长寿补贴"]
BLIND = Vault("5a" * 32).blind


def filed(element: str, value: object, trust: str = "D", source: str = "answered", subject: UUID = FATHER) -> Fact:
    return Fact(subject=subject, element=element, value=value, source=source, trust=trust, at=NOW)


FORM = [
    filed("person.name", "林长福"),
    filed("person.id_number", ID_NUMBER),
    filed("person.household", "460105"),
    filed("person.elder_allowance", False),
    filed("person.capacity", "full"),
    filed("bank_account.holder", "林长福", subject=CARD),
]
REGISTERS = [
    filed("person.name", "林长福", "B", "register.population"),
    filed("person.birth_date", "1944-03-05", "B", "register.population"),
    filed("person.household", "460105", "B", "register.population"),
    filed("person.alive", True, "B", "register.population"),
    filed("person.name", "林长福", "B", "register.civil_affairs"),
    filed("person.elder_allowance", False, "B", "register.civil_affairs"),
]
CLEAR = FORM + REGISTERS


def found(facts: list[Fact], on: date = date(2026, 9, 25)) -> Finding:
    finding = examine(
        ITEM, 3, {"applicant": (FATHER,), "payee": (CARD,)}, LINE, facts, PACK, at=NOW, on=on, blind=BLIND
    )
    assert finding is not None
    return finding


def changed(element: str, value: object, source: str) -> list[Fact]:
    return [
        msgspec.structs.replace(fact, value=value) if (fact.element, fact.source) == (element, source) else fact
        for fact in CLEAR
    ]


def doubts(finding: Finding) -> set[tuple[str, bool | None]]:
    return {(rule.rule, rule.verdict) for rule in finding.doubts}


def test_everything_clear_is_granted_with_every_rule_in_words():
    finding = found(CLEAR)
    assert finding.verdict is True
    assert not finding.doubts
    assert "户籍一致" in {rule.rule for rule in finding.rules}
    assert all(rule.words for rule in finding.rules)


def test_a_register_that_says_another_household_is_told_and_sent_to_a_person():
    finding = found(changed("person.household", "460106", "register.population"))
    assert finding.verdict is not True
    assert ("户籍一致", False) in doubts(finding)


def test_a_birth_date_that_is_not_the_one_in_the_id_number_is_told():
    finding = found(changed("person.birth_date", "1943-03-05", "register.population"))
    assert ("出生日期一致", False) in doubts(finding)


def test_a_filed_birth_date_that_was_taken_from_the_register_is_not_compared_with_itself():
    taken = filed("person.birth_date", "1943-03-05", "B", "register.population")
    others = [fact for fact in CLEAR if fact.element != "person.birth_date"]
    assert ("出生日期一致", False) in doubts(found([taken, *others]))


def test_a_register_that_does_not_answer_leaves_it_open_and_says_nothing_is_wrong():
    finding = found(FORM)
    assert finding.verdict is None
    assert ("健在", None) in doubts(finding)
    assert not any(verdict is False for _, verdict in doubts(finding))


def test_registers_asked_under_another_number_than_the_one_on_the_form_do_not_count():
    registered = filed("person.id_number", "460199194403051023", "C", "profile")
    finding = found([*CLEAR, registered])
    assert finding.verdict is not True
    assert ("填写的证件号码就是登记的号码", False) in doubts(finding)
    assert ("健在", None) in doubts(finding)
    assert found([*CLEAR, filed("person.id_number", ID_NUMBER, "C", "profile")]).verdict is True


def test_a_card_of_somebody_else_is_for_a_person_to_see():
    facts = changed("bank_account.holder", "林小燕", "answered")
    assert ("本人账户", False) in doubts(found(facts))


def test_what_was_only_said_is_not_enough_even_if_it_fits():
    said = [msgspec.structs.replace(fact, trust="D", source="answered") for fact in CLEAR]
    assert found(said).verdict is None


def test_an_earlier_filing_is_not_enough_either():
    earlier = [msgspec.structs.replace(f, trust="C", source="filing") if f.trust == "B" else f for f in CLEAR]
    assert found(earlier).verdict is None


def test_two_registers_that_disagree_leave_it_to_a_person():
    finding = found([*CLEAR, filed("person.household", "110000", "B", "register.civil_affairs")])
    assert finding.verdict is None


def test_one_who_is_not_eighty_on_the_day_of_receipt_is_not_granted():
    assert found(CLEAR, on=date(2024, 3, 4)).verdict is False
    assert found(CLEAR, on=date(2024, 3, 5)).verdict is True


def test_an_item_without_rules_for_the_machine_is_a_persons():
    item = PACK.items["护理补贴"]
    assert examine(item, 1, {}, LINE, CLEAR, PACK, at=NOW, on=NOW.date(), blind=BLIND) is None


def test_the_explanation_shows_what_is_public_and_proves_the_rest_by_hash():
    text = msgspec.json.encode(found(CLEAR)).decode()
    for private in ("林长福", ID_NUMBER, "1944-03-05"):
        assert private not in text
    looked = {(v.fact, v.source): v for rule in found(CLEAR).rules for v in rule.values}
    assert looked["applicant.household", "register.population"].value == "460105"
    name = looked["applicant.name", ""]
    assert name.hash == looked["applicant.name", "register.population"].hash
    assert name.hash != looked["payee.holder", ""].hash  # the same name, but another question


@pytest.mark.parametrize("example", ITEM.examples, ids=lambda example: example.name)
def test_the_examples_of_the_pack_hold_over_a_real_filing(example):
    def subject(fact: str) -> UUID:
        return FATHER if fact.startswith("applicant.") else CARD

    facts = [filed(ITEM.element_of(name), value, subject=subject(name)) for name, value in example.facts.items()]
    facts += [
        filed(ITEM.element_of(name), value, "B", f"register.{register}", subject(name))
        for register, said in example.sources.items()
        for name, value in said.items()
    ]
    verdict = found(facts, date.fromisoformat(example.today)).verdict
    assert (verdict is True) == (example.expect == "granted")


@given(st.sets(st.sampled_from(range(len(CLEAR)))))
def test_taking_anything_away_never_makes_a_grant(kept):
    finding = found([CLEAR[i] for i in sorted(kept)])
    # What a register knows need not be typed; what nobody else vouches for must be.
    needed = {
        i for i, f in enumerate(CLEAR) if f.trust == "B" or f.element in ("person.capacity", "bank_account.holder")
    }
    assert finding.verdict is not True or needed <= kept
