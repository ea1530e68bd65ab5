"""Numbers people copy by hand: what is accepted, what is refused, and which slips of the pen are noticed."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.codes import (
    ALPHABET,
    USCC_ALPHABET,
    CodeError,
    case_number,
    check_character,
    clean,
    masked,
    order_number,
    read_credit_code,
    read_number,
    read_resident_id,
    read_task_code,
)
from backend.core.codes import _credit_check as credit_check
from backend.core.codes import _id_check as id_check

TODAY = date(2026, 11, 22)
DIGITS = "0123456789"
SERIALS = st.integers(1, 999_999)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
REGIONS = st.from_regex(r"[1-6][0-9]{5}", fullmatch=True)
BIRTHS = st.dates(date(1900, 1, 1), TODAY)


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(["110101", "460100", "460105", "810000", "820000", "830000"]))
    first17 = f"{region}{draw(BIRTHS):%Y%m%d}{draw(st.integers(1, 999)):03}"
    return first17 + id_check(first17)


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    organisation = draw(st.text(USCC_ALPHABET, min_size=9, max_size=9))
    first17 = draw(st.sampled_from(["11", "12", "91", "92", "93"])) + draw(REGIONS) + organisation
    return first17 + credit_check(first17)


def one_wrong(text: str, place: int, alphabet: str) -> list[str]:
    return [text[:place] + other + text[place + 1 :] for other in alphabet if other != text[place]]


def swapped(text: str, place: int) -> str:
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


@given(REGIONS, DAYS, SERIALS)
def test_a_number_says_where_when_and_which_and_reads_back(region: str, day: date, serial: int) -> None:
    case, order = case_number(region, day, serial), order_number(region, day, serial)
    assert (len(case), len(order), order[0]) == (21, 22, "D")
    for text, kind in ((case, "case"), (order, "order")):
        number = read_number(text)
        assert (number.kind, number.region, number.day, number.serial, number.text) == (kind, region, day, serial, text)


def test_a_number_may_be_typed_with_blanks_small_letters_and_full_width_characters() -> None:
    text = order_number("460100", TODAY, 17)
    for typed in (text.lower(), f" {text[:7]} {text[7:15]}-{text[15:]} ", "".join(chr(ord(c) + 0xFEE0) for c in text)):
        assert read_number(typed).text == text


@given(REGIONS, DAYS, SERIALS, st.integers(0, 20))
def test_one_wrong_character_in_a_case_number_is_always_noticed(
    region: str, day: date, serial: int, place: int
) -> None:
    for wrong in one_wrong(case_number(region, day, serial), place, ALPHABET):
        with pytest.raises(CodeError):
            read_number(wrong)


def test_the_check_character_is_that_of_iso_7064_mod_37_36() -> None:
    assert check_character("A12425GABC1234002") == "M"  # the example of the Global Release Identifier


def test_of_all_swaps_of_two_neighbours_at_most_two_in_a_thousand_escape() -> None:
    """The standard promises every single substitution but only nearly every transposition: count them all."""
    prefixes = {}  # one text for each of the 36 inner states
    for text in (a + b for a in ALPHABET for b in ALPHABET):
        prefixes.setdefault(check_character(text), text)
    pairs = [(prefix + a + b, prefix + b + a) for prefix in prefixes.values() for a, b in combinations(ALPHABET, 2)]
    escaped = sum(check_character(one) == check_character(other) for one, other in pairs)
    assert len(prefixes) == 36
    assert 0 < escaped / len(pairs) < 0.002


@pytest.mark.parametrize("typed", ["", "46010020261122", "D" * 22, "460100202602300000171", "<script>", "４６\x00"])
def test_what_is_no_number_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(CodeError, match=r"。$"):
        read_number(typed)


def test_published_examples_are_right() -> None:
    """The specimen printed with GB 11643, and a public body's published code under GB 32100."""
    assert read_resident_id("11010519491231002x", TODAY).birth == date(1949, 12, 31)
    assert read_credit_code("11440000006939756B") == "11440000006939756B"


@given(resident_ids())
def test_a_resident_id_tells_birth_and_sex(text: str) -> None:
    person = read_resident_id(text.lower(), TODAY)
    assert person.birth.strftime("%Y%m%d") == text[6:14]
    assert person.sex == ("male" if int(text[16]) % 2 else "female")
    assert person.residence_permit == (text[0] == "8")


@given(resident_ids(), st.data())
def test_a_wrong_digit_or_two_swapped_in_a_resident_id_are_always_noticed(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, 17))
    wrongs = one_wrong(text, place, DIGITS + ("X" if place == 17 else ""))
    if place < 17 and text[place] != text[place + 1]:
        wrongs.append(swapped(text, place))
    for wrong in wrongs:
        with pytest.raises(CodeError):
            read_resident_id(wrong, TODAY)


@pytest.mark.parametrize(
    ("first17", "about"),
    [
        ("46010020261123001", "出生日期"),  # tomorrow
        ("46010019990229001", "出生日期"),  # no leap year
        ("46010018991231001", "出生日期"),
        ("00010019900101001", "前 6 位"),
        ("81000119900101001", "前 6 位"),
    ],
)
def test_a_resident_id_that_cannot_be_is_refused_though_its_check_is_right(first17: str, about: str) -> None:
    with pytest.raises(CodeError, match=about):
        read_resident_id(first17 + id_check(first17), TODAY)


@given(credit_codes(), st.integers(0, 16))
def test_a_credit_code_notices_every_wrong_character_and_every_swap(text: str, place: int) -> None:
    assert read_credit_code(text) == text
    wrongs = one_wrong(text, place, USCC_ALPHABET)
    if text[place] != text[place + 1]:
        wrongs.append(swapped(text, place))
    for wrong in wrongs:
        with pytest.raises(CodeError):
            read_credit_code(wrong)


@given(st.text(max_size=40))
def test_nothing_that_can_be_typed_breaks_the_readers(typed: str) -> None:
    for read in (read_number, read_credit_code, lambda text: read_resident_id(text, TODAY)):
        with pytest.raises(CodeError, match=r"。$"):
            read(typed)
    read_task_code(typed)
    assert len(masked(typed)) == len(typed)


@given(credit_codes(), st.sampled_from("234"))
def test_an_item_code_falls_into_its_parts(department: str, level: str) -> None:
    parts = read_task_code(f"{department}{level}460701007000" + "01")
    assert (parts.department, parts.level, parts.catalogue, parts.handle) == (department, level, "460701007000", "01")
    assert (parts.province, parts.item_type, parts.main, parts.sub) == ("46", "07", "01007", "000")
    assert parts.warnings == ()


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        ("460701007000", 0),
        ("46070100700Y", 0),  # a parent with children
        ("11440000006939756B2440101007000", 0),
        ("11440000006939756C2440101007000", 1),  # check character of the department
        ("TE440000006939756B9440101007000", 2),
        ("4607010070", 2),  # the length the national standard prints, not the one in use
        ("", 2),
    ],
)
def test_a_doubtful_item_code_is_a_warning_not_a_refusal(text: str, warnings: int) -> None:
    assert len(read_task_code(text).warnings) == warnings


def test_masks_keep_three_in_front_and_two_behind() -> None:
    assert masked("460100199001010015") == "460*************15"
    assert masked("13800000000") == "138******00"
    assert masked("A1234") == "*****"


def test_full_width_blanks_and_dashes_are_ways_of_typing() -> None:
    assert clean(" 4601-00　１２ａ ") == "46010012A"
