"""Whoever alters, takes out, adds or moves a line of a journal is found, even a superuser who switched the triggers off."""

import asyncpg
import pytest
import pytest_asyncio

from backend.core.db import connect, prepare
from backend.mandates.journal import faults
from backend.settings import ROLES
from tests.mandates.test_mandates_in_sql import give, two_people

LINE = "INSERT INTO mandate_events (mandate_id, kind, data) VALUES ($1, $2, $3)"
# What a forger does, on a journal of four lines with $1 its mandate, and which line is the first wrong one.
FORGERIES = {
    "alters the words": ("UPDATE mandate_events SET data = '{\"items\": []}' WHERE mandate_id = $1 AND n = 2", 2),
    "alters who it was": ("UPDATE mandate_events SET actor_id = (SELECT agent_id FROM mandates WHERE id = $1) WHERE mandate_id = $1 AND n = 3", 3),
    "alters the time": ("UPDATE mandate_events SET at = at + interval '1 microsecond' WHERE mandate_id = $1 AND n = 1", 1),
    "takes one out": ("DELETE FROM mandate_events WHERE mandate_id = $1 AND n = 2", 2),
    "takes the last one out": ("DELETE FROM mandate_events WHERE mandate_id = $1 AND n = 4", 4),
    "takes all out": ("DELETE FROM mandate_events WHERE mandate_id = $1", 1),
    "adds one": (
        """INSERT INTO mandate_events (mandate_id, kind, at, n, hash)
           SELECT mandate_id, 'used', at, 5, journal_hash(hash, 5, mandate_id, 'used', NULL, at, '{}') FROM mandate_events
           WHERE mandate_id = $1 AND n = 4""", 5),
    "swaps two": ("UPDATE mandate_events SET n = 5 - n WHERE mandate_id = $1 AND n IN (2, 3)", 2),
    "swaps what two say": (
        """UPDATE mandate_events e SET kind = o.kind, data = o.data, hash = o.hash FROM mandate_events o
           WHERE e.mandate_id = $1 AND o.mandate_id = $1 AND e.n + o.n = 5 AND e.n IN (2, 3)""", 2),
}  # fmt: skip


@pytest_asyncio.fixture
async def superuser(postgres, steady):
    connection = await asyncpg.connect(postgres.url("postgres", steady))
    await prepare(connection)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def written(db):
    """A mandate with four lines, and another beside it that nobody touches."""
    father, daughter = await two_people(db)
    mandates = [await give(db, father, daughter), await give(db, father, daughter)]
    for kind, said in (("granted", {}), ("used", {"items": ["甲"]}), ("used", {"items": ["乙"]}), ("revoked", {})):
        for mandate in mandates:
            await db.execute(LINE, mandate, kind, said)
    return mandates[0]


async def test_a_journal_nobody_touched_is_whole(superuser):
    await written(superuser)
    assert await faults(superuser) == []


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forger_is_found_at_the_first_wrong_line(superuser, name):
    mandate = await written(superuser)
    statement, place = FORGERIES[name]
    await superuser.execute("SET LOCAL session_replication_role = replica")
    await superuser.execute(statement, mandate)
    found = await faults(superuser)
    assert [(fault.mandate_id, fault.place) for fault in found] == [(mandate, place)]


async def test_nobody_but_the_owner_asks_and_the_web_cannot_touch_the_heads(postgres, steady):
    web = await asyncpg.connect(postgres.url(ROLES["web"], steady))
    try:
        for statement in (
            "SELECT * FROM journal_faults()",
            "SELECT * FROM mandate_journals",
            "DELETE FROM mandate_journals",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await web.execute(statement)
    finally:
        await web.close()


async def test_the_command_names_the_wrong_line(settings, monkeypatch, capsys):
    from backend.__main__ import main
    from backend.settings import environ_of

    db = await connect(settings.login("owner"))
    mandate = await written(db)
    await db.execute("ALTER TABLE mandate_events DISABLE TRIGGER mandate_events_append_only")
    await db.execute("DELETE FROM mandate_events WHERE mandate_id = $1 AND n = 2", mandate)
    await db.close()
    for name, value in environ_of(settings).items():
        monkeypatch.setenv(name, value)
    import asyncio

    assert await asyncio.to_thread(main, ["mandates", "verify"]) == 1
    assert f"mandate {mandate}, line 2: order" in capsys.readouterr().out
