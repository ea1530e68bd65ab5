"""Numbers and addresses as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.accounts.contacts import Contact, read_contact
from backend.accounts.devices import device_of


@pytest.mark.parametrize(
    "typed", ["13811112222", "138 1111 2222", "+86-138-1111-2222", "008613811112222", "１３８１１１１２２２２"]
)
def test_a_number_is_the_same_however_it_is_typed(typed):
    assert read_contact(typed) == Contact("phone", "13811112222")


@pytest.mark.parametrize(
    "typed", ["", "12811112222", "1381111222", "a@", "a@b", "a b@c.org", "a@b.org\nBcc: x@y.org", "@b.org"]
)
def test_what_is_neither_number_nor_address_is_none(typed):
    assert read_contact(typed) is None


def test_what_is_shown_is_too_little_for_a_stranger():
    assert read_contact("13811112222").shown == "138****2222"
    assert read_contact("xiaoyan@example.org").shown == "xi***@example.org"


@given(st.text(max_size=300))
def test_nothing_typed_ever_breaks_it(typed):
    found = read_contact(typed)
    assert found is None or read_contact(found.value) == found


@pytest.mark.parametrize(
    ("says", "shown"),
    [
        ("Mozilla/5.0 (Linux; Android 14; PGT) AppleWebKit Chrome/120 Mobile MicroMessenger/8.0", "安卓手机 · 微信"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1", "iPhone · Safari"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_called_what_its_owner_calls_it(says, shown):
    assert device_of(says) == shown
