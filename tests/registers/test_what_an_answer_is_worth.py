"""What a register says, read without mercy: whatever it sends, only what it said once, about this person, of a fit kind is a fact."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.catalogue.pack_read import read_pack
from backend.registers.endpoints import Endpoint, endpoints_of
from backend.registers.messages import may_ask_again, why_silent
from backend.registers.model import Outcome, Question, Told, Unknown
from backend.registers.rules import (
    FAILURES,
    LONGEST_PAUSE,
    Answer,
    Record,
    facts_wanted,
    materials_anyway,
    pause_after,
    registers_for,
    told_of,
)
from backend.registers.signatures import (
    BadKey,
    Key,
    Stamp,
    read_key,
    signed_answer,
    signed_request,
    verified_answer,
    verified_request,
)
from backend.settings import SettingsError, load
from tests.registers.town import FATHER

CITY = read_pack()
FACTS = ("person.name", "person.id_number", "person.birth_date", "person.alive", "person.household")
PACK = replace(
    CITY, registers=CITY.registers | {"population": replace(CITY.registers["population"], facts=FACTS, max_age_days=1)}
)
NOW = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)
ASKED = Question(id=UUID(int=1), register="population", kind="person", identity=FATHER, facts=FACTS, purpose="", basis="consent:prefill:1")  # fmt: skip
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=4)  # fmt: skip
RECORDS = st.lists(
    st.builds(
        Record,
        as_of=st.datetimes(datetime(2026, 9, 20), datetime(2026, 9, 26), timezones=st.just(UTC)),
        facts=st.dictionaries(st.sampled_from((*FACTS, "person.marital")), JSON, max_size=4),
    ),
    max_size=3,
)


def told(*records: Record) -> Told | Unknown:
    return told_of(Answer(request=str(ASKED.id), records=list(records)), ASKED, PACK, NOW, date(2026, 9, 25))


@given(RECORDS)
@settings(max_examples=60)
def test_whatever_comes_a_fact_is_one_that_every_record_says_alike_and_that_was_asked_for(records: list[Record]):
    said = told(*records)
    if isinstance(said, Unknown):
        assert said.reason in ("no_record", "contradiction", "stale")
        return
    assert said.facts
    assert set(said.facts) <= set(FACTS)
    assert said.at > NOW - timedelta(days=1)
    for element, value in said.facts.items():
        heard = [r.facts[element] for r in records if r.facts.get(element) is not None]
        assert heard
        if element == "person.alive":
            assert all(one is value for one in heard)
        assert element not in said.doubtful


@given(RECORDS, st.sampled_from(FACTS))
@settings(max_examples=60)
def test_saying_less_never_makes_anything_false(records: list[Record], left_out: str):
    whole = told(*records)
    less = told(*(replace(r, facts={e: v for e, v in r.facts.items() if e != left_out}) for r in records))
    if isinstance(whole, Told) and isinstance(less, Told):
        assert {e: v for e, v in whole.facts.items() if e != left_out} == less.facts


@given(st.booleans())
def test_two_records_that_disagree_leave_only_that_unknown(alive: bool):
    one = Record(NOW, {"person.alive": alive, "person.name": "林长福"})
    other = Record(NOW, {"person.alive": not alive, "person.name": "林长福"})
    assert told(one, other) == Told(facts={"person.name": "林长福"}, at=NOW, doubtful=("person.alive",))


@pytest.mark.parametrize("value", ["yes", 1, 0, "false", [], [True], {"is": True}, 1.0])
def test_only_true_and_false_are_yes_and_no(value: object):
    assert told(Record(NOW, {"person.alive": value})) == Unknown("contradiction")


@pytest.mark.parametrize(("age", "said"), [(timedelta(hours=23, minutes=59), True), (timedelta(days=1), False)])
def test_what_is_as_old_as_it_may_be_is_too_old(age: timedelta, said: bool):
    found = told(Record(NOW - age, {"person.alive": True}))
    assert (isinstance(found, Told), found == Unknown("stale")) == (said, not said)


def test_an_answer_about_somebody_else_or_from_the_future_is_none_at_all():
    assert told(Record(NOW, {"person.alive": True, "person.id_number": "460199199206142076"})) == Unknown(
        "contradiction"
    )
    assert told(Record(NOW + timedelta(minutes=6), {"person.alive": True})) == Unknown("contradiction")


def test_the_circuit_opens_with_the_fifth_failure_in_a_row():
    assert (pause_after(FAILURES - 1, 0.5), pause_after(FAILURES, 0.5) > 0) == (0.0, True)


def test_a_register_is_asked_where_the_item_speaks_of_it_and_no_further():
    item = CITY.items["高龄老人长寿补贴"]
    registers = registers_for(item, CITY, materials_anyway(item))
    assert "population" in registers
    assert not registers & {"drivers", "entry_exit", "vehicles", "births", "tax"}
    wanted = facts_wanted("population", [item], CITY)
    assert {"person.birth_date", "person.alive", "person.household"} <= set(wanted)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_the_circuit_stays_closed_at_first_and_never_stays_open_for_long(failures: int, chance: float):
    pause = pause_after(failures, chance)
    assert (pause == 0) == (failures < FAILURES)
    assert pause <= LONGEST_PAUSE * 1.25


SECRET = Key("hmac-sha256", bytes(range(32)))
STAMP = Stamp(int(NOW.timestamp()), "a-nonce-of-its-own", "suishouban")
URI = "https://data.example.gov.cn/population/facts"


@given(st.binary(max_size=300))
def test_what_was_signed_is_verified_and_nothing_else(body: bytes):
    headers = signed_request("POST", URI, body, STAMP, SECRET)
    assert verified_request("POST", URI, headers, body, SECRET, NOW) == STAMP
    assert verified_request("POST", URI, headers, body + b" ", SECRET, NOW) is None
    assert verified_request("GET", URI, headers, body, SECRET, NOW) is None
    assert verified_request("POST", URI + "?", headers, body, SECRET, NOW) is None
    assert verified_request("POST", URI, headers, body, Key("hmac-sha256", bytes(32)), NOW) is None
    assert verified_request("POST", URI, headers, body, SECRET, NOW + timedelta(seconds=301)) is None


@given(st.sampled_from(("signature", "signature-input", "content-digest", "content-type")), st.text(max_size=60))
def test_no_header_can_be_changed(name: str, text: str):
    headers = signed_answer(200, b"{}", STAMP, SECRET)
    changed = verified_answer(200, headers | {name: text}, b"{}", SECRET, STAMP.nonce, NOW)
    assert changed is (text.strip() == headers[name])


def test_an_answer_belongs_to_its_question_and_status():
    headers = signed_answer(200, b"{}", STAMP, SECRET)
    assert verified_answer(200, headers, b"{}", SECRET, STAMP.nonce, NOW)
    assert not verified_answer(200, headers, b"{}", SECRET, "another-nonce", NOW)
    assert not verified_answer(404, headers, b"{}", SECRET, STAMP.nonce, NOW)


@pytest.mark.parametrize(
    "text", ["", "hmac-sha256:", "hmac-sha256:AAAA", "ed25519:AAAA", "rsa:" + "A" * 44, "ed25519:***"]
)
def test_what_is_no_key_is_refused(text: str):
    with pytest.raises(BadKey):
        read_key(text)


GOOD = {"url": URI, "key_id": "us", "key": "hmac-sha256:" + "A" * 44, "answer_key": "ed25519:" + "A" * 43 + "="}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"url": "http://data.example.gov.cn/x"}, "https"),
        ({"url": "https://user@data.example.gov.cn/x"}, "no user"),
        ({"key": "secret"}, "key is"),
        ({"networks": ["10.0.0.0/99"]}, "networks"),
        ({"patience": 300}, "patience"),
        ({"colour": "red"}, "cannot be read"),
    ],
)
def test_the_operators_file_is_refused_in_words_without_its_secrets(changed: dict, words: str, tmp_path):
    told_by = load({"DATA": str(tmp_path), "REGISTERS": msgspec.json.encode({"population": GOOD | changed}).decode()})
    with pytest.raises(SettingsError, match=words) as refused:
        endpoints_of(told_by)
    assert "A" * 20 not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "networks", "address", "public", "may"),
    [
        ("https://data.example.gov.cn/x", (), "203.0.113.7", True, True),
        ("https://data.example.gov.cn/x", (), "127.0.0.1", False, False),
        ("https://data.example.gov.cn/x", (), "169.254.169.254", False, False),
        ("https://data.example.gov.cn/x", ("10.20.0.0/16",), "10.20.3.4", False, True),
        ("https://data.example.gov.cn/x", ("10.20.0.0/16",), "10.21.3.4", False, False),
        ("https://data.example.gov.cn/x", ("10.20.0.0/16",), "203.0.113.7", True, False),
        ("http://127.0.0.1:8203/x", (), "127.0.0.1", False, True),
        ("http://127.0.0.1:8203/x", (), "10.0.0.1", False, False),
    ],
)
def test_a_name_may_only_lead_where_the_operator_says(
    url: str, networks: tuple[str, ...], address: str, public: bool, may: bool
):
    door = Endpoint(**(GOOD | {"url": url, "networks": networks}))
    assert door.may_lead_to(address, public) is may


@pytest.mark.parametrize(
    ("state", "said", "words"),
    [
        ("outage", "ReadTimeout", "超时"),
        ("outage", "TimeoutError", "超时"),
        ("outage", "breaker", "没有再去问"),
        ("outage", "403", "不肯回答"),
        ("outage", "503", "过一会儿再问"),
        ("outage", "500", "出错"),
        ("outage", "signature", "签名不对"),
        ("outage", "ConnectError", "连不上"),
        ("contradiction", "", "矛盾"),
        ("stale", "", "太旧"),
    ],
)
def test_why_it_said_nothing_is_told_in_words(state: Outcome, said: str, words: str) -> None:
    assert words in why_silent(state, said)


def test_what_is_known_to_be_unknown_is_not_asked_again_at_once() -> None:
    now = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)
    assert not may_ask_again("waiting", None, now)
    assert not may_ask_again("outage", now - timedelta(seconds=59), now)
    assert may_ask_again("outage", now - timedelta(seconds=61), now)
    assert not may_ask_again("no_record", now - timedelta(minutes=4), now)
    assert may_ask_again("stale", now - timedelta(seconds=1), now)
