"""One connection listens for the whole process; whoever watches is told, also after that connection was lost."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from backend.core import live
from backend.core.db import connect
from backend.core.errors import Unavailable
from backend.core.live import Hub, running
from backend.settings import Settings
from tests.streams import SOON

TOPIC = "inbox:one"
TELL = "SELECT pg_notify('inbox', $1)"


@pytest_asyncio.fixture
async def hub(settings: Settings) -> AsyncIterator[Hub]:
    async with running(settings.login("web")) as hub:
        await asyncio.wait_for(hub.listening.wait(), SOON)
        yield hub


@pytest_asyncio.fixture
async def web(settings: Settings):
    connection = await connect(settings.login("web"))
    yield connection
    await connection.close()


async def test_whoever_watches_a_topic_is_told_once_it_is_committed_and_nobody_else(hub, web):
    with hub.watching(TOPIC) as news, hub.watching(TOPIC) as second, hub.watching("inbox:other") as elsewhere:
        async with web.transaction():
            await web.execute(TELL, "one")
            await asyncio.sleep(0.1)
            assert not news.is_set()
        await asyncio.wait_for(news.wait(), SOON)
        await asyncio.wait_for(second.wait(), SOON)
        assert not elsewhere.is_set()


async def test_nobody_watching_leaves_nothing_behind(hub):
    with hub.watching(TOPIC):
        assert hub.open_streams == 1
    assert (hub.open_streams, hub._watched) == (0, {})


async def test_a_lost_connection_is_made_again_and_watchers_look_again(hub, web):
    with hub.watching(TOPIC) as news:
        killed = await web.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query ILIKE 'listen%' AND datname = current_database()"
        )
        assert killed == 1
        await asyncio.wait_for(news.wait(), SOON)  # told to look again, without any news
        news.clear()
        await web.execute(TELL, "one")
        await asyncio.wait_for(news.wait(), SOON)


async def test_many_streams_are_one_connection(hub, web):
    streams = [hub._stream(TOPIC) for _ in range(500)]
    for stream in streams:
        await anext(stream)
    sessions = await web.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'suishouban_web'"
    )
    assert (sessions, hub.open_streams) == (2, 500)
    await web.execute(TELL, "one")
    told = await asyncio.wait_for(asyncio.gather(*(anext(stream) for stream in streams)), SOON)
    assert {message.event for message in told} == {"changed"}
    for stream in streams:
        await stream.aclose()
    assert hub.open_streams == 0


async def test_a_told_process_ends_its_streams_first(settings):
    """The server waits for open answers before it stops; an event stream would be open for ever."""
    earlier, handled = signal.getsignal(signal.SIGTERM), []
    signal.signal(signal.SIGTERM, lambda *_: handled.append("server"))
    try:
        async with running(settings.login("web")) as hub:
            stream = hub._stream(TOPIC)
            await anext(stream)
            signal.raise_signal(signal.SIGTERM)
            assert await asyncio.wait_for(anext(stream, "ended"), SOON) == "ended"
        assert handled == ["server"]
    finally:
        signal.signal(signal.SIGTERM, earlier)


async def test_a_stream_that_comes_back_is_told_only_if_it_missed_something(hub, web):
    first = hub._stream(TOPIC)
    heard = (await anext(first)).id
    await first.aclose()
    again = hub._stream(TOPIC, heard)
    assert (await anext(again)).event is None
    await again.aclose()
    await web.execute(TELL, "other")
    with hub.watching(TOPIC) as news:
        await web.execute(TELL, "one")
        await asyncio.wait_for(news.wait(), SOON)
    late = hub._stream(TOPIC, heard)
    assert (await anext(late)).event == "changed"
    await late.aclose()
    assert not hub.missed("inbox:third", heard)


async def test_what_cannot_be_known_counts_as_missed(hub):
    for strange in ("", "7", "elsewhere.7", f"{hub.newest}x", "."):
        assert hub.missed(TOPIC, strange)
    heard = hub.newest
    hub.tell_all()  # the connection was lost: whatever was said meanwhile is not repeated
    assert hub.missed(TOPIC, heard)


async def test_topics_of_long_ago_are_forgotten_and_count_as_missed(hub, monkeypatch):
    monkeypatch.setattr(live, "REMEMBERED", 2)
    heard = hub.newest
    for topic in ("a", "b", "c"):
        hub.tell(topic)
    assert hub.missed("a", heard)
    assert not hub.missed("a", hub.newest)
    assert len(hub._newest) == 2


async def test_more_streams_than_a_process_bears_are_refused(hub, monkeypatch):
    monkeypatch.setattr(live, "MOST", 1)
    with hub.watching(TOPIC), pytest.raises(Unavailable):
        hub.answer(TOPIC)
