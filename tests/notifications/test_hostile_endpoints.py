"""An endpoint is an address a stranger makes the worker call: none of these ever reaches a door on this machine."""

import asyncio
from contextlib import AsyncExitStack

import msgspec
import pytest
import pytest_asyncio

from backend.core.addresses import is_public
from backend.core.keys import create_missing
from backend.notifications import push
from backend.notifications.endpoints import BROWSERS, allowed
from backend.notifications.model import Device, Sending
from backend.notifications.push import Pushed
from backend.settings import load
from tests.notifications.knocks import browser_keys

MESSAGE = Pushed(b"{}", "topic", "normal")
GOOD = (
    "https://fcm.googleapis.com/fcm/send/abc:def",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
    "https://web.push.apple.com/QG",
    "https://db5p.notify.windows.com/w/?token=BQYAAA",
    "https://fcm.googleapis.com:443/fcm/send/abc",
)
# {port} is the canary's.
HOSTILE = (
    "http://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
    "https://localhost:{port}/",
    "http://[::1]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://2130706433:{port}/",
    "https://0x7f000001:{port}/",
    "https://0177.0.0.1:{port}/",
    "https://127.1:{port}/",
    "https://0.0.0.0:{port}/",
    "https://169.254.169.254/latest/meta-data/",
    "https://fcm.googleapis.com@127.0.0.1:{port}/",
    "https://user:password@fcm.googleapis.com/",
    "https://127.0.0.1:{port}#fcm.googleapis.com",
    "https://127.0.0.1:{port}\\@fcm.googleapis.com/",
    "https://fcm.googleapis.com\\@127.0.0.1:{port}/",
    "https://fcm.googleapis.com.evil.example/",
    "https://evil-fcm.googleapis.com/",
    "https://push.apple.com.evil.example/",
    "https://.push.apple.com/",
    "https://push.apple.com/",
    "https://fcm.googleapis.com:{port}/",
    "https://fcm.googleapis.com./",
    "https://fcm.googleapis.com:99999999/",
    "http://fcm.googleapis.com/",
    "ftp://fcm.googleapis.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://ｆcm.googleapis.com/",
    "https://fcm.googleapis.com/\r\nX-Evil: 1",
    "https://fcm.googleapis.com/\0",
    "https://fcm.googleapis.com /",
    "https://[fcm.googleapis.com/",
    "//fcm.googleapis.com/",
    "",
    "https://fcm.googleapis.com/" + "a" * 2048,
)
INSIDE = (
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
    "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "2002:7f00:1::", "64:ff9b::7f00:1", "not an address",
)  # fmt: skip


@pytest_asyncio.fixture
async def canary():
    """A door on this machine that counts knocks."""

    class Canary:
        knocks = 0

        async def answer(self, reader, writer):
            self.knocks += 1
            await reader.read(65536)
            writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()

    canary = Canary()
    server = await asyncio.start_server(canary.answer, "127.0.0.1", 0)
    canary.port = server.sockets[0].getsockname()[1]
    yield canary
    server.close()


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    """Settings with a key to sign with; no database is needed to refuse."""
    data = tmp_path_factory.mktemp("keyed")
    create_missing(data)
    return load({"DATA": str(data)})


@pytest_asyncio.fixture
async def pusher_of():
    """`await pusher_of(settings, resolve)`: a pusher as a worker has it."""
    async with AsyncExitStack() as stack:
        yield lambda *args: stack.enter_async_context(push.opened(*args))


def leading_to(*addresses):
    async def resolve(host, port):
        return list(addresses)

    return resolve


@pytest.mark.parametrize("endpoint", GOOD)
def test_the_push_services_of_browsers_are_allowed(endpoint):
    assert allowed(endpoint, ())


@pytest.mark.parametrize("endpoint", HOSTILE)
def test_a_hostile_endpoint_is_refused_as_it_is_written(endpoint):
    assert not allowed(endpoint.format(port=8443), ())


@pytest.mark.parametrize("endpoint", HOSTILE)
async def test_a_hostile_endpoint_that_got_into_the_table_is_not_called(keyed, canary, pusher_of, endpoint):
    pusher = await pusher_of(keyed)
    answer = await pusher.send(MESSAGE, Device(None, endpoint.format(port=canary.port), *browser_keys()))
    assert (answer.state, canary.knocks) == (Sending.FAILED, 0)


