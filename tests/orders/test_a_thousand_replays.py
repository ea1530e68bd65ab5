"""The same filing sent a thousand times at once: one order, and everybody gets the same receipt."""

import asyncio

from backend.orders.actions import file_order
from backend.orders.model import Filing
from tests.orders.shopping import count, reviewed, transaction

TIMES, AT_ONCE = 1000, 8
KEY = "one-key-for-all-of-them"


async def test_a_thousand_replays_in_parallel_are_one_order_and_one_receipt(site, daughter):
    body, door = Filing(**await reviewed(site, daughter)), asyncio.Semaphore(AT_ONCE)

    async def send():
        async with door, transaction(site, daughter) as tx:
            return await file_order(tx, KEY, body)

    answers = await asyncio.gather(*(send() for _time in range(TIMES)))
    assert sum(not replayed for _receipt, replayed in answers) == 1
    assert len({repr(receipt) for receipt, _replayed in answers}) == 1
    assert (await count(site, "orders"), await count(site, "cases")) == (1, 3)
