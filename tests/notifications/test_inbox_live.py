"""An open inbox hears of a new notice, and only its owner's does."""

import asyncio

import pytest_asyncio

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
    async with stream(site, father, "/inbox/events") as pieces:
        await opened(pieces)
        pool = site.app.state.pool
        assert pool.get_size() == pool.get_idle_size()
        assert site.app.state.live.open_streams == 1


async def test_nobody_signed_in_hears_nothing(site):
    answer = await site.stranger().get("/inbox/events")
    assert answer.status_code == 303
