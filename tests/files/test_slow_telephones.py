"""Photographs take their time on the way. Meanwhile nobody else waits: no transaction is open until all has arrived."""

import asyncio

import asyncpg

from backend.core import web
from tests.files.test_look_at_a_file import daughter, site  # noqa: F401, fixtures

BOUNDARY = "frontier"
HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


async def slowly(half_way: asyncio.Event, go_on: asyncio.Event):
    yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'.encode()
    yield bytes(100_000)
    half_way.set()
    await go_on.wait()
    yield f"\r\n--{BOUNDARY}--\r\n".encode()


async def open_transactions(postgres) -> int:
    superuser = await asyncpg.connect(postgres.url("postgres", "postgres"))  # others do not see what the web role does
    found = await superuser.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'suishouban_web' AND xact_start IS NOT NULL"
    )
    await superuser.close()
    return found


async def meanwhile(postgres, person) -> int:
    """The transactions that are open while half of an upload has arrived."""
    half_way, go_on = asyncio.Event(), asyncio.Event()
    sending = asyncio.create_task(
        person.post("/cart/materials", content=slowly(half_way, go_on), headers=HEADERS, timeout=30)
    )
    await half_way.wait()
    await asyncio.sleep(0.3)
    found = await open_transactions(postgres)
    go_on.set()
    assert (await sending).status_code < 500
    return found


async def test_if_the_form_were_read_late_a_connection_would_wait_for_the_telephone(postgres, daughter, monkeypatch):  # noqa: F811
    async def nothing(_request) -> None:
        return None

    monkeypatch.setattr(web, "_receive", nothing)
    assert await meanwhile(postgres, daughter) == 1


async def test_while_an_upload_is_on_its_way_no_transaction_is_open(postgres, daughter):  # noqa: F811
    assert await meanwhile(postgres, daughter) == 0
