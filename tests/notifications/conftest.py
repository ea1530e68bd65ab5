from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from backend.core.keys import create_missing
from backend.settings import Settings
from tests.cases.town import Town, founded


@pytest_asyncio.fixture
async def town(settings: Settings) -> AsyncIterator[Town]:
    """The town of the cases, with a key to sign pushes and a mail server that is not there."""
    create_missing(settings.data)
    vapid = (settings.data / "secrets" / "vapid.pem").read_text()
    async with founded(
        msgspec.structs.replace(settings, vapid_key=vapid, smtp_url="smtp://127.0.0.1:9", demo=True)
    ) as town:
        yield town
