"""What docs/notices.md asks of an adapter, asked of each there is: it never raises, and what nobody knows is never sent again."""

import httpx
import pytest

from backend.notifications.messenger import Messenger
from backend.notifications.model import Answer, Sending
from backend.notifications.sms import Gateway, Printed
from tests.fakes.sms_gateway import KEY, sms_gateway


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
