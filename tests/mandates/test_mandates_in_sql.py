"""What the database itself refuses about mandates, whatever Python does."""

from datetime import UTC, date, datetime
from uuid import uuid4

import asyncpg
import pytest


async def two_people(db):
    father, daughter = uuid4(), uuid4()
    for account in (father, daughter):
        await db.execute(
            "INSERT INTO accounts (id, kind, key_wrapped, name_sealed) VALUES ($1, 'person', '', '')", account
        )
    return father, daughter


async def give(db, principal, agent, start=date(2026, 9, 1), end=date(2026, 12, 1)):
    mandate = uuid4()
    await db.execute(
        """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent, consent_hash, valid_from,
                                 valid_to, granted_at)
           VALUES ($1, $2, $3, 'entrusted', 'self', '{see,fill}', '', '', $4, $5, $6)""",
        mandate, principal, agent, start, end, datetime(2026, 9, 1, tzinfo=UTC),
    )  # fmt: skip
    return mandate


async def test_a_mandate_longer_than_a_year_is_refused(db):
    father, daughter = await two_people(db)
    with pytest.raises(asyncpg.CheckViolationError):
        await give(db, father, daughter, end=date(2027, 9, 2))


async def test_nobody_is_her_own_agent(db):
    father, _ = await two_people(db)
    with pytest.raises(asyncpg.CheckViolationError):
        await give(db, father, father)


async def test_what_has_ended_stays_ended(db):
    father, daughter = await two_people(db)
    mandate = await give(db, father, daughter)
    end = "UPDATE mandates SET ended_at = now(), end_reason = 'revoked' WHERE id = $1"
    await db.execute(end, mandate)
    with pytest.raises(asyncpg.RestrictViolationError):
        await db.execute("UPDATE mandates SET ended_at = NULL, end_reason = NULL WHERE id = $1", mandate)


async def test_the_journal_cannot_be_rewritten(db):
    father, daughter = await two_people(db)
    mandate = await give(db, father, daughter)
    await db.execute("INSERT INTO mandate_events (mandate_id, kind) VALUES ($1, 'granted')", mandate)
    with pytest.raises(asyncpg.RestrictViolationError):
        await db.execute("UPDATE mandate_events SET kind = 'revoked'")


@pytest.mark.parametrize(
    ("day", "may"), [("2026-08-31", False), ("2026-09-01", True), ("2026-12-01", True), ("2026-12-02", False)]
)
async def test_a_mandate_counts_from_its_first_to_its_last_day_where_the_office_is(db, day, may):
    father, daughter = await two_people(db)
    await give(db, father, daughter)
    await db.execute(
        "SELECT set_config('app.viewer', $1, true), set_config('app.now', $2, true)",
        str(daughter),
        f"{day}T10:00:00+08:00",
    )
    assert await db.fetchval("SELECT may_act($1, 'see', NULL)", father) is may
    assert await db.fetchval("SELECT may_act($1, 'submit', NULL)", father) is False
