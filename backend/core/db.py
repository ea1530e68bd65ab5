"""The pool, and the one transaction every request and every job is.

A request's transaction begins by saying who looks (`core/viewer.py`); nobody below the handler commits. A job's runs
as the worker role. json and jsonb columns arrive and leave as Python values; every stored time is UTC.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from backend.core.crypto import DataKey, Vault
from backend.core.errors import SignInNeeded
from backend.core.viewer import Counts, Viewer
from backend.settings import Login

SHANGHAI = ZoneInfo("Asia/Shanghai")
Clock = Callable[[], datetime]

# Everything asyncpg raises when a server is gone; several lie outside PostgresError.
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.ObjectNotInPrerequisiteStateError,  # the database takes no connections just now
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.DiskFullError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.ReadOnlySQLTransactionError,
    ConnectionError,
    TimeoutError,
)


def is_lost(error: BaseException) -> bool:
    """The server is gone, too busy or full: nothing was stored and trying again helps. A value it cannot take is not that."""
    return isinstance(error, LOST) and not isinstance(error, ValueError)


def wall_clock() -> datetime:
    return datetime.now(UTC)


class Tx:
    """One open transaction: the connection, who looks, what time it is. Everything below a handler takes this."""

    def __init__(self, db: asyncpg.Connection, vault: Vault, now: datetime, viewer: Viewer | None = None) -> None:
        self.db, self.vault, self.now, self._viewer = db, vault, now, viewer
        self.counts: Counts | None = None
        self.known: dict[Any, Any] = {}  # what was read once and holds for the length of this transaction

    @property
    def today(self) -> date:
        """The day where the office is."""
        return self.now.astimezone(SHANGHAI).date()

    @property
    def visitor(self) -> Viewer | None:
        """Who looks, None when nobody is signed in: for pages that everybody may see."""
        return self._viewer

    @property
    def viewer(self) -> Viewer:
        """Who looks; SignInNeeded when nobody is signed in."""
        if self._viewer is None:
            raise SignInNeeded()
        return self._viewer

    @property
    def key(self) -> DataKey:
        """The principal's data key."""
        return self.viewer.key


async def prepare(connection: asyncpg.Connection) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind, encoder=lambda v: msgspec.json.encode(v).decode(), decoder=msgspec.json.decode, schema="pg_catalog"
        )


async def connect(login: Login, **options: Any) -> asyncpg.Connection:
    """One connection of its own, outside any pool: for LISTEN, migrations and commands."""
    connection = await asyncpg.connect(login.dsn, server_settings=_server(login), **options)
    await prepare(connection)
    return connection


async def open_pool(login: Login, size: int = 8) -> asyncpg.Pool:
    return await asyncpg.create_pool(
        login.dsn,
        min_size=1,
        max_size=size,
        init=prepare,
        server_settings=_server(login),
        timeout=5,
        command_timeout=10,
        reset=_left_clean,
    )


async def _left_clean(_connection: asyncpg.Connection) -> None:
    """Nothing has to be undone before the next one takes it, and no round trip is spent on it: what is set is set for a
    transaction, and a house test sees to that; one left open asyncpg rolls back by itself."""


def _server(login: Login) -> dict[str, str]:
    limits = {"lock_timeout": "3s", "idle_in_transaction_session_timeout": "10s", "TimeZone": "UTC"}
    return limits | ({"role": login.role} if login.role else {})


@asynccontextmanager
async def transaction(pool: asyncpg.Pool, *, readonly: bool = False) -> AsyncIterator[asyncpg.Connection]:
    """A connection in a transaction; TimeoutError when none is free within two seconds."""
    async with pool.acquire(timeout=2) as connection, connection.transaction(readonly=readonly):
        yield connection


@asynccontextmanager
async def job_transaction(pool: asyncpg.Pool, vault: Vault, now: datetime) -> AsyncIterator[Tx]:
    """A transaction of the worker: no viewer, the clock injected."""
    async with pool.acquire(timeout=5) as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.now', $1, true)", now.isoformat())
        yield Tx(connection, vault, now)
