"""A register's records as a table: all rows or none, every problem at once with its row and column."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.catalogue.intake_model import IntakeError
from backend.catalogue.pack_read import read_pack
from backend.registers.intake import Fault, Incoming, read_table
from tests.registers.town import FATHER

CITY = read_pack()
FACTS = ("person.elder_allowance", "person.marital")
PACK = replace(CITY, registers={"civil_affairs": replace(CITY.registers["civil_affairs"], facts=FACTS)})
NOW = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)
OTHER = "460199197308162028"


def read(text: str | bytes, register: str = "civil_affairs") -> tuple[list[Incoming], list[Fault]]:
    data = text if isinstance(text, bytes) else text.encode()
    return read_table("表.csv", data, register, PACK, NOW, date(2026, 9, 25))


def test_columns_are_known_by_label_or_code_and_values_by_their_words():
    label = PACK.elements["person.elder_allowance"].label
    married = PACK.elements["person.marital"]
    word = married.options["widowed"]
    text = f"person.id_number,{label},{married.label},截至\n{FATHER},否,{word},2026-09-24 08:00\n"
    records, faults = read(text)
    assert faults == []
    assert records == [
        Incoming(
            FATHER, {"person.elder_allowance": False, "person.marital": "widowed"}, datetime(2026, 9, 24, 8, tzinfo=UTC)
        )
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_that_offices_save_in(encoding: str):
    label = PACK.elements["person.elder_allowance"].label
    records, faults = read(f"身份证号码,{label}\n{FATHER},是\n".encode(encoding))
    assert (faults, records[0].facts) == ([], {"person.elder_allowance": True})


def test_everything_that_is_wrong_is_told_at_once_with_its_place():
    text = (
        "person.id_number,person.elder_allowance,person.marital,删除,截至\n"
        "12345,否,,,\n"
        f"{FATHER},也许,没有这种,,\n"
        f"{OTHER},=HYPERLINK(1),,,2030-01-01\n"
        f"{OTHER},,,,\n"
        "少,一列\n"
    )
    _records, faults = read(text)
    assert {(fault.row, fault.column) for fault in faults} == {
        (2, "person.id_number"),
        (3, "person.elder_allowance"),
        (3, "person.marital"),
        (4, "person.elder_allowance"),
        (4, "截至"),
        (5, ""),
        (6, ""),
    }


@pytest.mark.parametrize("header", ["姓名,婚姻状况", "person.id_number,person.area", "person.id_number,person.marital,person.marital"])  # fmt: skip
def test_a_header_that_cannot_be_meant_stops_it(header: str):
    records, faults = read(f"{header}\n{FATHER},x,x\n")
    assert records == []
    assert all(fault.row == 1 for fault in faults)
    assert faults


def test_a_record_that_is_gone_is_said_so():
    records, faults = read(f"person.id_number,person.marital,删除\n{FATHER},,是\n")
    assert (records, faults) == ([Incoming(FATHER, {})], [])


def test_the_same_number_twice_is_told():
    _records, faults = read(f"person.id_number,person.elder_allowance\n{FATHER},是\n{FATHER},否\n")
    assert [(fault.row, "两次" in fault.say) for fault in faults] == [(3, True)]


def test_what_is_no_table_is_none():
    for data in (b"", b"\xff\xfe\x00", '身份证号码,"没有配成对\n'.encode()):
        with pytest.raises(IntakeError):
            read(data)


@given(st.text(max_size=200))
def test_no_text_at_all_breaks_the_reading(text: str):
    try:
        records, faults = read(f"person.id_number,person.elder_allowance,person.marital\n{text}")
    except IntakeError:
        return
    assert faults or all(record.facts for record in records)
    assert all(timedelta(0) <= NOW - record.at for record in records if record.at)
