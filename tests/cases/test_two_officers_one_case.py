"""Two officers decide the same case at the same moment: one wins, the other is told."""

import asyncio

import asyncpg
import pytest

from backend.cases import actions
from backend.cases.actions import move
from backend.cases.model import Case
from backend.cases.queries import case_for, events_of
from backend.core.db import connect
from backend.core.errors import Conflict
from tests.cases.town import Town

ROUNDS = 10


async def decide(town: Town, who: str, case: Case, name: str, both_read: asyncio.Barrier) -> str:
    try:
        async with town.tx(who) as tx:
            read = await case_for(tx.db, tx.viewer, case.number)
            await both_read.wait()
            await move(tx, read, name, {"reason": "收入超线"})
        return name
    except Conflict:
        return "told"


async def race(town: Town) -> tuple[list[str], list[str]]:
    """Both decisions, and the decisions in the log."""
    case = await town.moved(await town.filed(), "officer", "accepted")
    both_read = asyncio.Barrier(2)
    said = await asyncio.gather(
        decide(town, "officer", case, "granted", both_read), decide(town, "colleague", case, "refused", both_read)
    )
    async with town.tx("father") as tx:
        log = [event.kind for event in await events_of(tx.db, case.id) if event.kind in ("granted", "refused")]
    return said, log


async def without_version_check(tx, steps, machine) -> None:
    """The gate's UPDATE as a careless hand would write it."""
    for made in steps:
        await tx.db.execute(
            "UPDATE cases SET state = $2, version = $3 WHERE id = $1",
            made.before.id,
            made.after.state,
            made.after.version,
        )


async def test_without_the_version_check_both_decisions_go_through(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the race is real. The triggers and the index would stop it too, so they are off here."""
    owner = await connect(own_town.settings.login("owner"))
    await owner.execute("ALTER TABLE cases DISABLE TRIGGER USER; DROP INDEX one_event_a_version")
    await owner.close()
    monkeypatch.setattr(actions, "write_steps", without_version_check)
    said, log = await race(own_town)
    assert sorted(said) == ["granted", "refused"]
    assert sorted(log) == ["granted", "refused"]


async def test_with_it_one_wins_and_the_other_is_told(town: Town) -> None:
    for _ in range(ROUNDS):
        said, log = await race(town)
        assert sorted(said) in (["granted", "told"], ["refused", "told"])
        assert log == [word for word in said if word != "told"]


async def test_the_database_alone_also_lets_only_one_through(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "write_steps", without_version_check)
    with pytest.raises((asyncpg.CheckViolationError, asyncpg.UniqueViolationError)):
        await race(town)
