"""An open inbox hears of a new notice, and only its owner's does."""

import asyncio
import os
import signal

import httpx
import pytest_asyncio

from tests.browser.town import started
from tests.notifications.knocks import told
from tests.streams import heard, stream
from tests.web import StoppedClock, running


@pytest_asyncio.fixture
async def site(town):
    async with running(town.settings, StoppedClock(town.now)) as site:
        await asyncio.wait_for(site.app.state.live.listening.wait(), 5)
        yield site


async def opened(pieces):
    """Past the answer's head and the first `changed`, with which every stream begins."""
    assert await heard(pieces) == "200"
    assert "event: changed" in await heard(pieces)


async def test_a_new_notice_and_one_read_elsewhere_are_both_heard(town, site):
    father = await site.person("father")
    async with stream(site, father, "/inbox/events") as pieces:
        await opened(pieces)
        await town.filed("father")
        await told(town)
        assert "event: changed" in await heard(pieces)
        await (await site.person("father")).post("/inbox/read")
        assert "event: changed" in await heard(pieces)


async def test_nobody_hears_of_anothers_notice(town, site):
    stranger = await site.person("stranger")
    async with stream(site, stranger, "/inbox/events") as pieces:
        await opened(pieces)
        await town.filed("father")
        await told(town)
        await asyncio.sleep(0.3)
        assert pieces.empty()


async def test_an_open_stream_holds_no_connection_of_the_pool(town, site):
    father = await site.person("father")
    before = site.app.state.live.open_streams  # the search's own reader listens, too
    async with stream(site, father, "/inbox/events") as pieces:
        await opened(pieces)
        pool = site.app.state.pool
        assert pool.get_size() == pool.get_idle_size()
        assert site.app.state.live.open_streams == before + 1


async def test_nobody_signed_in_hears_nothing(site):
    answer = await site.stranger().get("/inbox/events")
    assert answer.status_code == 303


async def test_a_web_server_told_to_stop_ends_its_streams_properly(town):
    """It would wait for every open answer, then cut them off; an event stream never ends by itself."""
    with started(town.settings) as running_town:
        async with httpx.AsyncClient(base_url=running_town.base, headers={"Origin": running_town.base}) as father:
            answer = await father.post("/sign-in", data={"handle": "father"})
            cookie = answer.headers["set-cookie"].partition(";")[0]
            async with father.stream("GET", "/inbox/events", headers={"Cookie": cookie}) as events:
                lines = events.aiter_lines()
                assert "retry" in "".join([await anext(lines) for _ in range(4)])
                os.kill(running_town.web, signal.SIGTERM)
                async for _ in lines:  # an answer that was cut off instead of ended raises here
                    pass
