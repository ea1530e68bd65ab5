"""The catalogue in a database: an owner's connection that rolls back, and the starter city published in it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from backend.catalogue.actions import load_pack
from backend.core.db import prepare
from tests.catalogue.packs import reviewed, starter


@pytest_asyncio.fixture
async def owner(db: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    await prepare(db)
    yield db


@pytest_asyncio.fixture
async def town(owner: asyncpg.Connection) -> asyncpg.Connection:
    await load_pack(owner, reviewed(starter()))
    return owner
