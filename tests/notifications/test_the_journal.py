"""What a killed worker knew is known to the next one; a living worker's journal is nobody else's."""

import os
from datetime import UTC, datetime

import pytest_asyncio

from backend.core.events import NewEvent, record
from backend.core.jobs import Work
from backend.notifications.journal import Journal, left_behind
from backend.notifications.model import SENT, Channel, Went
from backend.notifications.outgoing import look_after_the_dead
from tests.notifications.knocks import as_owner, give_email, told


@pytest_asyncio.fixture
async def held(town):
    """One e-mail that a worker was handing over when it was killed; the next worker."""
    await give_email(town, "father", "father@example.org")
    await town.filed("daughter")
    await told(town)
    (row,) = await as_owner(
        town,
        """UPDATE notices SET state = 'sending', attempts = 1, handed_at = now(), lease_until = now() - interval '1 s'
           WHERE channel = 'email' RETURNING id""",
    )
    work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
    yield town, work, row["id"], town.settings.data / "outgoing"
    await work.close()


def killed(journal):
    """As the kernel does it: the lock is gone, the file stays."""
    os.close(journal._file)


async def state_of(town, notice):
    (row,) = await as_owner(town, "SELECT state, attempts FROM notices WHERE id = $1", notice)
    return tuple(row.values())


async def test_what_it_knew_to_be_sent_is_sent(held):
    town, work, notice, folder = held
    journal = Journal(folder, Channel.EMAIL)
    journal.keep([Went(id=notice, attempts=1, age=0, answer=SENT, at=datetime.now(UTC))])
    killed(journal)
    await look_after_the_dead(work, folder, [])
    assert await state_of(town, notice) == ("sent", 1)
    assert list(folder.iterdir()) == []


async def test_without_a_journal_nobody_knows(held):
    town, work, notice, folder = held
    await look_after_the_dead(work, folder, [])
    assert await state_of(town, notice) == ("unknown", 1)


async def test_a_late_word_is_better_than_none(held):
    town, work, notice, folder = held
    await look_after_the_dead(work, folder, [])
    journal = Journal(folder, Channel.EMAIL)
    journal.keep([Went(id=notice, attempts=1, age=0, answer=SENT, at=datetime.now(UTC))])
    killed(journal)
    await look_after_the_dead(work, folder, [])
    assert await state_of(town, notice) == ("sent", 1)


async def test_a_word_about_an_earlier_attempt_settles_nothing(held):
    town, work, notice, folder = held
    await as_owner(town, "UPDATE notices SET attempts = 2, handed_at = NULL, lease_until = now() + interval '1 min'")
    journal = Journal(folder, Channel.EMAIL)
    journal.keep([Went(id=notice, attempts=1, age=0, answer=SENT, at=datetime.now(UTC))])
    killed(journal)
    await look_after_the_dead(work, folder, [])
    assert await state_of(town, notice) == ("sending", 2)


def test_a_living_workers_journal_is_left_alone_and_a_broken_one_says_nothing(tmp_path):
    living, dead = Journal(tmp_path, Channel.PUSH), Journal(tmp_path, Channel.SMS)
    os.write(dead._file, b'[{"id":"broken o')
    killed(dead)
    assert [(one.channel, one.entries) for one in left_behind(tmp_path)] == [(Channel.SMS, [])]
    living.close()
    assert [path.name[:3] for path in tmp_path.iterdir()] == ["sms"]


async def test_what_a_whole_town_is_told_comes_in_pieces_behind_what_happens_to_one(town):
    father = town.ids["father"]
    one = NewEvent(kind="refused", principal_id=father, actor_kind="officer", department_id="民政局")
    async with town.machine() as tx:
        await record(tx, [one] * 450)
        await record(tx, [one])
    rows = await as_owner(
        town,
        "SELECT priority, convert_from(payload, 'UTF8')::json->'events' AS events FROM pgqueuer WHERE entrypoint = 'notify' ORDER BY id",
    )
    assert [(row["priority"], len(row["events"])) for row in rows] == [(-1, 200), (-1, 200), (-1, 50), (0, 1)]
