"""The starter city with one case of the father's on the desk of 民政局."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest_asyncio

from backend.accounts.actions import open_session
from backend.cases.filing import file_cases
from backend.cases.model import Fact, Limits, NewCase
from backend.cases.queries import case_by_id
from backend.core.codes import order_number
from backend.core.db import Tx, open_pool
from backend.core.viewer import open_viewer
from tests.mandates.conftest import site, town_settings
from tests.web import Site

__all__ = ["site", "town_settings"]

NURSING = "460100-MZ-003"
CARD = "6217000000000000017"


@pytest_asyncio.fixture
async def case(site: Site):
    """Filed by the father himself at the stopped clock's time."""
    async with as_father(site) as tx:
        return await _filed(tx)


@asynccontextmanager
async def as_father(site: Site) -> AsyncIterator[Tx]:
    pool, vault, now = (
        await open_pool(site.app.state.settings.login("web"), 1),
        site.app.state.vault,
        site.clock.now,
    )
    async with pool.acquire() as db, db.transaction():
        father = await db.fetchval("SELECT id FROM demo_cast() WHERE handle = 'father'")
        token = await open_session(Tx(db, vault, now), father)
        yield Tx(db, vault, now, await open_viewer(db, vault, token, now))
    await pool.close()


async def _filed(tx: Tx):
    order, new = await _ordered(tx)
    (filed,) = await file_cases(tx, order, [new])
    return await case_by_id(tx.db, filed)


async def _ordered(tx: Tx):
    """An order of the viewer's, and what one case in it says."""
    order, cart, me = uuid4(), uuid4(), tx.viewer.id
    serial = await tx.db.fetchval("SELECT nextval('case_serial')")
    await tx.db.execute("INSERT INTO carts (id, principal_id, actor_id, state) VALUES ($1, $2, $2, 'filed')", cart, me)
    await tx.db.execute(
        """INSERT INTO orders (id, number, principal_id, actor_id, cart_id, channel, filed_at)
           VALUES ($1, $2, $3, $3, $4, 'online', $5)""",
        order, order_number("460100", tx.today, serial), me, cart, tx.now,
    )  # fmt: skip
    answers = {"person.name": "林长福", "person.household": "460105", "bank_account.bank_card": CARD}
    facts = [Fact(subject=me, element=e, value=v, source="answered", trust="D", at=tx.now) for e, v in answers.items()]
    version = await tx.db.fetchval("SELECT version FROM items WHERE code = $1", NURSING)
    new = NewCase(
        item_code=NURSING, item_version=version, department_id="民政局", region="460100", bound={"applicant": str(me)},
        limits=Limits(promised=15), facts=facts,
    )  # fmt: skip
    return order, new


async def many(site: Site, count: int) -> list[str]:
    """So many more of the father's cases at the same desk, filed together; their numbers."""
    async with as_father(site) as tx:
        order, new = await _ordered(tx)
        filed = await file_cases(tx, order, [new] * count)
        numbers = await tx.db.fetch("SELECT number FROM cases WHERE id = ANY($1) ORDER BY number", filed)
    return [row["number"] for row in numbers]
