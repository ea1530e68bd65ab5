"""A request sent again does nothing again. The race test first shows that the race is there when nothing prevents it."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from backend.core.db import Tx, connect
from backend.core.errors import Invalid, Refusal
from backend.core.idempotency import fingerprint, once
from tests.core.somebody import Somebody, arrive

BODY = fingerprint({"cart": "1"})
KEY = "0123456789abcdef"


@pytest_asyncio.fixture
async def somebody(settings) -> AsyncIterator[Somebody]:
    owner = await connect(settings.login("owner"))
    await owner.execute("CREATE TABLE deeds (n serial); GRANT ALL ON deeds, deeds_n_seq TO suishouban_web")
    yield await arrive(settings, "甲某")
    await owner.close()


async def done(person: Somebody) -> int:
    async with person.tx() as tx:
        return await tx.db.fetchval("SELECT count(*) FROM deeds")


def deed(tx: Tx, *, slow: float = 0) -> Callable:
    async def make() -> dict[str, int]:
        await asyncio.sleep(slow)
        return {"deed": await tx.db.fetchval("INSERT INTO deeds DEFAULT VALUES RETURNING n")}

    return make


async def unguarded(tx: Tx, make: Callable) -> object:
    """The obvious way: look whether it was done, do it, note it down."""
    kept = await tx.db.fetchval("SELECT outcome FROM idempotency_keys WHERE key = $1", KEY)
    if kept is not None:
        return kept
    outcome = await make()
    await tx.db.execute(
        """INSERT INTO idempotency_keys (actor_id, route, key, fingerprint, outcome) VALUES ($1, 'x', $2, $3, $4)
           ON CONFLICT DO NOTHING""",
        *(tx.viewer.id, KEY, BODY, outcome),
    )
    return outcome


async def together(person: Somebody, times: int, act: Callable) -> list[object]:
    slots = asyncio.Semaphore(20)

    async def one() -> object:
        async with slots, person.tx() as tx:
            return await act(tx)

    return await asyncio.gather(*(one() for _ in range(times)))


async def test_without_the_guard_two_at_once_do_it_twice(somebody):
    await together(somebody, 20, lambda tx: unguarded(tx, deed(tx, slow=0.05)))
    assert await done(somebody) > 1


async def test_two_hundred_at_once_do_it_once_and_hear_the_same(somebody):
    outcomes = await together(somebody, 200, lambda tx: once(tx, "x", KEY, BODY, deed(tx, slow=0.05)))
    assert await done(somebody) == 1
    assert len({str(outcome) for outcome, _ in outcomes}) == 1
    assert sum(not replayed for _, replayed in outcomes) == 1


async def test_a_replay_writes(somebody):
    for _ in range(2):
        async with somebody.tx() as tx:
            before = await tx.db.fetchval("SELECT pg_current_xact_id_if_assigned()")
            outcome, replayed = await once(tx, "x", KEY, BODY, deed(tx))
            assert before is None
            assert await tx.db.fetchval("SELECT pg_current_xact_id_if_assigned()") is not None
    assert (outcome, replayed) == ({"deed": 1}, True)


async def test_another_body_under_the_same_key_is_refused(somebody):
    async with somebody.tx() as tx:
        await once(tx, "x", KEY, BODY, deed(tx))
    with pytest.raises(Invalid):
        async with somebody.tx() as tx:
            await once(tx, "x", KEY, fingerprint({"cart": "2"}), deed(tx))
    assert await done(somebody) == 1


async def test_a_refusal_is_not_kept(somebody):
    async def refuse() -> None:
        raise Refusal("no")

    with pytest.raises(Refusal):
        async with somebody.tx() as tx:
            await once(tx, "x", KEY, BODY, refuse)
    async with somebody.tx() as tx:
        assert await once(tx, "x", KEY, BODY, deed(tx)) == ({"deed": 1}, False)


async def test_when_the_first_fails_the_one_that_waited_goes_on(somebody):
    begun = asyncio.Event()

    async def fail() -> None:
        begun.set()
        await asyncio.sleep(0.2)
        raise Refusal("no")

    async def first() -> None:
        async with somebody.tx() as tx:
            await once(tx, "x", KEY, BODY, fail)

    failing = asyncio.create_task(first())
    await begun.wait()
    async with somebody.tx() as tx:
        assert await once(tx, "x", KEY, BODY, deed(tx)) == ({"deed": 1}, False)
    with pytest.raises(Refusal):
        await failing


async def test_the_same_key_of_another_person_or_route_is_another_key(somebody, settings):
    other = await arrive(settings, "乙某")
    async with somebody.tx() as tx:
        await once(tx, "x", KEY, BODY, deed(tx))
        await once(tx, "y", KEY, BODY, deed(tx))
    async with other.tx() as tx:
        assert not (await once(tx, "x", KEY, BODY, deed(tx)))[1]
    assert await done(somebody) == 3


@pytest.mark.parametrize("key", ["", "short", "x" * 256, "has a blank", "键键键键键键键键", "12345678\n"])
async def test_a_key_that_is_none_is_refused_with_a_sentence(somebody, key):
    with pytest.raises(Refusal) as refused:
        async with somebody.tx() as tx:
            await once(tx, "x", key, BODY, deed(tx))
    assert refused.value.status == 400
    assert refused.value.problems[0].field == "Idempotency-Key"


def test_the_order_of_fields_does_not_make_another_body():
    assert fingerprint({"a": 1, "b": [1, 2]}) == fingerprint({"b": [1, 2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})
