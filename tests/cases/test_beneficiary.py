"""Whether money for the principal goes to who files for her: judged by keyed hashes alone."""

from datetime import UTC, datetime
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from backend.cases.beneficiary import WORDS, doubts, own_of
from backend.cases.model import Fact
from backend.core.crypto import Vault

BLIND = Vault("5a" * 32).blind
ASKS = {"bank_account.bank_card": "account", "bank_account.holder": "holder"}
CARD, OTHER = "6222021234567890123", "6217001234567890456"
AGENT = own_of("林小燕", [CARD], BLIND)


def fact(element: str, value: str) -> Fact:
    return Fact(
        subject=uuid4(),
        element=element,
        value=value,
        source="answered",
        trust="D",
        at=datetime(2026, 9, 25, tzinfo=UTC),
    )


def found(**said: str) -> tuple[str, ...]:
    return doubts([fact(f"bank_account.{name}", value) for name, value in said.items()], ASKS, AGENT, BLIND)


def test_her_own_number_is_found_however_it_is_written():
    assert found(bank_card=CARD) == found(bank_card="6222 0212 3456 7890 123") == (WORDS["account"],)


def test_her_own_name_as_the_holder_is_found():
    assert found(bank_card=OTHER, holder="林 小燕") == (WORDS["holder"],)
    assert found(bank_card=CARD, holder="林小燕") == (WORDS["account"], WORDS["holder"])


def test_the_principals_account_is_nobodys_business():
    assert found(bank_card=OTHER, holder="林长福", bank_name="林小燕") == ()


@given(st.text(), st.sampled_from(sorted(ASKS)))
def test_nothing_else_is_taken_for_hers(value, element):
    plain = "".join(sign for sign in value.upper() if sign.isalnum())
    expected = plain == (CARD if element.endswith("card") else "林小燕")
    assert bool(doubts([fact(element, value)], ASKS, AGENT, BLIND)) is expected


def test_a_name_that_looks_like_a_number_is_no_account():
    """Each hash is for one purpose."""
    assert doubts([fact("bank_account.holder", CARD)], ASKS, AGENT, BLIND) == ()
