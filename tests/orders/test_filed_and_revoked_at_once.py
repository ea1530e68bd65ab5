"""Filing and taking the mandate back in the same moment: filed before it and seen by the principal, or refused. Never both."""

import asyncio
from uuid import uuid4

import pytest

import backend.orders.actions as filing
from backend.cart.actions import lock_draft
from backend.core.errors import Conflict, NotAllowed, NotFound
from backend.orders.actions import file_order
from backend.orders.model import Filing
from tests.mandates.clerk import rows
from tests.orders.shopping import transaction, use_shown


@pytest.fixture(autouse=True)
async def one_thing(site, daughter) -> None:
    async with transaction(site, daughter) as tx:
        await tx.db.execute(
            "DELETE FROM cart_lines WHERE item_code NOT IN (SELECT code FROM items WHERE name = '护理补贴')"
        )


async def file_and_hold(site, daughter, held: asyncio.Event, go: asyncio.Event) -> None:
    """Files, and commits only when told to."""
    async with transaction(site, daughter) as tx:
        draft = await lock_draft(tx)
        body = Filing(cart=draft.cart_id, version=draft.version, agree=True, use=use_shown(draft))
        await file_order(tx, f"at-once-{uuid4()}", body)
        held.set()
        await go.wait()


async def revoke(site, father) -> int:
    (mandate,) = await rows(site, "SELECT id FROM mandates")
    return (await father.post(f"/mandates/{mandate['id']}/revocation")).status_code


async def story(site) -> list[str]:
    return [
        row["kind"]
        for row in await rows(site, "SELECT kind FROM mandate_events WHERE kind IN ('used', 'revoked') ORDER BY n")
    ]


async def both_at_once(site, daughter) -> bool:
    """Whether the revocation was done while the filing was not committed yet; both are in the end."""
    held, go, father = asyncio.Event(), asyncio.Event(), await site.person("father")
    filed = asyncio.create_task(file_and_hold(site, daughter, held, go))
    await asyncio.wait([filed, asyncio.create_task(held.wait())], return_when=asyncio.FIRST_COMPLETED)
    revoked = asyncio.create_task(revoke(site, father))
    done, _ = await asyncio.wait([revoked], timeout=0.6)
    go.set()
    await filed
    assert await revoked == 303
    return bool(done)


async def test_without_the_lock_a_case_is_filed_after_the_mandate_ended(site, daughter, monkeypatch):
    """The race itself: with the guard away it is lost."""

    async def unguarded(*_: object) -> None:
        return None

    for guard in ("hold_mandate", "note_use"):
        monkeypatch.setattr(filing, guard, unguarded)
    assert await both_at_once(site, daughter) is True
    assert await story(site) == ["revoked"]
    assert len(await rows(site, "SELECT 1 FROM cases")) == 1


async def test_the_revocation_waits_for_a_filing_that_came_first_and_the_father_sees_it(site, daughter):
    assert await both_at_once(site, daughter) is False
    assert await story(site) == ["used", "revoked"]
    (order,) = await rows(site, "SELECT number FROM orders")
    father = await site.person("father")
    assert (await father.get(f"/orders/{order['number']}")).status_code == 200
    assert (await daughter.get(f"/orders/{order['number']}")).status_code == 404


async def test_a_filing_that_comes_second_is_refused_and_leaves_nothing(site, daughter):
    held, go, father = asyncio.Event(), asyncio.Event(), await site.person("father")

    async def take_back_and_hold() -> None:
        async with transaction(site, father) as tx:
            await tx.db.execute("UPDATE mandates SET ended_at = $1, end_reason = 'revoked'", tx.now)
            held.set()
            await go.wait()

    revoked = asyncio.create_task(take_back_and_hold())
    await held.wait()
    never = asyncio.Event()
    never.set()
    filed = asyncio.create_task(file_and_hold(site, daughter, asyncio.Event(), never))
    done, _ = await asyncio.wait([filed], timeout=0.6)
    assert not done, "it waits to hear whether the mandate is over"
    go.set()
    await revoked
    with pytest.raises((Conflict, NotAllowed, NotFound)):
        await filed
    assert await rows(site, "SELECT 1 FROM cases") == []
    assert await story(site) == []
