"""The starter city with one register of another authority, over real HTTP."""

from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from backend.core.crypto import Vault
from backend.core.db import open_pool
from backend.core.embedded import EmbeddedPostgres
from backend.core.jobs import Work
from backend.registers.breaker import know
from backend.settings import Settings
from tests.fakes.register_server import RegisterServer, register_server
from tests.postgres import cloned
from tests.registers.town import FATHER, Asking

SAYS = {
    "population": {
        FATHER: {
            "person.name": "林长福",
            "person.id_number": FATHER,
            "person.birth_date": "1944-03-05",
            "person.household": "460105",
            "person.alive": True,
        }
    },
    "civil_affairs": {FATHER: {"person.elder_allowance": False, "person.nursing_allowance": False}},
}


@pytest_asyncio.fixture
async def register() -> AsyncIterator[RegisterServer]:
    async with register_server({code: dict(people) for code, people in SAYS.items()}) as server:
        yield server


@pytest_asyncio.fixture
async def database(postgres: EmbeddedPostgres, demo_city: str) -> AsyncIterator[str]:
    async with cloned(postgres, demo_city) as name:
        yield name


@pytest_asyncio.fixture
async def asking(settings: Settings, register: RegisterServer) -> AsyncIterator[Asking]:
    """The city's worker, which asks for everything over the network; nothing is pushed."""
    doors = msgspec.json.encode(register.endpoints(patience=0.3)).decode()
    settings = msgspec.structs.replace(settings, registers=doors)
    pool = await open_pool(settings.login("worker"), 4)
    asking = Asking(register)
    asking.work = Work(pool, Vault(settings.master_key or ""), settings, lambda: asking.now)
    register.clock = lambda: asking.now
    async with asking.work.transaction() as tx:
        await know(tx, register.records)
        await tx.db.execute("DELETE FROM register_records")
        asking.father = await tx.db.fetchval("SELECT id FROM accounts WHERE handle = 'father'")
    yield asking
    await asking.work.close()
    await pool.close()
