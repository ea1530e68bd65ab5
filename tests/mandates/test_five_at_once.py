"""One private person acts for at most five others, however many give her a mandate in the same moment."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.settings import Settings

MANY = 9
GIVEN = """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent_hash, valid_from, valid_to, granted_at)
           VALUES ($1, $2, $3, 'entrusted', 'self', '{see}', '', '2026-09-01', '2027-01-01', $4)"""
LOCK = "PERFORM pg_advisory_xact_lock(hashtextextended('agent:' || NEW.agent_id, 0));"


async def give(settings: Settings, principal: UUID, agent: UUID) -> bool:
    """Whether it was given; held open for a moment, as a slow commit would."""
    owner = await asyncpg.connect(settings.login("owner").dsn)
    try:
        async with owner.transaction():
            await owner.execute(GIVEN, uuid4(), principal, agent, datetime(2026, 9, 1, tzinfo=UTC))
            await asyncio.sleep(0.15)
        return True
    except asyncpg.CheckViolationError:
        return False
    finally:
        await owner.close()


async def all_at_once(settings: Settings, owner: asyncpg.Connection) -> int:
    people = [uuid4() for _ in range(MANY + 1)]
    await owner.executemany(
        "INSERT INTO accounts (id, kind, key_wrapped, name_sealed) VALUES ($1, 'person', '', '')",
        [(p,) for p in people],
    )
    return sum(await asyncio.gather(*(give(settings, principal, people[0]) for principal in people[1:])))


@pytest.fixture
async def owner(settings: Settings):
    connection = await asyncpg.connect(settings.login("owner").dsn)
    yield connection
    await connection.close()


async def test_without_the_lock_all_of_them_get_in(settings: Settings, owner: asyncpg.Connection) -> None:
    """The race itself: everybody counts before anybody has committed."""
    written = await owner.fetchval("SELECT pg_get_functiondef('five_principals'::regproc)")
    assert LOCK in written
    await owner.execute(written.replace(LOCK, ""))
    assert await all_at_once(settings, owner) == MANY


async def test_with_it_five_do_and_the_others_are_refused(settings: Settings, owner: asyncpg.Connection) -> None:
    assert await all_at_once(settings, owner) == 5
