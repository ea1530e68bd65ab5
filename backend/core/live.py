"""Live streams: one LISTEN connection a web process, any number of open streams, none of which holds a connection.

A stream says only *that* something changed; the browser then fetches what it may see. So nothing private travels here,
nothing is lost when a stream breaks (whoever comes back is told to look again), and a right that was taken away ends
with the next fetch. Topics are "<channel>:<payload>" of `pg_notify`: `case_events:<case id>`, `inbox:<person id>`.

    @get("/inbox/events", opt=PERSON)
    async def events(request: Request, tx: NamedDependency[Tx]) -> ServerSentEvent:
        return request.app.state.live.answer(f"inbox:{tx.viewer.id}")
"""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import asyncpg
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage as Sent

from backend.core.db import LOST, connect
from backend.settings import Login

log = logging.getLogger("suishouban.live")

CHANNELS = ("case_events", "inbox", "catalogue")
PING = 25.0  # seconds: shorter than the patience of the proxies on the way
LONGEST = 600.0  # seconds; then the browser opens a new stream, and whether it may is asked again
COME_BACK = 3000  # milliseconds a browser waits before it does so
CHANGED = "changed"


class Hub:
    """Hears PostgreSQL over a connection of its own, outside any pool, and tells whoever watches."""

    def __init__(self, login: Login, ping: float = PING) -> None:
        self._login, self._ping = login, ping
        self._watched: dict[str, set[asyncio.Event]] = {}
        self.ended = False
        self.listening = asyncio.Event()

    @contextmanager
    def watching(self, topic: str) -> Iterator[asyncio.Event]:
        """`with hub.watching(topic) as news:` — `news` is set each time there may be some, and when everything `ended`."""
        news = asyncio.Event()
        self._watched.setdefault(topic, set()).add(news)
        try:
            yield news
        finally:
            self._watched[topic].discard(news)
            if not self._watched[topic]:
                del self._watched[topic]

    def answer(self, topic: str) -> ServerSentEvent:
        """The usual stream: `changed` at once (the page may be older than the stream) and at each change, pings in between."""
        return ServerSentEvent(self._stream(topic), headers={"Cache-Control": "no-store"})

    async def _stream(self, topic: str) -> AsyncIterator[Sent]:
        clock = asyncio.get_running_loop().time
        ends = clock() + LONGEST
        with self.watching(topic) as news:
            yield Sent(event=CHANGED, data="", retry=COME_BACK)
            while clock() < ends:
                heard = await _within(news.wait(), self._ping)
                news.clear()
                if self.ended:
                    return
                yield Sent(event=CHANGED, data="") if heard else Sent(data=None, comment="ping")

    def tell(self, topic: str) -> None:
        for news in self._watched.get(topic, ()):
            news.set()

    def tell_all(self) -> None:
        for topic in self._watched:
            self.tell(topic)

    def end(self) -> None:
        """Every stream ends now, and no new one lasts."""
        self.ended = True
        self.tell_all()

    @property
    def open_streams(self) -> int:
        return sum(map(len, self._watched.values()))

    async def listen(self, pause: float = 1.0) -> None:
        """Keeps listening until cancelled. After each loss everybody looks again: what was said meanwhile is not repeated."""
        while True:
            try:
                await self._listen_once()
            except (*LOST, asyncpg.PostgresError, OSError) as error:
                log.warning("not listening: %s", type(error).__name__)
            self.listening.clear()
            await asyncio.sleep(pause)

    async def _listen_once(self) -> None:
        connection, gone = await connect(self._login, timeout=5), asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        try:
            for channel in CHANNELS:
                await connection.add_listener(channel, lambda _c, _p, name, payload: self.tell(f"{name}:{payload}"))
            self.listening.set()
            self.tell_all()
            while not await _within(gone.wait(), self._ping):
                await connection.execute("SELECT 1", timeout=5)  # a server that vanished without a word
        finally:
            connection.terminate()


async def _within(waiting: Awaitable[object], seconds: float) -> bool:
    """Whether it came about in time."""
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        return False
    return True


@asynccontextmanager
async def running(login: Login) -> AsyncIterator[Hub]:
    """A hub that listens as long as the block runs; its streams end when the process is told to stop."""
    hub = Hub(login)
    listening = asyncio.create_task(hub.listen())
    restore = _end_on_signals(hub)
    try:
        yield hub
    finally:
        restore()
        hub.end()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


def _end_on_signals(hub: Hub) -> Callable[[], None]:
    """An open stream would hold the server's shutdown up: end the streams first, then do what was to be done."""
    loop, before = asyncio.get_running_loop(), {}

    def chain(number: int) -> None:
        earlier = signal.getsignal(number)
        if not callable(earlier):
            return

        def ended(said: int, frame: object) -> None:
            loop.call_soon_threadsafe(hub.end)
            earlier(said, frame)  # type: ignore[arg-type]

        signal.signal(number, ended)
        before[number] = earlier

    with suppress(ValueError):  # not the main thread: nobody sends it signals
        for number in (signal.SIGTERM, signal.SIGINT):
            chain(number)

    def restore() -> None:
        for number, earlier in before.items():
            signal.signal(number, earlier)

    return restore
