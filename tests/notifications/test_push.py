"""A push from the event to a push service that is not ours, which decrypts it and checks the signature."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest
import pytest_asyncio

from backend.core.jobs import Work
from backend.notifications import push
from backend.notifications.model import Channel, Device, Sending
from backend.notifications.push import Pushed
from backend.notifications.vapid import public_key
from tests.fakes.push_service import push_service
from tests.notifications.knocks import MARKERS, as_owner, base64, browser_keys, give_push, notices, sent_out, told


@pytest_asyncio.fixture(scope="module")
async def service():
    async with push_service() as service:
        yield service


@pytest_asyncio.fixture
async def listed(town, service):
    """The town with that push service on its list, and its worker."""
    town.settings = msgspec.structs.replace(town.settings, push_allowed=(service.origin,))
    work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
    yield town, work
    await work.close()


async def a_browser(town, service, who="father"):
    """The person's browser at that service; its clientHash there."""
    made = await service.subscribe(public_key(town.settings.vapid_key))
    await give_push(town, who, made["endpoint"], (made["keys"]["p256dh"], made["keys"]["auth"]))
    return made["clientHash"]


async def a_push(town):
    """Something happens, and one push is waiting: its id."""
    case = await town.filed("daughter")
    await told(town)
    await as_owner(town, "UPDATE notices SET created_at = now()")
    (row,) = await as_owner(town, "SELECT id FROM notices WHERE channel = 'push' AND case_id = $1", case.id)
    return row["id"], case


async def state_of(town, notice):
    (row,) = await as_owner(town, "SELECT * FROM notices WHERE id = $1", notice)
    return row


async def test_the_push_arrives_and_says_nothing_personal(listed, service, caplog):
    town, work = listed
    browser = await a_browser(town, service)
    notice, case = await a_push(town)
    await sent_out(work, Channel.PUSH)
    (message,) = await service.received(browser)
    sent = json.loads(message)
    assert sent["web_push"] == 8030
    assert sent["notification"]["title"] == "您的办件有新进展"
    assert sent["notification"]["navigate"] == f"{town.settings.public_url}/cases/{case.number}"
    assert sent["app_badge"] == 1
    jobs = str(await as_owner(town, "SELECT payload FROM pgqueuer"))
    for marker in (*MARKERS, "护理补贴"):
        assert marker not in message + caplog.text + jobs
    row = await state_of(town, notice)
    assert (row["state"], row["attempts"], row["sent_at"] is not None) == ("sent", 1, True)


async def test_chinese_goes_out_as_it_is(listed, service):
    town, work = listed
    browser = await a_browser(town, service)
    _notice, _ = await a_push(town)
    await sent_out(work, Channel.PUSH)
    (message,) = await service.received(browser)
    assert "\\u" not in message


async def test_an_agents_push_leads_to_her_inbox(listed, service):
    town, work = listed
    browser = await a_browser(town, service, "daughter")
    case = await town.filed("daughter")
    await town.moved(case, "officer", "accepted")
    await told(town)
    (_row,) = await as_owner(town, "SELECT id FROM notices WHERE channel = 'push'")
    await sent_out(work, Channel.PUSH)
    (message,) = await service.received(browser)
    assert json.loads(message)["notification"]["navigate"] == f"{town.settings.public_url}/inbox"


async def test_a_delivered_push_is_not_sent_again_by_a_second_job(listed, service):
    town, work = listed
    browser = await a_browser(town, service)
    _notice, _ = await a_push(town)
    await sent_out(work, Channel.PUSH)
    await sent_out(work, Channel.PUSH)
    assert len(await service.received(browser)) == 1


async def test_two_jobs_at_once_send_one_push(listed, service):
    town, work = listed
    browser = await a_browser(town, service)
    _notice, _ = await a_push(town)
    await asyncio.gather(*(sent_out(work, Channel.PUSH) for _ in range(2)))
    assert len(await service.received(browser)) == 1


async def test_an_expired_subscription_is_forgotten(listed, service):
    town, work = listed
    browser = await a_browser(town, service)
    await service.expire(browser)
    notice, _ = await a_push(town)
    await sent_out(work, Channel.PUSH)
    assert await as_owner(town, "SELECT 1 FROM push_subscriptions") == []
    row = await state_of(town, notice)
    assert (row["state"], row["problem"]) == ("failed", "push service said 410")


