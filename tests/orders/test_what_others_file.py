"""Figures for the shelves: counted over people, by a job; fewer than ten are nobody."""

from uuid import uuid4

import pytest_asyncio

from backend.catalogue.queries_shelves import Wished, often_with, on_shelf
from backend.core.db import Tx, connect
from backend.orders.figures import count_filings
from tests.orders.shopping import fill_in, form, put_in, reviewed

PAIR = ("居住证", "失业补助")


COPIES = (
    """INSERT INTO accounts SELECT r.* FROM accounts x, jsonb_populate_record(x, jsonb_build_object('id', $1::uuid, 'handle', $1::uuid)) r WHERE x.id = $2""",
    """INSERT INTO carts SELECT r.* FROM carts x, jsonb_populate_record(x, jsonb_build_object('id', $1::uuid, 'principal_id', $1, 'actor_id', $1)) r
        WHERE x.principal_id = $2""",
    """INSERT INTO orders SELECT r.* FROM orders x, jsonb_populate_record(x, jsonb_build_object('id', $1::uuid, 'number', $1::text,
              'principal_id', $1, 'actor_id', $1, 'cart_id', $1)) r WHERE x.principal_id = $2""",
    """INSERT INTO cases SELECT r.* FROM cases x, jsonb_populate_record(x, jsonb_build_object('id', gen_random_uuid(),
              'number', gen_random_uuid()::text, 'order_id', $1::uuid, 'principal_id', $1, 'actor_id', $1)) r WHERE x.principal_id = $2""",
)
"""One more person who filed the same."""


async def copy(owner, first):
    other = uuid4()
    for sql in COPIES:
        await owner.execute(sql, other, first)


@pytest_asyncio.fixture
async def owner(settings):
    connection = await connect(settings.login("owner"))
    yield connection
    await connection.close()


async def test_nine_people_are_nobody_and_ten_are_a_figure(site, owner):
    person = await site.person("buyer")
    await put_in(site, person, PAIR)
    await fill_in(site, person)
    assert (await person.post("/orders", data=form(await reviewed(site, person)))).status_code == 303
    begun = owner.transaction()
    await begun.start()
    tx, first = Tx(owner, site.app.state.vault, site.clock.now), await owner.fetchval("SELECT principal_id FROM orders")
    code = await owner.fetchval("SELECT code FROM items WHERE name = $1", PAIR[0])
    for _n in range(8):
        await copy(owner, first)
    await count_filings(tx)
    assert await often_with(owner, code) == []
    await copy(owner, first)
    await count_filings(tx)
    assert [one.name for one in await often_with(owner, code)] == [PAIR[1]]
    shelf = await on_shelf(owner, Wished(here=True), 2)
    assert {one.name for one in shelf} == set(PAIR), "what is filed most stands in front"
    await begun.rollback()
