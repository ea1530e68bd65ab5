"""Jobs: enqueued in the caller's transaction, run by the worker at least once, tried again, never silently dropped.

The queue is pgqueuer (docs/decisions/0001). What it leaves to us is set here: failed jobs are held, not deleted; a lost
connection ends the run at once and `work` begins a new one; nothing a failure said is stored or logged, for it may quote
what people wrote; a job that takes its worker down is not given a fourth one. A handler is shallow, takes
`(work, payload)` and must bear being run twice.
"""

import asyncio
import logging
import random
import time
import traceback
from collections.abc import Awaitable, Callable, Container, Coroutine, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import asyncpg
import msgspec
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import EntrypointExecutor
from pgqueuer.domain.errors import PgqException, RetryRequested
from pgqueuer.domain.models import Context, Job, Schedule
from pgqueuer.domain.types import JobId

from backend.core.crypto import Vault
from backend.core.db import LOST, Clock, Tx, job_transaction
from backend.settings import Settings

log = logging.getLogger("suishouban.jobs")

TRIES = 12
FIRST_DELAY, LONGEST_DELAY = 2.0, 300.0  # seconds
DEATHS = 3  # workers a job may take down with it
AT_ONCE, BATCH = 60, 20  # jobs of one worker; asked for in one go
BEHIND = -1  # the priority of what lets everything else pass
SILENT, DEAD = timedelta(seconds=5), timedelta(seconds=10)  # between looks at the queue; a worker without heartbeat
FRESH = 120.0  # seconds in which a new worker asks what took the last one down
KEPT_DAYS = 14  # the queue's journal

Shared = TypeVar("Shared")


class Work:
    """What a job may use: the worker's pool, the vault, the settings, the clock, and things all jobs share."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, settings: Settings, clock: Clock) -> None:
        self.pool, self.vault, self.settings, self.clock = pool, vault, settings, clock
        self._begun = time.monotonic()
        self._shared: dict[Any, Any] = {}
        self._closing = AsyncExitStack()

    def transaction(self, now: datetime | None = None) -> AbstractAsyncContextManager[Tx]:
        """`async with work.transaction() as tx`: one transaction of the worker role."""
        return job_transaction(self.pool, self.vault, now or self.clock())

    def age(self) -> float:
        """Seconds since this worker began."""
        return time.monotonic() - self._begun

    async def shared(self, opened: Callable[[Settings], AbstractAsyncContextManager[Shared]]) -> Shared:
        """The one thing of its kind in this worker, such as a client with its connections; closed when the worker ends."""
        if opened not in self._shared:
            self._shared[opened] = await self._closing.enter_async_context(opened(self.settings))
        return self._shared[opened]

    async def close(self) -> None:
        self._shared.clear()
        await self._closing.aclose()


Handler = Callable[[Work, dict[str, Any]], Awaitable[None]]
Connect = Callable[[], Awaitable[asyncpg.Connection]]
Named = tuple[str, Mapping[str, Any]]
Loop = Callable[[Work, Connect, asyncio.Event], Coroutine[Any, Any, None]]


def at_once(limit: int) -> Callable[[Handler], Handler]:
    """No more than so many of this job at a time, over all workers: those that wait for others leave room for the quick ones."""

    def limited(handler: Handler) -> Handler:
        handler.at_once = limit  # type: ignore[attr-defined]
        return handler

    return limited


class Later(Exception):
    """Raised by a handler: nothing failed, but it cannot be done before so many seconds have passed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"in {seconds:.0f} s")
        self.seconds = seconds


class JobFailed(Exception):
    """What may be stored about a failure: its kind and place."""


async def enqueue(
    db: asyncpg.Connection, name: str, payload: Mapping[str, Any], *, after: timedelta | None = None
) -> None:
    """Adds a job to the caller's transaction: rolled back with it, seen by the worker once it commits. Ids only in the payload."""
    await enqueue_all(db, [(name, payload)], after=after)


