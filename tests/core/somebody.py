"""Two people with sessions in a fresh database, seen through the web role: for tests below the pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest_asyncio

from backend.accounts.actions import open_account, open_session
from backend.accounts.model import NewAccount
from backend.core.crypto import Vault
from backend.core.db import Tx, connect
from backend.core.viewer import open_viewer
from backend.settings import Settings

NOW = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)


class Somebody:
    """Her transactions are those of a request: the web role, row-level security, herself as the viewer."""

    def __init__(self, settings: Settings, token: str) -> None:
        self.settings, self.token, self.vault = settings, token, Vault(settings.master_key or "")

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Tx]:
        connection = await connect(self.settings.login("web"))
        try:
            async with connection.transaction():
                viewer = await open_viewer(connection, self.vault, self.token, NOW)
                yield Tx(connection, self.vault, NOW, viewer)
        finally:
            await connection.close()


async def arrive(settings: Settings, name: str) -> Somebody:
    owner = await connect(settings.login("owner"))
    async with owner.transaction():
        tx = Tx(owner, Vault(settings.master_key or ""), NOW)
        account = await open_account(tx, NewAccount(kind="person", name=name))
        token = await open_session(tx, account)
    await owner.close()
    return Somebody(settings, token)


@pytest_asyncio.fixture
async def somebody(settings: Settings) -> Somebody:
    return await arrive(settings, "甲某")


@pytest_asyncio.fixture
async def stranger(settings: Settings) -> Somebody:
    return await arrive(settings, "乙某")
