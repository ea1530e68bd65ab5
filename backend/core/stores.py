"""Where sealed bytes lie: a folder under DATA or, by setting, a bucket of a server that speaks S3.

Everything is kept under the SHA-256 of its sealed bytes, so that a copy can be checked without any key and a folder can
be moved into a bucket as it is. obstore's blocking calls run in a thread: its asynchronous ones abort the interpreter
now and then when it ends. `scanned`: what is kept here waits for the virus scanner first.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from backend.core.errors import Unavailable
from backend.core.i18n import _
from backend.settings import Settings

# A transaction that idles longer than 10 s is ended by the server: what is slower than this has failed.
PATIENCE = timedelta(seconds=7)


class Folder(LocalStore):
    scanned: bool = False


class Bucket(S3Store):
    scanned: bool = False


def open_store(settings: Settings) -> ObjectStore:
    store: Folder | Bucket = _bucket(settings) if settings.s3_bucket else _folder(settings.data / "files")
    store.scanned = settings.clamd is not None
    return store


def is_scanned(store: ObjectStore) -> bool:
    return getattr(store, "scanned", False)


def _folder(folder: Path) -> Folder:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Folder(folder)


def _bucket(settings: Settings) -> Bucket:
    """Without keys of its own obstore looks for those of the machine, as every client of S3 does."""
    named: dict[str, str] = {"region": settings.s3_region}
    if settings.s3_endpoint:
        named["endpoint"] = settings.s3_endpoint
    if settings.s3_access_key and settings.s3_secret_key:
        named |= {"access_key_id": settings.s3_access_key, "secret_access_key": settings.s3_secret_key}
    plain = (settings.s3_endpoint or "").startswith("http:")
    return Bucket(
        settings.s3_bucket or "",
        prefix=settings.s3_prefix or None,
        config=named,  # type: ignore[arg-type]
        client_options={"timeout": "5s", "connect_timeout": "2s", "allow_http": plain},
        retry_config={"max_retries": 3, "retry_timeout": PATIENCE},
    )


def place_of(sealed: bytes) -> str:
    digest = hashlib.sha256(sealed).hexdigest()
    return f"{digest[:2]}/{digest}"


async def put(store: ObjectStore, sealed: bytes) -> str:
    """Keeps the bytes and returns their place; Unavailable if the store cannot take them now."""
    place = place_of(sealed)
    try:
        await asyncio.to_thread(obstore.put, store, place, sealed)
    except (BaseError, OSError) as error:
        raise Unavailable() from error
    return place


async def read(store: ObjectStore, place: str) -> bytes:
    """The sealed bytes; Unavailable if they cannot be had now."""
    return await asyncio.to_thread(_read, store, place)


def _read(store: ObjectStore, place: str) -> bytes:
    try:
        return bytes(obstore.get(store, place).bytes())
    except (BaseError, OSError) as error:
        raise Unavailable(_("这个文件暂时打不开。请过一会儿再试，或拨打 12345。")) from error


async def forget(store: ObjectStore, places: Iterable[str]) -> None:
    """Again: does nothing."""
    await asyncio.to_thread(_forget, store, list(places))


def _forget(store: ObjectStore, places: list[str]) -> None:
    for place in places:
        with suppress(FileNotFoundError):
            obstore.delete(store, place)