async def enqueue_all(
    db: asyncpg.Connection, jobs: Iterable[Named], *, after: timedelta | None = None, behind: Container[str] = ()
) -> None:
    """The same for many jobs in one statement. What is asked for first is done first; the names in `behind` after all others."""
    names: list[str] = []
    payloads: list[bytes | None] = []
    for name, payload in jobs:
        names.append(name)
        payloads.append(msgspec.json.encode(payload))
    if names:
        ranks = [BEHIND if name in behind else 0 for name in names]
        await Queries(AsyncpgDriver(db)).enqueue(names, payloads, ranks, [after] * len(names))


async def work(
    work: Work,
    handlers: Mapping[str, Handler],
    schedules: Mapping[str, str],
    connect: Connect,
    stop: asyncio.Event,
    loops: Iterable[Loop] = (),
) -> None:
    """Runs jobs until `stop` is set. `schedules`: handler name → cron expression in UTC. `loops`: what else a worker does, each
    until `stop` is set; one that fails ends them all."""
    try:
        async with asyncio.TaskGroup() as group:
            for loop in loops:
                group.create_task(loop(work, connect, stop))
            group.create_task(_run_jobs(work, handlers, schedules, connect, stop))
    finally:
        await work.close()


async def _run_jobs(
    work: Work, handlers: Mapping[str, Handler], schedules: Mapping[str, str], connect: Connect, stop: asyncio.Event
) -> None:
    while not stop.is_set():
        try:
            await _run_once(work, handlers, schedules, connect, stop)
        except (*LOST, asyncpg.PostgresError, PgqException, OSError) as error:
            log.warning("the queue cannot be reached (%s); trying again", type(error).__name__)
        await _wait(stop, 0.5)


async def _run_once(
    work: Work,
    handlers: Mapping[str, Handler],
    schedules: Mapping[str, str],
    connect: Connect,
    stop: asyncio.Event,
) -> None:
    """One run over one connection, until `stop` is set or the connection is lost."""
    connection = await connect()
    queue = PgQueuer.from_asyncpg_connection(connection)
    # pgqueuer would notice a lost connection at its next look only, and die of it.
    connection.add_termination_listener(lambda _: queue.shutdown.set())
    for name, handler in handlers.items():
        _register(queue, work, name, handler)
    for name, cron in {**schedules, "forget_jobs": "20 18 * * *"}.items():
        _schedule(queue, work, name, cron)
    _register(queue, work, "forget_jobs", forget_jobs)
    ending = asyncio.create_task(stop.wait())
    ending.add_done_callback(lambda _: queue.shutdown.set())
    try:
        await queue.run(
            dequeue_timeout=SILENT,
            heartbeat_timeout=DEAD,
            batch_size=BATCH,
            max_concurrent_tasks=AT_ONCE,
            shutdown_on_listener_failure=True,
            log_aggregation_interval=timedelta(0),
        )
    finally:
        ending.cancel()
        with suppress(*LOST, OSError):
            await connection.close(timeout=2)


def _register(queue: PgQueuer, work: Work, name: str, handler: Handler) -> None:
    limit = getattr(handler, "at_once", 0)

    @queue.entrypoint(name, concurrency_limit=limit, on_failure="hold", executor_factory=partial(Attempt, work=work))
    async def run(job: Job) -> None:
        await handler(work, msgspec.json.decode(job.payload or b"{}"))


def _schedule(queue: PgQueuer, work: Work, name: str, cron: str) -> None:
    """At its times it becomes a job like any other, tried again and held when it fails; never two of them waiting."""

    @queue.schedule(name, cron)
    async def run(_: Schedule) -> None:
        async with work.transaction() as tx:
            await Queries(AsyncpgDriver(tx.db)).enqueue(name, b"{}", dedupe_key=f"schedule:{name}", on_conflict="skip")


