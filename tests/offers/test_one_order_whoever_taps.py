"""Two taps, tap and nightly look, the father and his daughter at once: one order or none, whoever was first."""

import asyncio

import pytest

import backend.offers.actions as actions
from backend.offers.actions import take
from backend.offers.queries import offer_for
from tests.offers.night import keep, night, rows
from tests.orders.shopping import act_for_father, transaction

NUMBER = "460199194403051015"


async def taker(site, handle: str):
    person = await site.person(handle)
    if handle == "daughter":
        await act_for_father(site, person)
    (offer,) = (await person.get("/api/v1/offers")).json()
    return person, offer["id"], (await person.get(f"/api/v1/offers/{offer['id']}")).json()["use"]


async def take_and_hold(site, person, offer: str, use: str, held: asyncio.Event, go: asyncio.Event) -> str:
    """Takes it, and commits only when told to."""
    async with transaction(site, person) as tx:
        taken = await take(tx, offer, use)
        held.set()
        await go.wait()
        return taken.order


async def at_once(site, first, second) -> list[str]:
    """The second tap comes while the first is not committed; the order each was told of, or how it was refused."""
    held, go = asyncio.Event(), asyncio.Event()
    one = asyncio.create_task(take_and_hold(site, *first, held, go))
    await asyncio.wait([one, asyncio.create_task(held.wait())], return_when=asyncio.FIRST_COMPLETED)
    other = asyncio.create_task(take_and_hold(site, *second, asyncio.Event(), go))
    await asyncio.wait([other], timeout=0.4)
    go.set()
    return [answer if isinstance(answer, str) else type(answer).__name__ for answer in await asyncio.gather(one, other, return_exceptions=True)]  # fmt: skip


async def orders(site) -> list[str]:
    return [row["number"] for row in await rows(site, "SELECT number FROM orders ORDER BY number")]


@pytest.fixture
def lock_off(monkeypatch):
    """Each reads the offer as it stands, and waits for nobody."""

    async def read(tx, offer_id):
        return await offer_for(tx, offer_id)

    monkeypatch.setattr(actions, "_held", read)


async def test_without_the_lock_agent_and_principal_make_two_orders_or_one_falls(site, lock_off):
    first, second = await taker(site, "father"), await taker(site, "daughter")
    answers = await at_once(site, first, second)
    assert len(set(answers)) == 2  # not both were told of the same order


@pytest.mark.parametrize("second", ["father", "daughter"])
async def test_whoever_taps_at_the_same_time_gets_the_same_order(site, second):
    answers = await at_once(site, await taker(site, "father"), await taker(site, second))
    assert answers == await orders(site) * 2


async def test_twenty_taps_are_one_order(site):
    phone, tablet = await taker(site, "father"), await taker(site, "daughter")
    taps = [who.post(f"/offers/{offer}/acceptance", data={"use": use}) for who, offer, use in [phone, tablet] * 10]
    answers = await asyncio.gather(*taps)
    assert {a.headers.get("location") for a in answers if a.status_code == 303} == {
        f"/orders/{n}" for n in await orders(site)
    }
    assert {a.status_code for a in answers} <= {303, 503}
    assert len(await rows(site, "SELECT 1 FROM cases")) == 1


async def test_a_tap_while_it_expires_files_nothing_or_is_filed_first(site):
    person, offer, use = await taker(site, "father")
    await keep(site, "civil_affairs", NUMBER, **{"person.elder_allowance": True})
    _looked, tapped = await asyncio.gather(
        night(site, tell=False), person.post(f"/offers/{offer}/acceptance", data={"use": use}), return_exceptions=True
    )
    assert tapped.headers["location"] == f"/offers/{offer}"
    assert await orders(site) == []
    assert [row["state"] for row in await rows(site, "SELECT state FROM offers WHERE id = $1", offer)] == ["expired"]


async def test_a_no_and_a_yes_at_once_are_one_of_them(site):
    father, offer, use = await taker(site, "father")
    daughter, _offer, _use = await taker(site, "daughter")
    _yes, no = await asyncio.gather(
        daughter.post(f"/offers/{offer}/acceptance", data={"use": use}), father.post(f"/offers/{offer}/refusal")
    )
    (state,) = [row["state"] for row in await rows(site, "SELECT state FROM offers WHERE id = $1", offer)]
    assert (state, len(await orders(site))) in [("taken", 1), ("refused", 0)]
    assert no.status_code == (409 if state == "taken" else 303)


async def test_a_taken_offer_keeps_its_order_whatever_is_written(site):
    person, offer, use = await taker(site, "father")
    await person.post(f"/offers/{offer}/acceptance", data={"use": use})
    for change in ("state = 'open', answered_at = NULL, order_id = NULL", "state = 'refused', order_id = NULL"):
        with pytest.raises(Exception, match=r"an offer does not go|offers_check"):
            await rows(site, f"UPDATE offers SET {change} WHERE id = $1", offer)
