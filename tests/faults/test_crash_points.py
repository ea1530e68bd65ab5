"""A worker killed at each step of each channel: what the next one makes of it, and how often the other side got it.

(state, how often it arrived). The rules are the table of docs/notices.md: never lost; twice only where the phone shows one; what may
have arrived and must not come twice is `unknown`.
"""

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest_asyncio

from backend.core.jobs import Work
from backend.notifications.model import Channel
from backend.notifications.outgoing import look_after_the_dead
from tests.fakes.mail_server import mail_server
from tests.fakes.sms_gateway import KEY, sms_gateway
from tests.faults.dying import HANDED, JOURNALED, LAID, SENT, SETTLED, TAKEN, killed_at
from tests.notifications.conftest import town
from tests.notifications.knocks import as_owner, give_address, give_email, give_phone, give_push, sent_out, told

__all__ = ["town"]


@pytest_asyncio.fixture
async def sinks(town):
    """A push service, a mail server and an operator's gateway that take everything; the worker that comes after the dead one."""
    topics = []

    async def serve(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
        topics.append(head.split("topic: ")[1].split("\r\n")[0])
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    push = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with mail_server() as mail, sms_gateway() as sms:
        town.settings = msgspec.structs.replace(
            town.settings, push_allowed=(push,), smtp_url=mail.url, sms_url=sms.url, sms_key=KEY
        )
        work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
        yield work, push, topics, mail, sms
        await work.close()
    server.close()


async def after_dying(town, work, channel, points, arrived):
    """For each point: file, tell, die there, let the next worker look after it and go on; what became of it."""
    found = {}
    for point in points:
        before = len(await arrived())
        await town.filed("daughter")
        await told(town)
        await as_owner(town, "UPDATE notices SET next_at = now() WHERE state = 'queued'")
        assert await killed_at(point, town, work, channel), f"{channel} never came to {point}"
        await as_owner(town, "UPDATE notices SET lease_until = now() WHERE state = 'sending'")
        await look_after_the_dead(work, town.settings.data / "outgoing", [])
        await sent_out(work, channel)
        (row,) = await as_owner(
            town,
            "SELECT state FROM notices WHERE channel = $1 AND person_id = $2 ORDER BY event_id DESC LIMIT 1",
            channel,
            town.ids["father"],
        )
        found[point] = (row["state"], len(await arrived()) - before)
    return found


async def test_a_push_is_never_lost_and_comes_twice_only_under_one_topic(town, sinks):
    work, push, topics, _mail, _sms = sinks
    await give_push(town, "father", f"{push}/abc")

    async def arrived():
        return topics

    points = (TAKEN, SENT, JOURNALED, SETTLED)
    found = await after_dying(town, work, Channel.PUSH, points, arrived)
    assert found == {TAKEN: ("sent", 1), SENT: ("sent", 2), JOURNALED: ("sent", 1), SETTLED: ("sent", 1)}
    assert len(set(topics)) == len(points)


async def test_a_mail_that_may_have_left_is_never_sent_again(town, sinks):
    work, _push, _topics, mail, _sms = sinks
    await give_email(town, "father", "father@example.org")

    async def arrived():
        return mail.letters

    found = await after_dying(town, work, Channel.EMAIL, (TAKEN, HANDED, SENT, JOURNALED, SETTLED), arrived)
    assert found == {
        TAKEN: ("sent", 1), HANDED: ("unknown", 0), SENT: ("unknown", 1), JOURNALED: ("sent", 1), SETTLED: ("sent", 1),
    }  # fmt: skip


async def test_a_text_message_that_may_have_left_is_never_sent_again(town, sinks):
    work, _push, _topics, _mail, sms = sinks
    await give_phone(town, "father", "13900001111")

    async def arrived():
        return sms.texts

    found = await after_dying(town, work, Channel.SMS, (TAKEN, HANDED, SENT, JOURNALED, SETTLED), arrived)
    assert found == {
        TAKEN: ("sent", 1), HANDED: ("unknown", 0), SENT: ("unknown", 1), JOURNALED: ("sent", 1), SETTLED: ("sent", 1),
    }  # fmt: skip


async def test_a_letter_lies_in_the_queue_exactly_once(town, sinks):
    work = sinks[0]
    await give_address(town, "father", "海口市龙华区某街 1 号")

    async def arrived():
        return await as_owner(town, "SELECT 1 FROM letters")

    found = await after_dying(town, work, Channel.LETTER, (TAKEN, LAID, SENT), arrived)
    assert found == {TAKEN: ("sent", 1), LAID: ("sent", 1), SENT: ("sent", 1)}