@pytest.mark.parametrize("address", INSIDE)
async def test_a_listed_name_that_leads_inside_is_not_called(keyed, pusher_of, address):
    """As an attacker's DNS would do it, a moment after the name was checked."""
    pusher = await pusher_of(keyed, leading_to("142.250.0.1", address))
    answer = await pusher.send(MESSAGE, Device(None, GOOD[0], *browser_keys()))
    assert (answer.state, answer.problem) == (Sending.FAILED, "push service has no public address")


async def test_without_the_guard_the_canary_is_hit(keyed, canary, pusher_of, monkeypatch):
    """The negative control: what the tests above keep out would really get in."""
    monkeypatch.setattr(push, "allowed", lambda endpoint, listed: True)
    monkeypatch.setattr(push, "is_public", lambda address: True)
    pusher = await pusher_of(keyed)
    answer = await pusher.send(MESSAGE, Device(None, f"http://127.0.0.1:{canary.port}/", *browser_keys()))
    assert (answer.state, canary.knocks) == (Sending.SENT, 1)


async def test_each_of_both_guards_alone_keeps_the_canary_safe(keyed, canary, pusher_of, monkeypatch):
    device = Device(None, f"http://127.0.0.1:{canary.port}/", *browser_keys())
    with monkeypatch.context() as without_the_list:
        without_the_list.setattr(push, "allowed", lambda endpoint, listed: True)
        await (await pusher_of(keyed)).send(MESSAGE, device)
    with monkeypatch.context() as without_the_look:
        without_the_look.setattr(push, "is_public", lambda address: True)
        await (await pusher_of(keyed)).send(MESSAGE, device)
    assert canary.knocks == 0


async def test_a_redirect_inside_is_not_followed(keyed, canary, pusher_of):
    async def away(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            f"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:{canary.port}/\r\nContent-Length: 0\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(away, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    pusher = await pusher_of(msgspec.structs.replace(keyed, push_allowed=(origin,)))
    answer = await pusher.send(MESSAGE, Device(None, origin + "/", *browser_keys()))
    assert (answer.state, canary.knocks) == (Sending.FAILED, 0)
    server.close()


async def test_a_proxy_in_the_environment_is_not_used(keyed, canary, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{canary.port}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{canary.port}")
    monkeypatch.setattr(push, "is_public", lambda address: True)
    async with push.opened(keyed, leading_to("127.0.0.1")) as pusher:
        await pusher.send(MESSAGE, Device(None, GOOD[0], *browser_keys()))
    assert canary.knocks == 0


async def test_an_answer_without_end_is_cut_off(keyed, pusher_of, monkeypatch):
    async def endless(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 201 Created\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        except ConnectionError:
            return

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    pusher = await pusher_of(msgspec.structs.replace(keyed, push_allowed=(origin,)))
    async with asyncio.timeout(8):
        assert (await pusher.send(MESSAGE, Device(None, origin + "/", *browser_keys()))).state is Sending.SENT
    server.close()


def test_a_list_of_ones_own_replaces_the_browsers():
    assert not allowed(GOOD[0], ("push.example.org",))
    assert allowed("https://push.example.org/abc", ("push.example.org",))
    assert not any(allowed(endpoint, ("none",)) for endpoint in GOOD)


def test_an_origin_without_tls_is_only_ever_this_machine():
    for listed in ("http://push.example.org", "http://10.0.0.1:80", "http://192.168.1.1"):
        assert not allowed(listed + "/abc", (listed,))
    assert allowed("http://127.0.0.1:9000/abc", ("http://127.0.0.1:9000",))
    assert not allowed("http://127.0.0.1:9001/abc", ("http://127.0.0.1:9000",))
    assert not allowed("http://127.0.0.1:9000@evil.example/", ("http://127.0.0.1:9000",))


@pytest.mark.parametrize("address", INSIDE)
def test_no_inside_address_is_public(address):
    assert not is_public(address)


def test_addresses_of_the_open_internet_are_public():
    assert all(map(is_public, ("142.250.0.1", "17.57.0.1", "2a00:1450:4001::1")))


def test_the_list_of_browsers_names_no_whole_domain_of_everybody():
    assert all(pattern.count(".") >= 2 for pattern in BROWSERS)
