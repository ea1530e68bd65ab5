"""The worker's way out: as long as it runs it takes what is due, sends it, and settles it, each channel for itself.

1. claim a batch, every office in turn; one office never has all the slots;
2. send, many at once;
3. write how it went into the journal on this machine's disk, then into the database, again and again until it is there.

A worker that is killed between 2 and 3 leaves its journal, and whichever worker finds it says what it said: so nothing is
sent twice that was known to be sent. What was not known yet is decided by its lease, by the rules of its channel.
"""

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from pathlib import Path

import asyncpg

from backend.core.db import LOST, SHANGHAI
from backend.core.jobs import Connect, Work, kind_and_place
from backend.notifications.actions import tell_otherwise
from backend.notifications.delivery import claim, settle, take_back
from backend.notifications.journal import Journal, left_behind
from backend.notifications.model import Answer, Channel, Claim, Sending, Task, Went
from backend.notifications.quiet import Night
from backend.notifications.ways import WAYS, Way, open_channels

log = logging.getLogger("suishouban.outgoing")

LOOK = 1.0  # seconds between looks at the table when nothing is heard
BREATH = 0.01  # seconds in which what ends together is settled together
LOOK_AFTER_THE_DEAD = 5.0
LONGEST_REST = 8.0  # seconds between tries to say how it went
LAST_WORDS = 6.0  # seconds for what is under way when the worker is told to stop


