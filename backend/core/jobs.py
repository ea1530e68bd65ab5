"""Jobs: enqueued in the caller's transaction, run by the worker at least once, tried again, never silently dropped.

The queue is pgqueuer (docs/decisions/0001). What it leaves to us is set here: failed jobs are held, not deleted; a
dead connection ends the run, and `work` starts it anew. A handler is shallow, takes `(work, payload)` and must bear
being run twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import msgspec
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.domain.models import Job, Schedule

from backend.core.crypto import Vault
from backend.core.db import Clock, job_transaction
from backend.settings import Settings

log = logging.getLogger("suishouban.jobs")

TRIES = 12
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=2), timedelta(minutes=5)


class Work(msgspec.Struct, frozen=True):
    """What a job may use: the worker's pool, the vault, the settings and the clock."""

    pool: asyncpg.Pool
    vault: Vault
    settings: Settings
    clock: Clock

    def transaction(self, now: datetime | None = None) -> Any:
        """`async with work.transaction() as tx`: one transaction of the worker role."""
        return job_transaction(self.pool, self.vault, now or self.clock())


Handler = Callable[[Work, dict[str, Any]], Awaitable[None]]


async def enqueue(
    db: asyncpg.Connection, name: str, payload: Mapping[str, Any], *, after: timedelta | None = None
) -> None:
    """Adds a job to the caller's transaction: rolled back with it, seen by the worker once it commits. Ids only in the payload."""
    await Queries(AsyncpgDriver(db)).enqueue(name, msgspec.json.encode(payload), execute_after=after)


async def work(
    work: Work,
    handlers: Mapping[str, Handler],
    schedules: Mapping[str, str],
    connect: Callable[[], Awaitable[asyncpg.Connection]],
    stop: asyncio.Event,
) -> None:
    """Runs jobs until `stop` is set. `schedules`: handler name → cron expression in UTC."""
    while not stop.is_set():
        try:
            await _run_once(work, handlers, schedules, connect, stop)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            log.warning("job run ended: %s; starting again", type(error).__name__)
            await _wait(stop, 1.0)


async def _run_once(
    work: Work,
    handlers: Mapping[str, Handler],
    schedules: Mapping[str, str],
    connect: Callable[[], Awaitable[asyncpg.Connection]],
    stop: asyncio.Event,
) -> None:
    connection = await connect()
    queue = PgQueuer.from_asyncpg_connection(connection)
    for name, handler in handlers.items():
        _register(queue, work, name, handler)
    for name, cron in schedules.items():
        _schedule(queue, work, name, cron, handlers[name])
    ending = asyncio.create_task(_end(queue, stop))
    try:
        await queue.run(
            dequeue_timeout=timedelta(seconds=5),
            heartbeat_timeout=timedelta(seconds=10),
            shutdown_on_listener_failure=True,
        )
    finally:
        ending.cancel()
        await connection.close(timeout=2)


def _register(queue: PgQueuer, work: Work, name: str, handler: Handler) -> None:
    retry = partial(
        DatabaseRetryEntrypointExecutor, max_attempts=TRIES, initial_delay=FIRST_DELAY, max_delay=LONGEST_DELAY
    )

    @queue.entrypoint(name, on_failure="hold", executor_factory=retry)
    async def run(job: Job) -> None:
        await handler(work, msgspec.json.decode(job.payload or b"{}"))


def _schedule(queue: PgQueuer, work: Work, name: str, cron: str, handler: Handler) -> None:
    @queue.schedule(name, cron)
    async def run(_: Schedule) -> None:
        await handler(work, {})


async def _end(queue: PgQueuer, stop: asyncio.Event) -> None:
    await stop.wait()
    queue.shutdown.set()


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def install(owner: asyncpg.Connection) -> None:
    """Lays the queue's tables into the database (or brings them up to date) and lets web and worker use them."""
    queries = Queries(AsyncpgDriver(owner))
    if not await queries.schema_is_installed():
        await queries.install(create_schema=False)
    else:
        await queries.upgrade()
    for (name,) in await owner.fetch(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE relname LIKE 'pgqueuer%' AND relkind IN ('r', 'p')"
    ):
        await owner.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO suishouban_worker")
        await owner.execute(f"GRANT SELECT, INSERT ON {name} TO suishouban_web")
