"""The starter city and the demo's cast: brought in once for each state of their files and of the code that reads them.

What was brought in last is remembered in the database itself, as the comment of `schema_migrations`: it must live and
be lost with what it speaks of.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from backend.core.db import connect
from backend.settings import Settings

BACKEND = Path(__file__).resolve().parent
CITY = BACKEND / "packs" / "haikou"
READ = {".py", ".sql", ".yaml", ".yml", ".json", ".csv", ".tsv"}


def commands(settings: Settings) -> list[Sequence[str]]:
    """The commands that bring everything in, one after the other."""
    city = ("pack", "load", str(CITY))
    return [city, ("demo", "cast", str(CITY)), ("demo", "queue")] if settings.demo else [city]


async def is_loaded(settings: Settings) -> bool | None:
    """Whether all this was brought in as it stands now; None: nothing was ever."""
    connection = await connect(settings.login("owner"))
    try:
        said = await connection.fetchval("select obj_description('schema_migrations'::regclass, 'pg_class')")
        return None if said is None else bool(said == _fingerprint(settings))
    finally:
        await connection.close()


async def remember(settings: Settings) -> None:
    connection = await connect(settings.login("owner"))
    try:
        await connection.execute(f"comment on table schema_migrations is '{_fingerprint(settings)}'")
    finally:
        await connection.close()


def _fingerprint(settings: Settings) -> str:
    seen = hashlib.sha256(b"demo" if settings.demo else b"")
    for path in sorted(BACKEND.rglob("*")):
        if path.suffix in READ:
            seen.update(str(path.relative_to(BACKEND)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return f"starter {seen.hexdigest()}"
