"""Photographs take their time on the way. Meanwhile nobody else waits: no transaction is open until all has arrived."""

import asyncio

import asyncpg

from backend.cart.queries import open_draft
from backend.core import files, web
from tests.files.test_look_at_a_file import daughter  # noqa: F401, fixture
from tests.orders.shopping import picture, transaction

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
    await person.get("/search?q=照片")  # the index of this process is read, which takes a transaction of its own
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


async def test_while_a_photograph_is_checked_no_transaction_is_open(postgres, site, daughter, monkeypatch):  # noqa: F811
    await daughter.get("/search?q=照片")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_upload, _turn) -> tuple[int, bytes]:
        begun.set()
        await go_on.wait()
        return 2, b"broken"

    monkeypatch.setattr(files, "_run_press", slow)
    async with transaction(site, daughter) as tx:
        draft = await open_draft(tx)
    asked = {"cart": str(draft.cart_id), "material": draft.sheet.materials[0].name}
    photo = {"file": ("a.jpg", picture(), "image/jpeg")}
    sending = asyncio.create_task(daughter.post("/cart/materials", data=asked, files=photo))
    await begun.wait()
    found = await open_transactions(postgres)
    go_on.set()
    answer = await sending
    assert found == 0
    assert answer.status_code == 422
    assert "打不开" in answer.text
