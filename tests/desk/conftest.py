"""The starter city with one case of the father's on the desk of 民政局."""

from uuid import uuid4

import msgspec
import pytest_asyncio

from backend.accounts.actions import open_session
from backend.cases.filing import file_cases
from backend.cases.model import Fact, Limits, NewCase
from backend.cases.queries import case_by_id
from backend.core.codes import order_number
from backend.core.crypto import Vault
from backend.core.db import Tx, open_pool
from backend.core.viewer import open_viewer
from backend.settings import Settings
from tests.demo import load_demo
from tests.web import Site, StoppedClock, running

NURSING = "460100-MZ-003"
CARD = "6217000000000000017"


@pytest_asyncio.fixture
async def site(settings: Settings):
    await load_demo(settings)
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


@pytest_asyncio.fixture
async def case(settings: Settings, site: Site):
    """Filed by the father himself at the stopped clock's time."""
    pool, vault, now = await open_pool(settings.login("web"), 1), Vault(settings.master_key or ""), StoppedClock()()
    async with pool.acquire() as db, db.transaction():
        father = await db.fetchval("SELECT id FROM demo_cast() WHERE handle = 'father'")
        token = await open_session(Tx(db, vault, now), father)
        tx = Tx(db, vault, now, await open_viewer(db, vault, token, now))
        found = await _filed(tx)
    await pool.close()
    return found


async def _filed(tx: Tx):
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
    (filed,) = await file_cases(tx, order, [new])
    return await case_by_id(tx.db, filed)
