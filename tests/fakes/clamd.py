"""Something that listens where clamd would, says what it is told to, and keeps what it was asked about."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Clamd:
    def __init__(self) -> None:
        self.says: bytes | None = b"stream: OK\0"  # None: nothing, ever
        self.asked: list[bytes] = []
        self.port = 0

    @property
    def address(self) -> str:
        return f"tcp:127.0.0.1:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
            content = b""
            while size := int.from_bytes(await reader.readexactly(4), "big"):
                content += await reader.readexactly(size)
            self.asked.append(content)
            if self.says is None:
                await reader.read()  # until the other side gives up
            else:
                writer.write(self.says)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Clamd]:
    clamd = Clamd()
    server = await asyncio.start_server(clamd.answer, "127.0.0.1", 0)
    clamd.port = server.sockets[0].getsockname()[1]
    async with server:
        yield clamd