async def test_one_expired_browser_does_not_keep_the_other_from_it(listed, service):
    town, work = listed
    old, new = await a_browser(town, service), await a_browser(town, service)
    await service.expire(old)
    notice, _ = await a_push(town)
    await sent_out(work, Channel.PUSH)
    assert len(await service.received(new)) == 1
    assert (await state_of(town, notice))["state"] == "sent"
    assert len(await as_owner(town, "SELECT 1 FROM push_subscriptions")) == 1


async def test_a_wrong_key_and_a_changed_message_are_refused(listed, service, monkeypatch):
    """The service's no shows that it looks at all: the pushes above were really decrypted and really signed."""
    town, work = listed
    made = await service.subscribe(public_key(town.settings.vapid_key))
    right = Device(work, made["endpoint"], made["keys"]["p256dh"], made["keys"]["auth"])
    foreign = Device(work, made["endpoint"], *browser_keys())
    message = Pushed(b"{}", "topic", "normal")
    pusher = await work.shared(push.opened)
    assert (await pusher.send(message, right)).state is Sending.SENT
    assert (await pusher.send(message, foreign)).problem == "push service said 400"
    sealed = pusher.sealed
    monkeypatch.setattr(pusher, "sealed", lambda *a: (b"\0" + sealed(*a)[0][1:], sealed(*a)[1]))
    assert (await pusher.send(message, right)).problem == "push service said 400"


async def test_a_signature_by_another_key_is_refused(listed, service):
    from backend.core.keys import create_missing

    town, work = listed
    made = await service.subscribe(public_key(town.settings.vapid_key))
    other = town.settings.data / "other"
    create_missing(other)
    settings = msgspec.structs.replace(town.settings, vapid_key=(other / "secrets" / "vapid.pem").read_text())
    async with push.opened(settings) as pusher:
        device = Device(work, made["endpoint"], made["keys"]["p256dh"], made["keys"]["auth"])
        assert (await pusher.send(Pushed(b"{}", "topic", "normal"), device)).problem == "push service said 400"


async def test_a_worker_that_died_while_sending_is_followed_by_another(listed, service):
    town, work = listed
    browser = await a_browser(town, service)
    notice, _ = await a_push(town)
    await as_owner(
        town,
        "UPDATE notices SET state = 'sending', attempts = 1, lease_until = now() + interval '1 minute' WHERE id = $1",
        notice,
    )
    await sent_out(work, Channel.PUSH)
    assert await service.received(browser) == []
    await as_owner(town, "UPDATE notices SET lease_until = now() - interval '1 second' WHERE id = $1", notice)
    await sent_out(work, Channel.PUSH)
    assert len(await service.received(browser)) == 1
    assert (await state_of(town, notice))["attempts"] == 2


# What other services say, played by a server of a few lines.


@pytest_asyncio.fixture
async def moody():
    """A server that gives the answer it is told; `calls` counts."""

    class Moody:
        answer, calls, requests = "201 Created", 0, []

        async def serve(self, reader, writer):
            self.calls += 1
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(head)
            length = next(
                int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
            )
            await reader.readexactly(length)
            writer.write(f"HTTP/1.1 {self.answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            writer.close()

    moody = Moody()
    moody.requests = []
    server = await asyncio.start_server(moody.serve, "127.0.0.1", 0)
    moody.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield moody
    server.close()


async def pushed_to(town, moody):
    town.settings = msgspec.structs.replace(town.settings, push_allowed=(moody.origin,))
    work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
    await give_push(town, "father", f"{moody.origin}/abc")
    notice, _ = await a_push(town)
    await sent_out(work, Channel.PUSH)
    await work.close()
    return await state_of(town, notice)


@pytest.mark.parametrize("status", ["429 Too Many Requests", "500 Oops", "503 Busy"])
async def test_a_service_that_is_busy_is_asked_again_later(town, moody, status):
    moody.answer = status
    row = await pushed_to(town, moody)
    assert (row["state"], row["problem"]) == ("retry", f"push service said {status[:3]}")
    assert timedelta(seconds=20) < row["next_at"] - datetime.now(UTC) < timedelta(seconds=40)


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_a_service_that_says_when_is_asked_then(town, moody, form):
    later = "120" if form == "seconds" else format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)
    moody.answer = f"429 Too Many\r\nRetry-After: {later}"
    row = await pushed_to(town, moody)
    assert timedelta(seconds=110) < row["next_at"] - datetime.now(UTC) < timedelta(seconds=121)


