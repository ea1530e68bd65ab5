"""What docs/notices.md asks of an adapter, asked of each there is: it never raises, and what nobody knows is never sent again."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest

from backend.core.jobs import Work
from backend.notifications import sms
from backend.notifications.messenger import Messenger
from backend.notifications.model import Answer, Channel, Sending
from backend.notifications.sms import Gateway, Printed
from tests.fakes.sms_gateway import KEY, sms_gateway
from tests.notifications.knocks import give_phone, notices, sent_out, told


async def answer_of(messenger: Messenger) -> Answer:
    return await messenger.send("13900001111", "【随手办】有一件事需要您。", "the-same-at-each-attempt")


async def test_the_demos_own_takes_everything(capsys):
    assert (await answer_of(Printed())).state is Sending.SENT
    assert "有一件事需要您" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("mood", "state"),
    [("kind", "sent"), ("429", "retry"), ("503", "retry"), ("400", "failed"), ("drops", "unknown"), ("302", "failed")],
)
async def test_the_operators_gateway_says_how_it_went(mood, state):
    async with sms_gateway() as gateway, httpx.AsyncClient(timeout=5) as client:
        gateway.mood = mood
        answer = await answer_of(Gateway(gateway.url, KEY, client))
        assert answer.state == state
        assert "13900001111" not in answer.problem


async def test_one_that_is_not_there_was_certainly_not_reached():
    async with httpx.AsyncClient(timeout=5) as client:
        assert (await answer_of(Gateway("http://127.0.0.1:9/", KEY, client))).state is Sending.RETRY


CODES = {0: Sending.SENT, 45009: Sending.RETRY, 43004: Sending.FAILED, 40003: Sending.FAILED}


class ServiceAccount:
    """The worked example of docs/notices.md: a messenger app's service account, whose HTTP interface answers 200 to everything and
    says in its JSON how it went. Numbers as such interfaces have them."""

    def __init__(self, url: str, token: str, client: httpx.AsyncClient) -> None:
        self._url, self._token, self._client = url, token, client

    async def send(self, to: str, text: str, reference: str) -> Answer:
        body = {"touser": to, "msgtype": "text", "text": {"content": text}, "client_msg_id": reference}
        try:
            answer = await self._client.post(self._url, json=body, headers={"Authorization": f"Bearer {self._token}"})
            code = int(answer.json()["errcode"])
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Answer(state=Sending.RETRY, problem=f"not reached: {type(error).__name__}")
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            return Answer(state=Sending.UNKNOWN, problem=f"no answer one can read: {type(error).__name__}")
        return Answer(state=CODES.get(code, Sending.UNKNOWN), problem="" if code == 0 else f"errcode {code}")


@asynccontextmanager
async def service_account(reply: str | None) -> AsyncIterator[tuple[str, list[dict[str, object]]]]:
    """The other side: takes what comes, and says `reply`, or hangs up."""
    taken = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        taken.append(json.loads(await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))))
        if reply is not None:
            writer.write(
                f"HTTP/1.1 200 OK\r\nContent-Length: {len(reply)}\r\nConnection: close\r\n\r\n{reply}".encode()
            )
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/message", taken
    finally:
        server.close()


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        pytest.param('{"errcode": 0}', "sent", id="taken"),
        pytest.param('{"errcode": 45009}', "retry", id="too many today"),
        pytest.param('{"errcode": 43004}', "failed", id="she follows us no more"),
        pytest.param('{"errcode": -1}', "unknown", id="busy, it says, and perhaps it went"),
        pytest.param("<html>gateway</html>", "unknown", id="no answer one can read"),
        pytest.param("[]", "unknown", id="not what was agreed"),
        pytest.param(None, "unknown", id="hung up"),
    ],
)
async def test_an_adapter_of_ones_own_is_one_method(reply, state):
    async with service_account(reply) as (url, taken), httpx.AsyncClient(timeout=5) as client:
        adapter: Messenger = ServiceAccount(url, "a-token", client)
        answer = await answer_of(adapter)
    assert answer.state == state
    assert "13900001111" not in answer.problem
    assert [one["client_msg_id"] for one in taken] == ["the-same-at-each-attempt"]


async def test_an_adapter_sends_a_real_notice_and_what_nobody_knows_is_not_sent_again(town):
    """In place of the operator's gateway, through claim, journal and settlement."""
    await give_phone(town, "father", "13900001111")
    for reply, state in (('{"errcode": 0}', "sent"), (None, "unknown")):
        await town.filed("daughter")
        await told(town)
        async with service_account(reply) as (url, taken), httpx.AsyncClient(timeout=5) as client:
            work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
            work._shared[sms.opened] = ServiceAccount(url, "a-token", client)
            await sent_out(work, Channel.SMS)
            await sent_out(work, Channel.SMS)
        assert len(taken) == 1
        assert (await notices(town, "father"))[-1] == ("filed", "sms", state)
