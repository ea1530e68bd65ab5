"""The starter city with its cast, running. Loaded once, then copied."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest_asyncio

from backend.core.embedded import EmbeddedPostgres
from backend.settings import Settings, load
from tests.postgres import cloned, environ_of
from tests.web import Site, running


def settings_of(postgres: EmbeddedPostgres, name: str, data: Path) -> Settings:
    environ = {"DATA": str(data), "MASTER_KEY": "5a" * 32, "SUISHOUBAN_DEMO": "on", **environ_of(postgres, name)}
    return load(environ)


@pytest_asyncio.fixture
async def town_settings(postgres: EmbeddedPostgres, demo_city: str, tmp_path: Path) -> AsyncIterator[Settings]:
    """Settings with a copy of that city behind them."""
    async with cloned(postgres, demo_city) as name:
        yield msgspec.structs.replace(settings_of(postgres, name, tmp_path), demo=True)


@pytest_asyncio.fixture
async def site(town_settings: Settings) -> AsyncIterator[Site]:
    async with running(town_settings) as site:
        yield site