@dataclass
class Attempt(EntrypointExecutor):
    """One run of a job: what goes wrong becomes a later try, or at last a held job, and is told by kind and place only."""

    work: Work

    async def execute(self, job: Job, context: Context) -> None:
        if await self._deaths(job) >= DEATHS:
            raise JobFailed(f"took {DEATHS} workers down with it")
        try:
            await super().execute(job, context)
        except Later as later:
            raise RetryRequested(delay=timedelta(seconds=later.seconds), reason="later") from None
        except Exception as error:
            said = kind_and_place(error)
            log.warning("job %s %s, try %s: %s", job.entrypoint, job.id, job.attempts + 1, said)
            if job.attempts + 1 >= TRIES:
                raise JobFailed(said) from None
            raise RetryRequested(delay=_pause(job.attempts), reason=said) from None

    async def _deaths(self, job: Job) -> int:
        """How often it was begun and neither ended nor failed since. Not asked by a worker that has lived for long: none took it down."""
        if self.work.age() > FRESH or self.work.clock() - max(job.created, job.execute_after) < DEAD:
            return 0
        begun = await self.work.pool.fetchval(
            """SELECT count(*) FROM pgqueuer_log WHERE job_id = $1 AND status = 'picked' AND id > coalesce(
                   (SELECT max(id) FROM pgqueuer_log WHERE job_id = $1 AND status <> 'picked'), 0)""",
            job.id,
        )
        return begun - 1


def _pause(attempts: int) -> timedelta:
    """2, 4, 8 … 300 s, each within ± 25 %, so that what failed together does not come back together."""
    usual = min(FIRST_DELAY * 2**attempts, LONGEST_DELAY)
    return timedelta(seconds=usual * random.uniform(0.75, 1.25))  # noqa: S311


def kind_and_place(error: Exception) -> str:
    """ValueError at mail.py:41 ← jobs.py:20: never its message, which may quote a person."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[:0:-1] or frames]
    return f"{type(error).__name__} at {' ← '.join(places[:4])}"


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


class Held(msgspec.Struct, frozen=True):
    """A job that failed for good and waits for somebody to look at it."""

    id: int
    name: str
    payload: bytes
    tries: int
    since: Any
    problem: str


async def held_jobs(db: asyncpg.Connection) -> list[Held]:
    """The newest hundred, with the last thing that went wrong."""
    rows = await db.fetch(
        """SELECT q.id, q.entrypoint AS name, q.payload, q.attempts + 1 AS tries, q.updated AS since,
                  coalesce((SELECT l.traceback #>> '{}' FROM pgqueuer_log l WHERE l.job_id = q.id AND l.traceback IS NOT NULL
                            ORDER BY l.id DESC LIMIT 1)::json ->> 'exception_message', '') AS problem
           FROM pgqueuer q WHERE q.status = 'failed' ORDER BY q.updated DESC LIMIT 100"""
    )
    return msgspec.convert(rows, list[Held])


async def release_jobs(db: asyncpg.Connection, ids: Iterable[int]) -> None:
    """Puts held jobs back, to be tried anew from the beginning."""
    await Queries(AsyncpgDriver(db)).requeue_jobs([JobId(n) for n in ids])


async def forget_jobs(work: Work, _: dict[str, Any]) -> None:
    """The queue's journal is for operators and would grow for ever; held jobs stay in the queue itself."""
    async with work.transaction() as tx:
        await tx.db.execute("DELETE FROM pgqueuer_log WHERE created < now() - make_interval(days => $1)", KEPT_DAYS)


async def install(owner: asyncpg.Connection) -> None:
    """Lays the queue's tables into the database (or brings them up to date) and lets web and worker use them."""
    queries = Queries(AsyncpgDriver(owner))
    if not await queries.schema_is_installed():
        await queries.install(create_schema=False)
    else:
        await queries.upgrade()
    await owner.execute(
        """GRANT SELECT, INSERT, UPDATE, DELETE ON pgqueuer, pgqueuer_log, pgqueuer_schedules, pgqueuer_statistics TO suishouban_worker;
           GRANT SELECT, INSERT ON pgqueuer, pgqueuer_log TO suishouban_web"""
    )
