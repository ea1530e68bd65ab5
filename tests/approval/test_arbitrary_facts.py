"""Whatever is filed and whatever anybody says of it: the machine grants on nothing but every rule being clearly true."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from backend.approval.relying import relied_on
from backend.cases.model import Fact
from tests.approval.test_the_machine_may_only_grant import BLIND, CARD, FATHER, ITEM, NOW, PACK, found

ELEMENTS = ("person.name", "person.id_number", "person.household", "person.alive", "person.birth_date", "person.capacity",
            "person.elder_allowance", "bank_account.holder")  # fmt: skip
VALUES = (True, False, None, "林长福", "460105", "110000", "1944-03-05", "full", 82, "", [])
SOURCES = (
    "answered",
    "profile",
    "register.population",
    "register.civil_affairs",
    "certificate.household_book",
    "derived",
)


@st.composite
def said(draw: st.DrawFn) -> Fact:
    element = draw(st.sampled_from(ELEMENTS))
    return Fact(
        subject=CARD if element.startswith("bank") else FATHER, element=element, value=draw(st.sampled_from(VALUES)),
        source=draw(st.sampled_from(SOURCES)), trust=draw(st.sampled_from("ABCD")), at=NOW,
    )  # fmt: skip


@given(st.lists(said(), max_size=14))
def test_arbitrary_facts_are_granted_only_if_every_rule_is_true(facts: list[Fact]) -> None:
    finding = found(facts, date(2026, 9, 25))
    assert (finding.verdict is True) == all(rule.verdict is True for rule in finding.rules)
    assert (finding.verdict is True) == (not finding.doubts)
    stood = relied_on(ITEM, {"applicant": (FATHER,), "payee": (CARD,)}, facts, PACK.elements, PACK.meanings, BLIND)
    assert all(one.source.startswith(("register.", "certificate.")) for one in stood)
