"""Nothing is known when the cart is filed: it is filed all the same, a job asks, the machine judges again, the receipt follows."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import msgspec
import pytest
import pytest_asyncio

from backend.approval.again import Again, Waiting, ask_for_officer, follow
from backend.core.crypto import Vault
from backend.core.db import connect, open_pool
from backend.core.jobs import Work
from backend.registers.asking import put
from backend.registers.breaker import know
from tests.fakes.register_server import RegisterServer, register_server
from tests.orders.shopping import fill_in, form, put_in, reviewed, transaction
from tests.orders.test_a_person_decides_what_is_not_clear import FATHER, ITEM, POPULATION
from tests.web import Site

SOMEBODY = "460199199206142076"
SAYS = {
    "population": {FATHER: POPULATION},
    "civil_affairs": {FATHER: {"person.name": "林长福", "person.elder_allowance": False}},
}


@pytest_asyncio.fixture
async def register(site: Site) -> AsyncIterator[RegisterServer]:
    async with register_server(SAYS) as server:
        server.clock = site.clock
        yield server


@pytest_asyncio.fixture
async def work(site: Site, register: RegisterServer) -> AsyncIterator[Work]:
    """The worker; nothing is kept here any more, everything is asked."""
    doors = msgspec.json.encode(register.endpoints("population", "civil_affairs", patience=0.3)).decode()
    settings = msgspec.structs.replace(site.app.state.settings, registers=doors)
    pool = await open_pool(settings.login("worker"), 3)
    work = Work(pool, Vault(settings.master_key or ""), settings, site.clock)
    async with work.transaction() as tx:
        await know(tx, register.records)
        await tx.db.execute("DELETE FROM register_records")
    yield work
    await work.close()
    await pool.close()


@pytest_asyncio.fixture
async def daughter(site: Site, daughter: httpx.AsyncClient) -> httpx.AsyncClient:
    async with transaction(site, daughter) as tx:
        for table in ("cart_lines", "answers", "cart_materials"):
            await tx.db.execute(f"DELETE FROM {table}")
    return daughter


async def jobs(work: Work, name: str) -> list[dict]:
    """The payloads that wait under this name, taken out of the queue."""
    owner = await connect(work.settings.login("owner"))
    rows = await owner.fetch("DELETE FROM pgqueuer WHERE entrypoint = $1 RETURNING payload", name)
    await owner.close()
    return [msgspec.json.decode(row["payload"]) for row in rows]


async def ask(work: Work) -> None:
    for payload in await jobs(work, "ask_register"):
        await put(work, uuid.UUID(payload["request"]))


async def asked_for(work: Work) -> list[uuid.UUID]:
    async with work.transaction() as tx:
        return [row["id"] for row in await tx.db.fetch("SELECT id FROM register_requests WHERE state = 'waiting'")]


async def judged_again(work: Work) -> list[float]:
    waits = []
    for payload in await jobs(work, "judge_again"):
        async with work.transaction() as tx:
            waits.append(await follow(tx, msgspec.convert(payload, Waiting)))
    return waits


async def file(site: Site, person: httpx.AsyncClient) -> str:
    await fill_in(site, person)
    answer = await person.post("/orders", data=form(await reviewed(site, person), "a-key-of-this-test"))
    assert answer.status_code == 303, answer.text[:500]
    return answer.headers["location"]


async def standing(site: Site, person: httpx.AsyncClient) -> tuple[str, bool | None]:
    async with transaction(site, person) as tx:
        row = await tx.db.fetchrow("SELECT state, rules FROM cases")
    return row["state"], row["rules"]["verdict"]


async def test_while_the_cart_is_open_its_registers_are_asked_once_and_it_is_granted_in_the_filing(
    site: Site, daughter: httpx.AsyncClient, register: RegisterServer, work: Work
):
    await put_in(site, daughter, [ITEM])
    waiting = await daughter.get("/cart/sheet?topic=户籍")
    assert "正在向" in waiting.text
    assert "人口库" in waiting.text
    assert (await daughter.post("/cart/registers", headers={"HX-Request": "true"})).status_code == 200
    await ask(work)
    assert sorted(register.asked) == [("civil_affairs", FATHER), ("population", FATHER)]
    answered = await daughter.get("/cart/registers", headers={"HX-Request": "true"})
    assert "已经回答" in answered.text
    assert "<html" not in answered.text
    await file(site, daughter)
    assert await standing(site, daughter) == ("granted", True)
    assert await jobs(work, "judge_again") == []


async def test_filed_before_they_answer_it_is_judged_again_and_granted_through_the_same_gate(
    site: Site, daughter: httpx.AsyncClient, register: RegisterServer, work: Work
):
    await put_in(site, daughter, [ITEM])
    receipt = await file(site, daughter)
    assert await standing(site, daughter) == ("submitted", None)
    await ask(work)
    assert await judged_again(work) == [0.0]
    assert await standing(site, daughter) == ("granted", True)
    page = (await daughter.get(receipt)).text
    assert "批下来了" in page
    assert "every 3s" not in page
    async with transaction(site, daughter) as tx:
        moves = await tx.db.fetch(
            "SELECT kind, actor_kind FROM events WHERE case_id IS NOT NULL AND public ORDER BY id"
        )
    assert [tuple(row) for row in moves] == [("filed", "agent"), ("accepted", "machine"), ("granted", "machine")]


async def test_a_stale_answer_is_asked_again_after_filing(
    site: Site, daughter: httpx.AsyncClient, register: RegisterServer, work: Work
):
    await put_in(site, daughter, [ITEM])
    await ask(work)
    await fill_in(site, daughter)
    async with work.transaction() as tx:  # the population register's word is older than it may be
        await tx.db.execute(
            """UPDATE register_records SET at = $1::timestamptz - interval '1 day 1 minute', expires_at = $1,
                      fetched_at = $1::timestamptz - interval '1 day' WHERE register = 'population'""",
            site.clock.now,
        )
    receipt = await file(site, daughter)
    assert await standing(site, daughter) == ("submitted", None)
    assert "还在等部门的登记库回答" in (await daughter.get(receipt)).text
    await ask(work)
    assert await judged_again(work) == [0.0]
    assert await standing(site, daughter) == ("granted", True)


async def test_what_a_register_has_learned_since_is_asked_for_when_its_word_is_about_to_end(
    site: Site, daughter: httpx.AsyncClient, register: RegisterServer, work: Work
):
    before = {key: value for key, value in POPULATION.items() if key != "person.alive"}
    register.records = {"population": {FATHER: before}, "civil_affairs": SAYS["civil_affairs"]}
    await put_in(site, daughter, [ITEM])
    await ask(work)
    await fill_in(site, daughter)
    async with work.transaction() as tx:
        await tx.db.execute(
            """UPDATE register_records SET at = $1::timestamptz - interval '23:55', fetched_at = $1::timestamptz - interval '23:55',
                      expires_at = $1::timestamptz + interval '5 minutes'""",
            site.clock.now,
        )
    register.records = SAYS
    receipt = await file(site, daughter)
    assert await standing(site, daughter) == ("submitted", None)
    page = (await daughter.get(receipt)).text
    assert "还在等部门的登记库回答" in page
    assert "every 3s" in page
    await ask(work)
    assert await judged_again(work) == [0.0]
    assert await standing(site, daughter) == ("granted", True)


async def test_an_outage_never_grants_and_never_says_no(
    site: Site, daughter: httpx.AsyncClient, register: RegisterServer, work: Work
):
    register.mood = "down"
    await put_in(site, daughter, [ITEM])
    await ask(work)
    await file(site, daughter)
    (payload,) = await jobs(work, "judge_again")
    async with work.transaction() as tx:
        assert await follow(tx, msgspec.convert(payload, Waiting)) > 0
    site.clock.now += timedelta(hours=3)
    async with work.transaction() as tx:
        await tx.db.execute(
            "UPDATE register_requests SET state = 'outage', done_at = $1, sealed = NULL", site.clock.now
        )
        assert await follow(tx, msgspec.convert(payload, Waiting)) == 0.0
    assert await standing(site, daughter) == ("submitted", None)


async def test_a_car_is_asked_about_by_the_plate_that_was_filled_in(
    site: Site, daughter: httpx.AsyncClient, register: RegisterServer, work: Work
):
    async with work.transaction() as tx:
        await know(tx, ["vehicles"])
    await put_in(site, daughter, ["机动车检验预约"])
    await fill_in(site, daughter, vehicle__plate="琼A00000")
    await daughter.post("/cart/registers", headers={"HX-Request": "true"})
    async with work.transaction() as tx:
        rows = await tx.db.fetch("SELECT register, subject FROM register_requests")
        plate = tx.vault.blind("琼A00000", "identity")
    assert [tuple(row) for row in rows] == [("vehicles", plate)]


async def test_what_they_say_against_the_form_is_a_persons(
    site: Site, daughter: httpx.AsyncClient, register: RegisterServer, work: Work
):
    register.records = {
        "population": {FATHER: POPULATION | {"person.alive": False}},
        "civil_affairs": SAYS["civil_affairs"],
    }
    await put_in(site, daughter, [ITEM])
    await file(site, daughter)
    await ask(work)
    assert await judged_again(work) == [0.0]
    assert await standing(site, daughter) == ("submitted", False)


@pytest.mark.parametrize(("owner", "outcome"), [(FATHER, ("granted", True)), (SOMEBODY, ("submitted", None))])
async def test_a_car_that_nobody_knew_when_it_was_filed_is_asked_about_afterwards(
    site: Site, daughter: httpx.AsyncClient, register: RegisterServer, work: Work, owner: str, outcome: tuple[str, bool]
):
    """By the number in the case; and what is told of it counts only where it names somebody of the filing."""
    known = {"vehicle.region": "460105", "vehicle.violations_cleared": True, "vehicle.accident_injury": False}
    known |= {"vehicle.scrapped": False, "vehicle.insured_until": "2027-12-01", "vehicle.owner_number": owner}
    register.records = SAYS | {"vehicles": {"琼A00000": known}}
    doors = msgspec.json.encode(register.endpoints("population", "vehicles", patience=0.3)).decode()
    work.settings = msgspec.structs.replace(work.settings, registers=doors)
    async with work.transaction() as tx:
        await know(tx, ["population", "vehicles"])
    await put_in(site, daughter, ["机动车检验预约"])
    await fill_in(
        site, daughter, vehicle__plate="琼A00000", vehicle__region="460105", vehicle__violations_cleared="yes"
    )
    answer = await daughter.post("/orders", data=form(await reviewed(site, daughter), "a-key-of-this-test"))
    assert answer.status_code == 303, answer.text[:500]
    assert await standing(site, daughter) == ("submitted", None)
    await ask(work)
    assert sorted(register.asked) == [("population", FATHER), ("vehicles", "琼A00000")]
    assert await judged_again(work) == [0.0]
    assert await standing(site, daughter) == outcome


async def test_an_officer_reads_why_a_register_said_nothing_and_asks_it_again(
    site: Site, daughter: httpx.AsyncClient, register: RegisterServer, work: Work
):
    register.mood = "error"
    await put_in(site, daughter, [ITEM])
    await file(site, daughter)
    for _try in range(4):
        for payload in await asked_for(work):
            await put(work, payload)
    officer = await site.person("officer-civil")
    async with transaction(site, daughter) as tx:
        number = await tx.db.fetchval("SELECT number FROM cases")
    at = f"/desk/cases/{number}"
    page = (await officer.get(at)).text
    assert "人口库：它自己出错了。" in page
    assert "再问一次没有回答的登记库" not in page, "it was asked a moment ago"
    refused = await officer.post(f"{at}/questions")
    assert (refused.status_code, "刚刚问过" in refused.text) == (422, True)

    site.clock.now += timedelta(minutes=2)
    register.mood = "good"
    async with work.transaction() as tx:
        await tx.db.execute("UPDATE register_breakers SET failures = 0, open_until = NULL, probe_until = NULL")
    assert "再问一次没有回答的登记库" in (await officer.get(at)).text
    assert (await officer.post(f"{at}/questions")).status_code == 303
    (payload,) = await jobs(work, "ask_again")
    async with work.transaction() as tx:
        assert await ask_for_officer(tx, msgspec.convert(payload, Again)) > 0
    await ask(work)
    async with work.transaction() as tx:
        assert await ask_for_officer(tx, msgspec.convert(payload, Again)) == 0.0
    # What it finds now is written down for her; she decides.
    assert await standing(site, daughter) == ("submitted", True)
    page = (await officer.get(at)).text
    assert "都相符，没有由机器定" in page
    assert "出错了" not in page
    assert "又问了一次登记库" in page
    assert "又问了一次登记库" not in (await daughter.get(f"/cases/{number}")).text
    stranger = await site.person("officer-market")
    assert (await stranger.post(f"{at}/questions")).status_code == 404
