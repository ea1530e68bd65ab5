"""A case that needs another one's result: it starts by itself, or comes back when there will be no result."""

from uuid import uuid4

import asyncpg
import pytest

from backend.cases.jobs import settle
from backend.cases.model import Case
from backend.cases.queries import case_by_id, events_of
from backend.cases.states import Clock, State
from backend.core.db import connect
from backend.core.jobs import Work
from tests.cases.town import FOOD, SHOP, Town, new_case

NOODLES = str(uuid4())


async def shop_and_licence(town: Town, business: str = NOODLES) -> tuple[Case, Case]:
    """Setting up a shop, and its food licence that needs the business licence."""
    father = town.ids["father"]
    owner = await connect(town.settings.login("owner"))
    for party in {NOODLES, business}:
        await owner.execute(
            "INSERT INTO parties (id, principal_id, kind) VALUES ($1, $2, 'business') ON CONFLICT DO NOTHING",
            party,
            father,
        )
    await owner.close()
    shop, licence = await town.filed_together(
        new_case(father, town.now, SHOP, business=NOODLES),
        new_case(father, town.now, FOOD, waiting=True, business=business),
    )
    return shop, licence


async def settled(town: Town, case: Case) -> Case:
    """The case after the job that each ended case of its order enqueues, twice as jobs may run."""
    work = Work(town.worker, town.vault, town.settings, lambda: town.now)
    for _ in range(2):
        await settle(work, {"order": str(case.order_id)})
    async with town.machine() as tx:
        return await case_by_id(tx.db, case.id)


async def test_it_is_received_on_the_day_the_other_is_granted(town: Town) -> None:
    shop, licence = await shop_and_licence(town)
    shop = await town.moved(shop, "officer", "accepted")
    assert (await settled(town, licence)).state is State.WAITING
    town.later(days=20)
    await town.moved(shop, "officer", "granted")
    licence = await settled(town, licence)
    assert (licence.state, licence.received_at, licence.due_clock) == (State.SUBMITTED, town.now, Clock.NOTICE)
    async with town.machine() as tx:
        released = (await events_of(tx.db, licence.id))[-1]
    assert (released.kind, released.data["case"]) == ("released", shop.number)


@pytest.mark.parametrize(("who", "ending"), [("officer", "not_accepted"), ("father", "withdrawn")])
async def test_it_comes_back_with_a_reason_when_there_will_be_no_result(town: Town, who: str, ending: str) -> None:
    shop, licence = await shop_and_licence(town)
    await town.moved(shop, who, ending, reason="经营场所不符")
    licence = await settled(town, licence)
    assert licence.state is State.RETURNED
    async with town.machine() as tx:
        assert "前一件没有办成" in (await events_of(tx.db, licence.id))[-1].data["reason"]


async def test_another_shops_registration_is_not_waited_for(town: Town) -> None:
    shop, licence = await shop_and_licence(town, business=str(uuid4()))
    father = str(town.ids["father"])
    assert shop.bound["applicant"] == licence.bound["applicant"] == father
    await town.moved(shop, "father", "withdrawn")
    assert (await settled(town, licence)).state is State.SUBMITTED


async def test_every_ending_leaves_the_job_in_its_own_transaction(town: Town) -> None:
    shop, _ = await shop_and_licence(town)
    before = await jobs(town)
    await town.moved(shop, "officer", "accepted")
    assert await jobs(town) == before
    await town.moved(shop, "father", "withdrawn")
    assert await jobs(town) == before + 1


async def jobs(town: Town) -> int:
    db: asyncpg.Pool = town.worker
    return await db.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'settle_waiting'")