class Sender:
    """One channel of one worker."""

    def __init__(self, work: Work, channel: Channel, way: Way, journal: Journal) -> None:
        self.channel, self._work, self._way, self._journal = channel, work, way, journal
        self._busy: Counter[str] = Counter()
        self._under_way: set[asyncio.Task[None]] = set()
        self._ended: list[Went] = []
        self.unsettled: list[Went] = []
        self.news, self._some_ended = asyncio.Event(), asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        settling = asyncio.create_task(self._settle_for_ever())
        try:
            while not stop.is_set():
                self.news.clear()
                await self._look()
                await _within(self.news, 5 * BREATH if self._under_way else LOOK)
        finally:
            settling.cancel()
            with suppress(asyncio.CancelledError):
                await settling
        await self.finished()

    async def finished(self) -> None:
        """What is under way ends and is settled, as far as that is soon."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LAST_WORDS)
        await self._settle_rest()
        self._journal.close()

    async def _look(self) -> None:
        try:
            await self.round()
        except (*LOST, asyncpg.PostgresError, OSError) as error:
            log.warning("%s: nothing can be claimed: %s", self.channel, type(error).__name__)
            await asyncio.sleep(0.5)

    async def round(self) -> int:
        """Claims as much as there is room for and begins to send it; how much that was. Half of the slots at once, and no more for
        a lane that has half of them: so one lane never has more than three quarters."""
        room, half = self._way.slots - len(self._under_way), self._way.slots // 2
        if room <= 0:
            return 0
        full = [lane for lane, busy in self._busy.items() if busy >= half]
        today = self._work.clock().astimezone(SHANGHAI).date()
        claims = await claim(self._work.pool, self.channel, min(room, half), full, today)
        for task, lane in await self._tasks(claims):
            self._begin(task, lane)
        return len(claims)

    async def _tasks(self, claims: list[Claim]) -> list[tuple[Task, str]]:
        """What cannot even be read goes to the end of the line by itself, and the others are sent."""
        lanes = {one.id: one.lane for one in claims}
        if not claims:
            return []
        try:
            return [(task, lanes[task.id]) for task in await self._way.tasks(self._work.pool, list(lanes))]
        except Exception as error:
            if len(claims) > 1 and not isinstance(error, (*LOST, OSError)):
                return [pair for one in claims for pair in await self._tasks([one])]
            self._note([_broke(self._work, one, error) for one in claims])
            return []

    def _begin(self, task: Task, lane: str) -> None:
        self._busy[lane] += 1
        sending = asyncio.create_task(self._send(task))
        self._under_way.add(sending)
        sending.add_done_callback(lambda ended: self._end(ended, lane))

    def _end(self, ended: asyncio.Task[None], lane: str) -> None:
        self._under_way.discard(ended)
        self._busy[lane] -= 1
        if not self._busy[lane]:
            del self._busy[lane]
        if len(self._under_way) <= self._way.slots // 4:
            self.news.set()

    async def _send(self, task: Task) -> None:
        try:
            went = await self._way.send(self._work, task)
        except Exception as error:
            log.warning("%s %s: %s", self.channel, task.id, kind_and_place(error))
            went = _broke(self._work, Claim(task.id, task.attempts), error, task.age)
        if went:
            self._note([went])

    def _note(self, went: list[Went]) -> None:
        self._ended += went
        self._some_ended.set()

    async def _settle_for_ever(self) -> None:
        while True:
            await self._some_ended.wait()
            await asyncio.sleep(BREATH)
            await self._settle_rest(for_ever=True)

    async def _settle_rest(self, for_ever: bool = False) -> None:
        """Journal first, then the database; the journal is empty again when the database has it all."""
        rest = 0.2
        while await self._unsettled() and not await said(self._work, self.channel, self.unsettled):
            if not for_ever and rest > 1:
                return
            await asyncio.sleep(rest)
            rest = min(rest * 2, LONGEST_REST)
        self.unsettled = []
        self._journal.forget()

    async def _unsettled(self) -> bool:
        """All that ended so far is in the journal; whether there is any."""
        self._some_ended.clear()
        self.unsettled, self._ended = self.unsettled + self._ended, []
        if self.unsettled:
            await asyncio.to_thread(self._journal.keep, self.unsettled)
        return bool(self.unsettled)


async def said(work: Work, channel: Channel, went: list[Went]) -> bool:
    """Whether the database has it. One that it will not take is told alone, logged, and left to its lease."""
    try:
        await _say(work, channel, went)
    except (*LOST, OSError):  # a database that is away may not even have its socket
        return False
    except Exception as error:
        if len(went) > 1:
            return all([await said(work, channel, [one]) for one in went])
        log.error("%s %s cannot be settled: %s", channel, went[0].id, kind_and_place(error))
    return True


async def _say(work: Work, channel: Channel, went: list[Went]) -> None:
    async with work.transaction() as tx:
        failed = await settle(tx, channel, went)
        await tell_otherwise(tx, failed, open_channels(work.settings), Night(*work.settings.quiet_hours))


def _broke(work: Work, claimed: Claim, error: Exception, age: float = 0) -> Went:
    answer = Answer(state=Sending.RETRY, problem=kind_and_place(error))
    return Went(id=claimed.id, attempts=claimed.attempts, age=age, answer=answer, at=work.clock(), broke=True)


async def send_notices(work: Work, connect: Connect, stop: asyncio.Event) -> None:
    """Until `stop` is set. What the dead left behind is looked after first, and every few seconds."""
    folder = work.settings.data / "outgoing"
    senders = [Sender(work, channel, way, Journal(folder, channel)) for channel, way in WAYS.items()]
    await look_after_the_dead(work, folder, senders)
    others = [
        asyncio.create_task(_hear(connect, senders)),
        asyncio.create_task(_keep_looking_after_the_dead(work, folder, senders)),
        asyncio.create_task(_wake_at_the_end(senders, stop)),
    ]
    try:
        async with asyncio.TaskGroup() as group:
            for sender in senders:
                group.create_task(sender.run(stop))
    finally:
        for task in others:
            task.cancel()


async def _keep_looking_after_the_dead(work: Work, folder: Path, senders: list[Sender]) -> None:
    while True:
        await asyncio.sleep(LOOK_AFTER_THE_DEAD)
        await look_after_the_dead(work, folder, senders)


async def look_after_the_dead(work: Work, folder: Path, senders: list[Sender]) -> None:
    """Their journals say what is known; for the rest their leases decide."""
    try:
        for journal in left_behind(folder):
            if await said(work, journal.channel, journal.entries):
                journal.remove()
        await take_back(work.pool, [one.id for sender in senders for one in sender.unsettled])
    except (*LOST, asyncpg.PostgresError, OSError) as error:
        log.warning("nobody can look after the dead: %s", type(error).__name__)


async def _hear(connect: Connect, senders: list[Sender]) -> None:
    """Hears of new notices; while the connection is lost, the senders look by themselves."""
    by_channel = {sender.channel.value: sender for sender in senders}

    def heard(_connection: object, _process: int, _name: str, channel: str) -> None:
        if channel in by_channel:
            by_channel[channel].news.set()

    while True:
        with suppress(*LOST, asyncpg.PostgresError, OSError):
            connection, gone = await connect(), asyncio.Event()
            connection.add_termination_listener(lambda _, gone=gone: gone.set())
            try:
                await connection.add_listener("notices", heard)
                while not await _within(gone, 25):
                    await connection.execute("SELECT 1", timeout=5)
            finally:
                connection.terminate()
        await asyncio.sleep(1)


async def _wake_at_the_end(senders: list[Sender], stop: asyncio.Event) -> None:
    await stop.wait()
    for sender in senders:
        sender.news.set()


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Whether it came about in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
