"""Each person's markers stand where her affairs may be seen, and nowhere else: no answer, no log, no job, no push, no address."""

import re
from urllib.parse import unquote

import asyncpg
import httpx
import pytest

from tests.access.city import AUNT, MARKS, City
from tests.access.conftest import Walked
from tests.access.table import (
    ACTORS,
    AUDITOR,
    CIVIL,
    CLERK,
    COUSIN,
    DAUGHTER,
    EDITOR,
    FATHER,
    HELPER,
    MARKET,
    NEIGHBOUR,
    NEPHEW,
    NOBODY,
    STRANGER,
)
from tests.access.walk import STREAMS, body_of


def names(*people: str) -> set[str]:
    return {MARKS[person].name for person in people}


def all_of(*people: str) -> set[str]:
    return {mark for person in people for mark in MARKS[person].all()}


EVERY_MARK = all_of(*MARKS)
# Written by hand: what may stand on whose pages.
MAY_SEE: dict[str, set[str]] = {
    FATHER: all_of(FATHER) | names(DAUGHTER, NEIGHBOUR, COUSIN, NEPHEW, STRANGER, CLERK),  # whom he gave mandates, who asks for one
    DAUGHTER: all_of(DAUGHTER, FATHER),
    NEIGHBOUR: all_of(NEIGHBOUR) | names(FATHER),
    COUSIN: all_of(COUSIN),
    NEPHEW: all_of(NEPHEW),
    HELPER: all_of(HELPER, AUNT),
    STRANGER: all_of(STRANGER) | names(FATHER),  # whom she asked by his name
    CLERK: all_of(CLERK) | names(FATHER),
    CIVIL: all_of(FATHER, AUNT) | names(DAUGHTER, HELPER, NEIGHBOUR, CLERK),  # her department's cases; and he is at her window
    AUDITOR: all_of(FATHER, AUNT) | names(DAUGHTER, HELPER),
    MARKET: set(),
    EDITOR: set(),
    NOBODY: set(),
}  # fmt: skip


def said_in(answer: httpx.Response) -> str:
    return answer.text + "\n" + unquote("\n".join(f"{name}: {value}" for name, value in answer.headers.items()))


@pytest.mark.parametrize("actor", ACTORS)
def test_nobody_reads_a_marker_that_is_not_for_her(actor: str, walked: Walked, city: City) -> None:
    for (route, asked_by), answer in walked.answers.items():
        if asked_by == actor:
            typed = str(body_of(route, city))
            leaked = {mark for mark in EVERY_MARK - MAY_SEE[actor] if mark in said_in(answer) and mark not in typed}
            assert leaked == set(), route


def test_the_markers_are_really_there_for_those_who_may_read_them(walked: Walked) -> None:
    def read_by(actor: str) -> str:
        return "\n".join(said_in(answer) for (_, asked_by), answer in walked.answers.items() if asked_by == actor)

    assert [mark for mark in MARKS[FATHER].all() if mark not in read_by(DAUGHTER)] == []
    assert [mark for mark in MARKS[AUNT].all() if mark not in read_by(HELPER)] == []
    assert [mark for mark in (MARKS[FATHER].name, MARKS[FATHER].number) if mark not in read_by(CIVIL)] == []


def test_what_is_personal_is_kept_by_no_browser_and_no_worker_of_the_app(walked: Walked) -> None:
    for (route, actor), answer in walked.answers.items():
        if route not in STREAMS and any(mark in said_in(answer) for mark in EVERY_MARK):
            assert answer.headers.get("cache-control") == "no-store", (route, actor)
            assert answer.headers.get("x-offline") != "public", (route, actor)


DESK_CASE = ("GET /desk/cases/{number}", "POST /desk/cases/{number}/look")


@pytest.mark.parametrize("officer", [CIVIL, AUDITOR])
def test_an_officer_reads_whole_numbers_and_addresses_only_by_a_look_that_is_recorded(
    officer: str, walked: Walked
) -> None:
    before, looked = (walked.answers[route, officer].text for route in DESK_CASE)
    for mark in (MARKS[FATHER].number, MARKS[FATHER].phone, MARKS[FATHER].typed[0]):
        assert mark not in before
        assert mark in looked


ADDRESS = re.compile(r'\b(?:href|src|action|formaction|data-hx-\w+)="([^"]*)"')


def test_no_address_carries_anything_personal_not_even_ones_own(walked: Walked) -> None:
    for (route, actor), answer in walked.answers.items():
        addresses = unquote("\n".join([*ADDRESS.findall(answer.text), answer.headers.get("location", "")]))
        assert [mark for mark in EVERY_MARK if mark in addresses] == [], (route, actor)


def test_no_log_says_anything_personal(walked: Walked) -> None:
    assert walked.logged
    lines = "\n".join(walked.logged)
    assert [mark for mark in EVERY_MARK if mark in lines] == []
    assert re.findall(r"__Host-session=\w", lines) == []


async def test_nothing_personal_lies_readable_in_the_database(owner: asyncpg.Connection) -> None:
    """Jobs, events, notices (and with them push and mail), kept outcomes: every column of every table."""
    tables = [row["relname"] for row in await owner.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname")]  # fmt: skip
    found = {}
    for table in tables:
        for mark in EVERY_MARK:
            hexed = mark.encode().hex()
            if await owner.fetchval(
                f"SELECT EXISTS (SELECT 1 FROM {table} t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0)",
                mark,
                hexed,
            ):
                found[table] = mark
    assert {"pgqueuer", "notices", "events", "mandates", "mandate_requests"} <= set(tables)
    assert found == {}
