"""A folder and a bucket keep the same things under the same names, and fail in the same words."""

import asyncio
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import obstore
import pytest

from backend.core.crypto import Vault
from backend.core.errors import Unavailable
from backend.core.files import open_file, store_upload
from backend.core.jobs import Work
from backend.core.stores import forget, open_store, place_of, put, read
from backend.files.jobs import forget_bytes
from backend.settings import Settings, SettingsError, load
from tests.core.somebody import Somebody, somebody  # noqa: F401, fixture
from tests.core.test_files import photo
from tests.fakes.s3_server import BUCKET, s3_server

KEYS = {"S3_ACCESS_KEY": "who", "S3_SECRET_KEY": "proof"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


def in_a_folder(folder: Path, _server: str) -> Settings:
    return load({"DATA": str(folder)})


def in_a_bucket(folder: Path, server: str) -> Settings:
    named = {"S3_BUCKET": BUCKET, "S3_ENDPOINT": server, "S3_PREFIX": f"town/{folder.name}"}
    return load({"DATA": str(folder), **named, **KEYS})


@pytest.fixture(params=[in_a_folder, in_a_bucket])
def kept(request: pytest.FixtureRequest, tmp_path: Path, server: str) -> Settings:
    return request.param(tmp_path, server)


async def test_what_is_put_is_read_again_under_the_hash_of_its_bytes(kept):
    store, sealed = open_store(kept), os.urandom(3_000_000)
    place = await put(store, sealed)
    digest = hashlib.sha256(sealed).hexdigest()
    assert place == place_of(sealed) == f"{digest[:2]}/{digest}"
    assert await read(store, place) == sealed
    assert [entry["path"] for part in obstore.list(store) for entry in part] == [place]


async def test_the_same_twice_is_one(kept):
    store = open_store(kept)
    assert await put(store, b"same") == await put(store, b"same")
    assert len([entry for part in obstore.list(store) for entry in part]) == 1


async def test_many_at_once_are_all_there(kept):
    store, all_ = open_store(kept), [os.urandom(1000) for _ in range(20)]
    places = await asyncio.gather(*(put(store, one) for one in all_))
    assert await asyncio.gather(*(read(store, place) for place in places)) == all_


async def test_what_is_forgotten_is_gone_and_may_be_forgotten_again(kept):
    store = open_store(kept)
    place, other = await put(store, b"gone"), await put(store, b"stays")
    for _ in range(2):
        await forget(store, [place])
    with pytest.raises(Unavailable):
        await read(store, place)
    assert await read(store, other) == b"stays"


async def test_another_process_finds_it(kept):
    place = await put(open_store(kept), b"kept")
    assert await read(open_store(kept), place) == b"kept"


async def test_a_photo_is_kept_and_opened_again(somebody: Somebody, kept):  # noqa: F811
    store = open_store(kept)
    async with somebody.tx() as tx:
        file = await store_upload(tx, store, photo(size=(300, 200)), "a.jpg")
        assert (await open_file(tx, store, file)).content.startswith(b"\xff\xd8\xff")
        place = await tx.db.fetchval("SELECT store_key FROM files WHERE id = $1", file)
    sealed = await read(store, place)
    assert place_of(sealed) == place
    assert b"JFIF" not in sealed


async def test_the_worker_forgets_bytes_there_too(kept):
    store = open_store(kept)
    place = await put(store, b"piece")
    await forget_bytes(Work(None, Vault("5a" * 32), kept, None), {"places": [place]})  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        await read(store, place)


async def test_a_folder_moves_into_a_bucket_by_copying(tmp_path, server):
    folder, bucket = open_store(in_a_folder(tmp_path, server)), open_store(in_a_bucket(tmp_path, server))
    places = [await put(folder, os.urandom(100)) for _ in range(3)]
    for place in places:
        obstore.put(bucket, place, (tmp_path / "files" / place).read_bytes())
    assert [place_of(await read(bucket, place)) for place in places] == places


async def test_a_server_that_is_down_is_said_as_busy_before_the_transaction_is_given_up(tmp_path):
    down = msgspec.structs.replace(in_a_bucket(tmp_path, "http://127.0.0.1:1"))
    began = time.monotonic()
    for step in (put(open_store(down), b"x"), read(open_store(down), "aa/bb")):
        with pytest.raises(Unavailable):
            await step
    assert time.monotonic() - began < 20


async def test_a_bucket_that_is_not_there_is_said_as_busy(tmp_path, server):
    missing = msgspec.structs.replace(in_a_bucket(tmp_path, server), s3_bucket="elsewhere")
    with pytest.raises(Unavailable):
        await put(open_store(missing), b"x")


def test_the_keys_come_from_files_too(tmp_path, server):
    (tmp_path / "key").write_text("who\n")
    (tmp_path / "secret").write_text("proof\n")
    named = {"S3_BUCKET": BUCKET, "S3_ENDPOINT": server}
    files = {"S3_ACCESS_KEY_FILE": str(tmp_path / "key"), "S3_SECRET_KEY_FILE": str(tmp_path / "secret")}
    settings = load({"DATA": str(tmp_path), **named, **files})
    assert (settings.s3_access_key, settings.s3_secret_key) == ("who", "proof")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"S3_ACCESS_KEY": "who"}, "belong together"),
        ({"S3_ENDPOINT": "https://s3.example"}, "S3_ENDPOINT needs S3_BUCKET"),
        ({"S3_BUCKET": "b", "S3_ENDPOINT": "http://s3.example"}, "must begin with https://"),
        ({"CLAMD": "/run/clamd"}, "CLAMD must be"),
        ({"CLAMD": "tcp:host"}, "CLAMD must be"),
    ],
)
def test_what_cannot_be_is_said_at_the_start(tmp_path, environ, said):
    with pytest.raises(SettingsError, match=said):
        load({"DATA": str(tmp_path), **environ})
