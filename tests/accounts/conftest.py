"""A site that is no demo: people sign in with their numbers."""

import msgspec
import pytest_asyncio

from backend.core.crypto import Vault
from backend.core.db import open_pool
from backend.core.jobs import Work
from backend.notifications.codes import send
from tests.fakes.mail_server import mail_server
from tests.fakes.sms_gateway import KEY, sms_gateway
from tests.web import running


@pytest_asyncio.fixture
async def gateway():
    async with sms_gateway() as gateway:
        yield gateway


@pytest_asyncio.fixture
async def mail():
    async with mail_server() as mail:
        yield mail


@pytest_asyncio.fixture
async def real(settings, gateway, mail):
    """The application with a gateway and a mail server behind it."""
    settings = msgspec.structs.replace(settings, sms_url=gateway.url, sms_key=KEY, smtp_url=mail.url)
    async with running(settings) as site:
        yield site


@pytest_asyncio.fixture
async def postman(real):
    """`await postman()` does the worker's part: hands every code over that waits for it."""
    settings = real.app.state.settings
    pool = await open_pool(settings.login("worker"), 2)
    work = Work(pool, Vault(settings.master_key), settings, real.clock)

    async def deliver():
        for (attempt,) in await pool.fetch("SELECT id FROM sign_in_codes WHERE code_sealed IS NOT NULL"):
            await send(work, attempt)

    yield deliver
    await work.close()
    await pool.close()
