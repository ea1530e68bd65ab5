"""A telephone's line: everything between the browser and the town runs over it, is counted, and can be cut."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Line:
    """`sent`: bytes from the browser since it was last set to 0. Cut by itself after `breaks_after` of them, or when an answer with
    `loses` in it is on its way: the town has done what was asked, the browser never hears of it."""

    def __init__(self, port: int) -> None:
        self.to, self.port = port, 0
        self.sent, self.breaks_after, self.loses = 0, 0, b""
        self.cut = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.cut.is_set():
            writer.transport.abort()
            return
        inner_reader, inner = await asyncio.open_connection("127.0.0.1", self.to)
        both = {writer, inner}
        self._open |= both
        await asyncio.gather(self._up(reader, inner), self._down(inner_reader, writer), return_exceptions=True)
        for end in both:
            end.close()
        self._open -= both

    async def _up(self, reader: asyncio.StreamReader, inner: asyncio.StreamWriter) -> None:
        while data := await reader.read(16_384):
            self.sent += len(data)
            inner.write(data)
            await inner.drain()
            if self.breaks_after and self.sent > self.breaks_after:
                self.breaks()
        inner.write_eof()

    async def _down(self, inner_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await inner_reader.read(65_536):
            if self.loses and self.loses in data.lower():
                self.loses = b""
                return self.breaks()
            writer.write(data)
            await writer.drain()
        writer.close()

    def breaks(self) -> None:
        """The tunnel: what has come through is there, nothing more comes."""
        self.cut.set()
        self.breaks_after = 0
        for end in self._open:
            end.close()

    def mends(self) -> None:
        self.cut.clear()


@asynccontextmanager
async def line_to(base: str, sealed: ssl.SSLContext | None = None) -> AsyncIterator[Line]:
    """`sealed`: the line speaks TLS, as in front of a real town."""
    line = Line(int(base.rpartition(":")[2]))
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0, ssl=sealed)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        with suppress(Exception):
            line.breaks()
