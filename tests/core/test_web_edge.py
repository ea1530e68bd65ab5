"""What stops at the edge, and what every answer carries: over a real application with a few routes of the test's own."""

import msgspec
import pytest
import pytest_asyncio
from litestar import Request, get, post
from litestar.di import NamedDependency

from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.jobs import enqueue
from backend.core.web import ANYONE
from tests.web import running


class Said(msgspec.Struct, forbid_unknown_fields=True):
    name: str


@get("/test/write", opt=ANYONE, include_in_schema=False)
async def write_in_a_get(tx: NamedDependency[Tx]) -> None:
    await tx.db.execute("CREATE TABLE nothing (n int)")


@post("/test/keep", opt=ANYONE, include_in_schema=False, status_code=200)
async def keep(request: Request, tx: NamedDependency[Tx]) -> None:
    await enqueue(tx.db, "nothing", {})
    if request.query_params.get("refuse"):
        raise Invalid(Problem("甲", "a"), Problem("乙", "b"))


@get("/test/lost", opt=ANYONE, include_in_schema=False)
async def lose_the_database(tx: NamedDependency[Tx]) -> None:
    await tx.db.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@get("/test/broken", opt=ANYONE, include_in_schema=False)
async def broken(tx: NamedDependency[Tx]) -> None:
    raise KeyError("110101194403050012")


@get("/test/wrong-type", opt=ANYONE, include_in_schema=False)
async def wrong_type(tx: NamedDependency[Tx]) -> None:
    await tx.db.fetchval("SELECT $1::int", 2**40)


@get("/test/silent", include_in_schema=False)
async def says_nothing_about_who(tx: NamedDependency[Tx]) -> str:
    return "open"


@post("/api/v1/test", opt=ANYONE)
async def take_json(data: Said) -> Said:
    return data


@pytest_asyncio.fixture
async def site(settings):
    async with running(settings, own=True) as site:
        for handler in (
            write_in_a_get,
            keep,
            lose_the_database,
            broken,
            wrong_type,
            says_nothing_about_who,
            take_json,
        ):
            site.app.register(handler)
        yield site


async def test_a_get_cannot_write(site):
    answer = await site.stranger().get("/test/write")
    assert answer.status_code == 503  # as from a server that was demoted


async def test_a_route_that_does_not_say_who_may_call_it_is_closed(site):
    answer = await site.stranger().get("/test/silent")
    assert answer.status_code == 303


async def test_a_database_that_goes_away_is_a_503_that_says_try_again(site):
    answer = await site.stranger().get("/test/lost")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "什么都没有丢" in answer.text
    assert (await site.stranger().get("/readyz")).status_code == 200


async def test_a_fault_of_ours_is_said_kindly_and_logged_without_what_was_sent(site, caplog):
    answer = await site.stranger().get("/test/broken")
    assert answer.status_code == 500
    assert "是我们的问题" in answer.text
    assert "110101194403050012" not in answer.text + caplog.text


async def test_a_value_the_database_cannot_take_is_no_outage(site):
    assert (await site.stranger().get("/test/wrong-type")).status_code == 500


async def test_nul_characters_are_refused_wherever_they_come_in(site):
    stranger = site.stranger()
    for answer in (
        await stranger.post(
            "/api/v1/test", content=rb'{"name": "a\u0000b"}', headers={"Content-Type": "application/json"}
        ),
        await stranger.post("/mode", data={"mode": "el\0der"}),
        await stranger.get("/?q=%00"),
        await stranger.get("/items/%00"),
    ):
        assert answer.status_code == 400, answer.request.url
    backslash = await stranger.post(
        "/api/v1/test", content=rb'{"name": "a\\u0000b"}', headers={"Content-Type": "application/json"}
    )
    assert backslash.status_code == 201


async def test_json_that_is_wrong_is_answered_field_by_field(site):
    answer = await site.stranger().post("/api/v1/test", json={"name": 5, "more": 1})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["problems"]


async def test_a_json_body_over_the_limit_is_refused(site):
    answer = await site.stranger().post("/api/v1/test", json={"name": "x" * 1_100_000})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://test"}, 303),
        ({}, 403),
    ],
)
async def test_only_our_own_pages_may_write(site, headers, status):
    stranger = site.stranger()
    del stranger.headers["Origin"]
    assert (await stranger.post("/mode", data={"mode": "elder"}, headers=headers)).status_code == status


async def test_every_answer_carries_the_security_headers(site):
    stranger = site.stranger()
    for path in ("/", "/sign-in", "/no-such-page", "/livez", "/api/openapi.json", "/static/nothing.js", "/test/broken"):
        headers = (await stranger.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert "max-age" in headers.get("strict-transport-security", "") or path.startswith("/static/"), (
            "a page said it before"
        )
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def test_a_page_for_nobody_in_particular_may_be_kept_offline_and_no_other(site):
    stranger = site.stranger()
    assert (await stranger.get("/sign-in")).headers["x-offline"] == "public"
    answer = await stranger.get("/no-such-page")
    assert "x-offline" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("path", "left"), [("/test/keep?refuse=yes", 0), ("/test/keep", 1)])
async def test_what_a_refused_request_wrote_is_undone(site, path, left):
    answer = await site.stranger().post(path)
    assert answer.status_code == (422 if "refuse" in path else 200)
    async with site.app.state.pool.acquire() as db:
        assert await db.fetchval("SELECT count(*) FROM pgqueuer") == left


async def test_a_refusal_says_every_problem_at_once(site):
    answer = await site.stranger().post("/test/keep?refuse=yes")
    assert "甲" in answer.text
    assert "乙" in answer.text
