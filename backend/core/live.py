"""Live streams: one LISTEN connection a web process, any number of open streams, none of which holds a connection.

A stream says only *that* something changed; the browser then fetches what it may see. So nothing private travels here, and a
right that was taken away ends with the next fetch. Each change has a number; whoever comes back after a break says the last
one she heard (`Last-Event-ID`) and is told at once if something came since, or if that cannot be known. Topics are "<channel>:<payload>" of `pg_notify`: `case_events:<case id>`, `inbox:<person id>`.

    @get("/inbox/events", opt=PERSON)
    async def events(request: Request, tx: NamedDependency[Tx]) -> ASGIApp:
        return request.app.state.live.answer(f"inbox:{tx.viewer.id}", request.headers.get("last-event-id", ""))
"""

import asyncio
import logging
import secrets
import signal
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress

import asyncpg
from litestar.response.sse import ServerSentEventMessage as Sent
from litestar.types import ASGIApp, Receive, Scope, Send

from backend.core.db import LOST, connect
from backend.core.errors import Unavailable
from backend.core.i18n import _
from backend.settings import Login

log = logging.getLogger("suishouban.live")

CHANNELS = ("case_events", "inbox", "catalogue")
PING = 25.0  # seconds: shorter than the patience of the proxies on the way
LONGEST = 600.0  # seconds; then the browser opens a new stream, and whether it may is asked again
COME_BACK = 3000  # milliseconds a browser waits before it does so
CHANGED = "changed"
NOT_HELD_BACK = (b"x-accel-buffering", b"no")  # by a proxy that would rather send much at once
MOST = 4000  # open streams of one process; whoever comes then looks again by herself now and then
REMEMBERED = 20_000  # topics that had news


class Hub:
    """Hears PostgreSQL over a connection of its own, outside any pool, and tells whoever watches."""

    def __init__(self, login: Login, ping: float = PING) -> None:
        self._login, self._ping = login, ping
        self._watched: dict[str, set[asyncio.Event]] = {}
        # Numbers are this process's own: whoever heard another one's is told to look.
        self._name, self._number, self._unknown_before = secrets.token_hex(4), 0, 0
        self._newest: OrderedDict[str, int] = OrderedDict()
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

    def answer(self, topic: str, heard: str = "") -> ASGIApp:
        """The usual stream: `changed` at each change, and at once where the page may be older than the stream; pings in between.
        `heard`: the last id, of a stream that broke. Unavailable when there are too many streams."""
        if self.open_streams >= MOST:
            raise Unavailable(_("现在看的人很多，页面过一会儿自己更新。"))
        return Stream(self._stream(topic, heard))

    async def _stream(self, topic: str, heard: str = "") -> AsyncGenerator[Sent]:
        clock = asyncio.get_running_loop().time
        ends = clock() + LONGEST
        with self.watching(topic) as news:
            if self.missed(topic, heard):
                yield Sent(event=CHANGED, data="", id=self.newest, retry=COME_BACK)
            else:
                yield Sent(data=None, comment="nothing new", retry=COME_BACK)
            while clock() < ends:
                told = await _within(news, self._ping)
                news.clear()
                if self.ended:
                    return
                yield Sent(event=CHANGED, data="", id=self.newest) if told else Sent(data=None, comment="ping")

    @property
    def newest(self) -> str:
        """The id of the newest change; whoever has heard it has heard all."""
        return f"{self._name}.{self._number}"

    def missed(self, topic: str, heard: str) -> bool:
        """Whether there was news since this id, or may have been."""
        name, _, number = heard.partition(".")
        if name != self._name or not (number.isascii() and number.isdigit()):
            return True
        return max(self._newest.get(topic, 0), self._unknown_before) > int(number)

    def tell(self, topic: str) -> None:
        self._number += 1
        self._newest[topic] = self._number
        self._newest.move_to_end(topic)
        if len(self._newest) > REMEMBERED:
            self._unknown_before = self._newest.popitem(last=False)[1]
        for news in self._watched.get(topic, ()):
            news.set()

    def tell_all(self) -> None:
        """What happened is not known: everybody looks, and so does whoever comes back."""
        self._number += 1
        self._unknown_before = self._number
        for watching in self._watched.values():
            for news in watching:
                news.set()

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
                await connection.add_listener(
                    channel, lambda _connection, _process, name, payload: self.tell(f"{name}:{payload}")
                )
            self.listening.set()
            self.tell_all()
            while not await _within(gone, self._ping):
                await connection.execute("SELECT 1", timeout=5)  # a server that vanished without a word
        finally:
            connection.terminate()


class Stream:
    """The answer to an EventSource, as an ASGI application: thousands are open at once, so each is one task, and a small one
    that waits for the browser to leave. litestar's own holds five."""

    def __init__(self, parts: AsyncGenerator[Sent]) -> None:
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            NOT_HELD_BACK,
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        scope["state"].clear()  # who she is and what her browser said: 4 kB that nobody asks for any more
        scope["headers"] = []
        left = asyncio.create_task(_leaves(receive))
        try:
            async with aclosing(self._parts) as parts, _until(left):
                async for part in parts:
                    await send({"type": "http.response.body", "body": part.encode(), "more_body": True})
        finally:
            left.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@asynccontextmanager
async def _until(over: asyncio.Task[None]) -> AsyncIterator[None]:
    """The block ends where it waits as soon as the task is over."""
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as limit:
            over.add_done_callback(stop := lambda _: limit.reschedule(0))
            try:
                yield
            finally:
                over.remove_done_callback(stop)


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Whether it came about in time."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
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
