"""Everybody can see how soon notices leave; who sends too many does not keep another waiting; what fails takes another way."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest_asyncio

from backend.core.jobs import Work
from backend.notifications.delivery import claim
from backend.notifications.journal import Journal
from backend.notifications.model import Channel
from backend.notifications.outgoing import Sender
from backend.notifications.speed import Count
from backend.notifications.ways import WAYS
from tests.fakes.push_service import free_port
from tests.fakes.sms_gateway import KEY, sms_gateway
from tests.notifications.knocks import as_owner, give_address, give_phone, give_push, notices, sent_out, told
from tests.web import StoppedClock, running

QUEUE = """WITH new AS (INSERT INTO events (principal_id, department_id, kind, actor_kind, at, public, data)
               SELECT $1, $2, 'refused', 'officer', now(), true, '{}' FROM generate_series(1, $3) RETURNING id)
           INSERT INTO notices (id, event_id, person_id, channel, state, words, lane, created_at, next_at)
           SELECT gen_random_uuid(), id, $1, 'push', 'queued', '{"kind": "refused"}', $2, now(), now() - $4::interval FROM new"""


@pytest_asyncio.fixture
async def work(town):
    work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
    yield work
    await work.close()


async def test_the_page_says_how_many_left_soon_and_names_nobody(town):
    await as_owner(
        town,
        "INSERT INTO sending_days VALUES ($1, 'push', 2000, 1999, 2000), ($2, 'push', 8000, 7900, 7990), ($3, 'email', 5, 1, 1)",
        town.now.date(), town.now.date() - timedelta(days=6), town.now.date() - timedelta(days=7),
    )  # fmt: skip
    async with running(town.settings, StoppedClock(town.now)) as site:
        answer = await site.stranger().get("/status")
    assert answer.status_code == 200
    assert "max-age=60" in answer.headers["cache-control"]
    for said in ("2000 条", "99.9%", "100%", "10000 条", "98.9%"):
        assert said in answer.text
    assert "<h2>邮件</h2>" not in answer.text  # more than seven days ago


async def test_a_share_is_never_rounded_up():
    assert Count(10_000, 9_999, 10_000).in_2s == "99.9%"
    assert (Count(3, 3, 3).in_2s, Count(0, 0, 0).in_2s) == ("100%", "–")


async def test_what_left_is_counted_from_when_it_was_due(town, work):
    async with sms_gateway() as gateway:
        work.settings = msgspec.structs.replace(town.settings, sms_url=gateway.url, sms_key=KEY)
        await give_phone(town, "father", "13900001111")
        await town.filed("daughter")
        await told(town)
        await as_owner(town, "UPDATE notices SET due_after = now() - $1::timestamptz + interval '1 s'", town.now)
        await sent_out(work, Channel.SMS)
    (row,) = await as_owner(town, "SELECT channel, sent, within_2s, within_10s FROM sending_days")
    assert tuple(row.values()) == ("sms", 1, 1, 1)


async def test_one_office_with_thousands_does_not_keep_another_waiting(town, work):
    father = town.ids["father"]
    await as_owner(town, QUEUE, father, "民政局", 5000, timedelta(hours=1))
    await as_owner(town, QUEUE, father, "住房局", 3, timedelta(0))
    first = await claim(work.pool, Channel.PUSH, 32, [], town.now.date())
    assert sum(one.lane == "住房局" for one in first) == 3
    full = await claim(work.pool, Channel.PUSH, 32, ["民政局"], town.now.date())
    assert full == []
    assert len(await claim(work.pool, Channel.PUSH, 32, [], town.now.date())) == 32


async def test_an_office_whose_push_service_hangs_never_has_all_the_slots(town, work):
    """Rounds go on while nothing comes back: what it holds stays under three quarters of the sender's."""
    hang = asyncio.Event()

    async def hanging(_work, _task):
        await hang.wait()

    way = msgspec.structs.replace(WAYS[Channel.PUSH], send=hanging)
    sender = Sender(work, Channel.PUSH, way, Journal(town.settings.data / "outgoing", Channel.PUSH))
    await as_owner(town, QUEUE, town.ids["father"], "民政局", 200, timedelta(hours=1))
    for _ in range(5):
        await sender.round()
    assert way.slots // 2 <= sender._busy["民政局"] <= way.slots * 3 // 4
    await as_owner(town, QUEUE, town.ids["father"], "住房局", 3, timedelta(0))
    await sender.round()
    assert sender._busy["住房局"] == 3
    hang.set()
    await sender.finished()


async def test_two_workers_never_claim_the_same(town, work):
    await as_owner(town, QUEUE, town.ids["father"], "民政局", 300, timedelta(0))
    taken = await asyncio.gather(*(claim(work.pool, Channel.PUSH, 40, [], town.now.date()) for _ in range(6)))
    ids = [one.id for claims in taken for one in claims]
    assert len(ids) == len(set(ids)) >= 200


async def test_what_must_reach_her_takes_another_way_when_push_failed_for_good(town, work):
    await give_push(town, "father", f"http://127.0.0.1:{free_port()}/gone")
    await give_phone(town, "father", "13900001111")
    await give_address(town, "father", "演示路 1 号")
    case = await town.filed("father")
    await town.moved(case, "officer", "not_accepted", reason="不是本人申请")
    await told(town)
    assert await kinds(town) == {"push": "queued"}
    await sent_out(work, Channel.PUSH)  # not a listed push service: it will not get better
    assert await kinds(town) == {"push": "failed", "sms": "queued"}
    await as_owner(town, "DELETE FROM contacts WHERE kind = 'phone'")
    await sent_out(work, Channel.SMS)
    assert await kinds(town) == {"push": "failed", "sms": "failed", "letter": "queued"}
    await sent_out(work, Channel.LETTER)
    assert (await kinds(town))["letter"] == "sent"


async def kinds(town):
    return {
        channel: state
        for kind, channel, state in await notices(town, "father")
        if kind == "not_accepted" and channel != "inbox"
    }
