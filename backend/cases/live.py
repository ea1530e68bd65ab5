"""Who watches which case: one LISTEN connection for the whole process, however many streams are open.

When that connection is lost, whoever watches is told that something may have changed, and a new one is made.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from backend.core.db import LOST, connect
from backend.settings import Login

log = logging.getLogger("suishouban.live")

CHANNEL = "case_events"
PATIENCE = 1.0  # seconds between two attempts to listen again


class Hub:
    """`async with hub.watching(case_id) as changes:` — `changes` is set each time the case may have changed."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._watched: dict[str, set[asyncio.Event]] = {}
        self.listening = asyncio.Event()

    @asynccontextmanager
    async def watching(self, case_id: UUID) -> AsyncIterator[asyncio.Event]:
        changes, topic = asyncio.Event(), str(case_id)
        self._watched.setdefault(topic, set()).add(changes)
        try:
            yield changes
        finally:
            self._watched[topic].discard(changes)
            if not self._watched[topic]:
                del self._watched[topic]

    async def listen(self) -> None:
        """Runs until cancelled."""
        while True:
            try:
                await self._listen_once()
            except (*LOST, asyncpg.PostgresError, OSError) as error:
                log.warning("live updates lost their connection: %s; listening again", type(error).__name__)
            self.listening.clear()
            await asyncio.sleep(PATIENCE)

    async def _listen_once(self) -> None:
        connection = await connect(self._login, timeout=5)
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        try:
            await connection.add_listener(CHANNEL, self._heard)
            self.listening.set()
            self._tell_all()  # whatever happened while nobody listened
            await gone.wait()
        finally:
            await connection.close(timeout=1)

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        for changes in self._watched.get(str(payload), ()):
            changes.set()

    def _tell_all(self) -> None:
        for watchers in self._watched.values():
            for changes in watchers:
                changes.set()
