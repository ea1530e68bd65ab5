"""The web process is killed while it files, as a power cut would; it starts again and the telephone sends again."""

import asyncio
import random
import subprocess
import sys

import httpx
import msgspec

from backend.core import keys
from backend.core.db import wall_clock
from tests.browser.town import environ_for, free_port, wait_for
from tests.orders.conftest import acting_daughter
from tests.orders.shopping import count, reviewed
from tests.web import StoppedClock, running

KEY = {"Idempotency-Key": "the-same-key-each-time"}
KILLS = 3


class Web:
    """A web process that can be killed and started again at the same address."""

    def __init__(self, settings):
        keys.create_missing(settings.data)
        self.port = free_port()
        self.environ, self.log = environ_for(settings, self.port), settings.data / "web.log"
        self.base = f"http://localhost:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "backend", "web"], env=self.environ, stdout=out, stderr=out
            )
        wait_for(self.base, self.log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


async def test_whenever_it_is_killed_there_is_one_order_or_none_and_in_the_end_one(settings):
    demo = msgspec.structs.replace(settings, demo=True)
    async with running(demo, StoppedClock(wall_clock())) as site:
        daughter = await acting_daughter(site)
        body = await reviewed(site, daughter)
        web = Web(settings)
        headers = KEY | {"Cookie": f"__Host-session={daughter.cookies['__Host-session']}", "Origin": web.base}
        async with httpx.AsyncClient(base_url=web.base, headers=headers, timeout=30) as phone:
            for number in range(KILLS):
                await asyncio.to_thread(web.start)
                sending = asyncio.create_task(phone.post("/api/v1/orders", json=body))
                await asyncio.sleep(random.uniform(0, 0.15) * (number + 1) / KILLS)
                web.kill()
                await asyncio.wait([sending])
                assert await count(site, "orders") in (0, 1)
                assert await count(site, "cases") == 3 * await count(site, "orders")
            await asyncio.to_thread(web.start)
            answers = [await phone.post("/api/v1/orders", json=body) for _ in range(2)]
            web.kill()
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].content == answers[1].content
        assert (await count(site, "orders"), await count(site, "cases")) == (1, 3)
