"""Answering a correction and taking the mandate back in the same moment: done before it, or refused."""

import asyncio

import pytest

import backend.cases.actions as gate
from backend.cases.actions import move
from backend.cases.queries import case_for
from backend.core.errors import NotAllowed
from backend.mandates.actions import revoke
from tests.cases.town import Town


async def asked(town: Town) -> str:
    case = await town.filed("daughter")
    return (await town.moved(case, "officer", "correction_asked", problems=[{"say": "请补一张照片"}])).number


async def correct_and_hold(town: Town, number: str, held: asyncio.Event, go: asyncio.Event) -> None:
    async with town.tx("daughter", for_father=True) as tx:
        await move(tx, await case_for(tx.db, tx.viewer, number), "corrected")
        held.set()
        await go.wait()


async def take_back(town: Town) -> None:
    async with town.tx("father") as tx:
        await revoke(tx, town.mandate)


async def both_at_once(town: Town) -> bool:
    """Whether the revocation was done while the correction was not committed yet."""
    number, held, go = await asked(town), asyncio.Event(), asyncio.Event()
    corrected = asyncio.create_task(correct_and_hold(town, number, held, go))
    await held.wait()
    revoked = asyncio.create_task(take_back(town))
    done, _ = await asyncio.wait([revoked], timeout=0.6)
    go.set()
    await corrected
    await revoked
    return bool(done)


async def test_without_the_lock_a_correction_comes_after_the_end(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unguarded(*_: object) -> None:
        return None

    monkeypatch.setattr(gate, "note_use", unguarded)
    assert await both_at_once(own_town) is True


async def test_the_revocation_waits_for_a_correction_that_came_first(own_town: Town) -> None:
    assert await both_at_once(own_town) is False
    async with own_town.machine() as tx:
        kinds = await tx.db.fetch("SELECT kind FROM mandate_events WHERE kind IN ('used', 'revoked') ORDER BY n")
    assert [row["kind"] for row in kinds] == ["used", "revoked"]


async def test_a_correction_that_comes_second_is_refused(own_town: Town) -> None:
    number, held, go = await asked(own_town), asyncio.Event(), asyncio.Event()

    async def take_back_and_hold() -> None:
        async with own_town.tx("father") as tx:
            await revoke(tx, own_town.mandate)
            held.set()
            await go.wait()

    revoked = asyncio.create_task(take_back_and_hold())
    await held.wait()
    go_on = asyncio.Event()
    go_on.set()
    corrected = asyncio.create_task(correct_and_hold(own_town, number, asyncio.Event(), go_on))
    done, _ = await asyncio.wait([corrected], timeout=0.6)
    assert not done
    go.set()
    await revoked
    with pytest.raises(NotAllowed):
        await corrected
    async with own_town.machine() as tx:
        assert await tx.db.fetchval("SELECT state FROM cases WHERE number = $1", number) == "correcting"