@pytest.mark.parametrize(
    "status", ["400 No", "403 No", "413 Too Large", "301 Elsewhere\r\nLocation: http://127.0.0.1:9/"]
)
async def test_what_will_not_get_better_fails_visibly(town, moody, status):
    moody.answer = status
    row = await pushed_to(town, moody)
    assert (row["state"], row["problem"]) == ("failed", f"push service said {status[:3]}")
    assert moody.calls == 1


async def test_a_service_nobody_reaches_is_tried_for_a_day_and_then_given_up(town):
    town.settings = msgspec.structs.replace(town.settings, push_allowed=("http://127.0.0.1:9",))
    work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
    await give_push(town, "father", "http://127.0.0.1:9/abc")
    notice, _ = await a_push(town)
    await sent_out(work, Channel.PUSH)
    assert (await state_of(town, notice))["state"] == "retry"
    await as_owner(
        town, "UPDATE notices SET next_at = now(), created_at = now() - interval '25 hours' WHERE id = $1", notice
    )
    await sent_out(work, Channel.PUSH)
    row = await state_of(town, notice)
    assert (row["state"], row["problem"]) == (
        "failed",
        "given up after a day: push service not reached: ClientConnectorError",
    )
    await work.close()


async def test_what_a_browser_took_is_not_sent_to_it_again(town, moody):
    """Two browsers, one service down: the retry goes to that one alone."""
    town.settings = msgspec.structs.replace(town.settings, push_allowed=(moody.origin, "http://127.0.0.1:9"))
    work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
    await give_push(town, "father", f"{moody.origin}/abc")
    await give_push(town, "father", "http://127.0.0.1:9/abc")
    notice, _ = await a_push(town)
    await sent_out(work, Channel.PUSH)
    await as_owner(town, "UPDATE notices SET next_at = now() WHERE id = $1", notice)
    await sent_out(work, Channel.PUSH)
    assert (moody.calls, (await state_of(town, notice))["state"]) == (1, "retry")
    await as_owner(town, "DELETE FROM push_subscriptions WHERE endpoint LIKE '%:9/%'")
    await as_owner(town, "UPDATE notices SET next_at = now() WHERE id = $1", notice)
    await sent_out(work, Channel.PUSH)
    assert (moody.calls, (await state_of(town, notice))["state"]) == (1, "sent")
    await work.close()


async def test_one_case_is_one_topic_and_its_requests_say_how_urgent(town, moody):
    await pushed_to(town, moody)
    head = moody.requests[0].lower()
    for line in (
        "urgency: normal",
        "ttl: 604800",
        "content-encoding: aes128gcm",
        "content-type: application/octet-stream",
    ):
        assert line in head
    assert f"host: {moody.origin.removeprefix('http://')}" in head


async def test_nothing_said_to_one_call_leaks_into_the_next(town, moody):
    """webpush keeps ttl and subscriber of one call for the next: each message has a fresh object."""
    async with push.opened(town.settings) as pusher:
        devices = [Device(None, f"https://fcm.googleapis.com/{n}", *browser_keys()) for n in range(2)]
        sealed = [pusher.sealed(Pushed(b"{}", "one", "normal"), device) for device in devices]
    assert sealed[0][0] != sealed[1][0]
    assert sealed[0][1] == sealed[1][1]


async def test_a_payload_too_long_for_any_service_is_not_sent(town):
    async with push.opened(town.settings) as pusher:
        answer = await pusher.send(
            Pushed(b"x" * 3994, "one", "normal"), Device(None, "https://fcm.googleapis.com/1", *browser_keys())
        )
    assert answer.state is Sending.FAILED
    assert base64(b"") == ""
    assert await notices(town) == []
