"""Where everything arrives while things are killed: a push service that decrypts, a mail server, an operator's gateway.

The last two now and then take a message and hang up before they answer.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import msgspec

from tests.fakes.mail_server import MailServer, mail_server
from tests.fakes.push_service import PushService, push_service
from tests.fakes.sms_gateway import SmsGateway, sms_gateway

DROPS = 0.15  # of mails and text messages are taken without an answer


class Sinks:
    def __init__(self, push: PushService, mail: MailServer, sms: SmsGateway) -> None:
        self.push, self.mail, self.sms = push, mail, sms
        self.browsers: list[str] = []

    async def tags(self) -> Counter[str]:
        """How often each tag was shown: what a phone shows of one tag is one notice."""
        found: Counter[str] = Counter()
        for browser in self.browsers:
            for message in await self.push.received(browser):
                found[msgspec.json.decode(message)["notification"]["tag"]] += 1
        return found

    def mails(self) -> Counter[str]:
        """How often each letter was taken, by the notice it carries in its Message-ID."""
        return Counter(letter["Message-ID"].strip("<>").partition("@")[0] for letter in self.mail.letters)

    def texts(self) -> Counter[str]:
        return Counter(text["reference"] for text in self.sms.texts)


class Moody(str):
    """A mood that is another one each time it is looked at."""

    chance: Random

    def __eq__(self, other: object) -> bool:
        return other == ("drops" if self.chance.random() < DROPS else "kind")

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def moody(chance: Random) -> Moody:
    mood = Moody("kind")
    mood.chance = chance
    return mood


@asynccontextmanager
async def sinks(chance: Random) -> AsyncIterator[Sinks]:
    async with push_service() as push, mail_server() as mail, sms_gateway() as sms:
        mail.mood = sms.mood = moody(chance)
        yield Sinks(push, mail, sms)
