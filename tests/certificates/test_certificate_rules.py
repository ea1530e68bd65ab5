"""What a certificate says and how long, by itself: canonical words, last days, what it is worth on a day."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.model import CertificateType, Department, Phones
from backend.certificates.model import Content, Standing
from backend.certificates.rules import (
    canonical,
    ends_soon,
    fields_of,
    issuer_code,
    last_day,
    standing_on,
    type_code,
)
from backend.core.codes import CodeError, certificate_number, read_certificate_number

UPPER = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=32)
PLAIN: st.SearchStrategy[Any] = st.one_of(st.text(), st.integers(), st.booleans(), st.lists(st.text()))
OFFICE = Department(code="MZ", name="民政局", short="民政局", phones=Phones(enquiry="1", complaint="2"))


def kind(**more: Any) -> CertificateType:
    return CertificateType(code="card", label="证", issuer="民政局", about="person", **more)


@given(st.dictionaries(st.text("abc.", min_size=1), PLAIN))
def test_canonical_words_say_the_same_in_one_way_only(fields):
    content = Content(
        number="1", type="card", label="证", issuer="局", holder="人", about="person", fields=dict(reversed(fields.items())),
        issued_at="x", valid_from="y", valid_until=None, source="issued",
    )  # fmt: skip
    text = canonical(content)
    again = json.loads(text)
    assert again["fields"] == fields
    assert list(again) == sorted(again)
    assert b"\n" not in text
    assert b'": ' not in text.replace(b'\\"', b"") or any(": " in str(value) for value in fields.values())


@given(UPPER, st.integers(0, 999))
def test_a_number_is_read_back_and_one_wrong_letter_is_found(serial, version):
    text = certificate_number("0" * 21, "0" * 18, serial, version)
    found = read_certificate_number(text.lower().replace(".", " "))
    assert (found.serial, found.version, found.text) == (serial, version, text)
    wrong = text[:-1] + ("0" if text[-1] != "0" else "1")
    with pytest.raises(CodeError):
        read_certificate_number(wrong)


def test_dates_begin_and_end_it():
    begins = date(2024, 2, 29)
    assert last_day(kind(valid_years=1), {}, begins) == date(2025, 2, 28)
    assert last_day(
        kind(valid_years=5, until="business.until"), {"business.until": "2024-03-01"}, date(2026, 1, 1)
    ) == date(2030, 12, 31)
    assert last_day(kind(until="deal.ends"), {"deal.ends": "2027-05-31"}, begins) == date(2027, 5, 31)
    assert last_day(kind(until="deal.ends"), {"deal.ends": "2020-05-31"}, begins) is None
    assert last_day(kind(), {}, begins) is None


def test_it_says_what_was_granted_and_what_holding_it_means():
    card = kind(
        facts=("person.allowance",), shows=("person.name",), means={"person.allowance": True}, until="person.until"
    )
    said = fields_of(card, {"person.name": "林", "person.allowance": False, "person.phone": "1"}, date(2030, 1, 1))
    assert said == {"person.name": "林", "person.allowance": True, "person.until": "2030-01-01"}


@pytest.mark.parametrize(
    ("day", "state", "genuine", "worth"),
    [
        (date(2026, 1, 1), "valid", True, Standing.VALID),
        (date(2026, 12, 31), "valid", True, Standing.VALID),
        (date(2027, 1, 1), "valid", True, Standing.EXPIRED),
        (date(2025, 12, 31), "valid", True, Standing.NOT_YET),
        (date(2027, 1, 1), "revoked", True, Standing.REVOKED),
        (date(2026, 5, 1), "suspended", True, Standing.SUSPENDED),
        (date(2026, 5, 1), "replaced", True, Standing.REPLACED),
        (date(2026, 5, 1), "valid", False, Standing.ALTERED),
    ],
)
def test_what_it_is_worth_on_a_day(day, state, genuine, worth):
    assert standing_on(day, state, date(2026, 1, 1), date(2026, 12, 31), genuine=genuine) is worth


def test_soon_is_two_months_before_the_last_day_and_not_after_it():
    until = date(2026, 12, 31)
    assert [ends_soon(day, until) for day in (date(2026, 10, 31), date(2026, 11, 1), until, date(2027, 1, 1))] == [
        False,
        True,
        True,
        False,
    ]
    assert not ends_soon(until, None)


def test_codes_where_the_city_names_none_are_no_credit_codes():
    assert issuer_code(OFFICE, "460100") == "0046010000000000MZ"
    assert len(type_code(kind(), issuer_code(OFFICE, "460100"))) == 21
    assert type_code(kind(number="A" * 21), "x") == "A" * 21
