"""The worker's jobs by hand, and a look into the tables."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from backend.core.db import connect, open_pool
from backend.core.jobs import Work
from backend.core.keys import signing_key
from backend.features import job_handlers
from backend.mandates.consent import open_words
from backend.notifications.model import Channel
from tests.notifications.knocks import sent_out
from tests.web import Site, StoppedClock

KEY = signing_key(StoppedClock()()).decode()


class Clerk:
    """Does what is queued, each once, at the site's time, as the worker role."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def works(self) -> list[str]:
        """One round; returns the names. What follows from it waits for the next."""
        queued = await rows(self.site, "DELETE FROM pgqueuer RETURNING id, entrypoint, payload")
        await self.does(
            *((row["entrypoint"], json.loads(row["payload"])) for row in sorted(queued, key=lambda r: r["id"]))
        )
        return [row["entrypoint"] for row in queued]

    async def does(self, *jobs: tuple[str, dict[str, Any]]) -> None:
        async with self._worker() as work:
            for name, payload in jobs:
                await job_handlers()[0][name](work, payload)

    async def sends(self, *channels: Channel) -> None:
        """What was told goes out on these channels (or on all)."""
        async with self._worker() as work:
            await sent_out(work, *channels)

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[Work]:
        site = self.site
        settings = msgspec.structs.replace(site.app.state.settings, signing_key=KEY)
        pool = await open_pool(settings.login("worker"), 2)
        work = Work(pool, site.app.state.vault, settings, site.clock)
        yield work
        await work.close()
        await pool.close()


async def rows(site: Site, question: str, *args: object) -> list[asyncpg.Record]:
    owner = await connect(site.app.state.settings.login("owner"))
    found = await owner.fetch(question, *args)
    await owner.close()
    return found


async def consent_of(site: Site, mandate: asyncpg.Record) -> str:
    """The very words somebody agreed to, opened with her key; nothing of them lies readable beside it."""
    assert mandate["consent"] == ""
    (account,) = await rows(site, "SELECT key_wrapped FROM accounts WHERE id = $1", mandate["principal_id"])
    key = site.app.state.vault.key(account["key_wrapped"])
    return open_words(key, mandate["consent_sealed"], mandate["consent_hash"])
