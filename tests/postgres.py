"""One throw-away PostgreSQL per pytest process, with a migrated template that tests clone."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from backend.core.embedded import EmbeddedPostgres, prepare_with
from backend.core.migrate import migrate_for
from backend.settings import ROLES, load

TEMPLATE = "suishouban_template"
# Small, but as durable as a city's: web and worker refuse a server that could lose what it acknowledged.
FLAGS = ["-c", "shared_buffers=32MB", "-c", "max_connections=200", "-c", "max_wal_size=256MB"]
MEMORY, ENOUGH = Path("/dev/shm"), 4 << 30
numbers = count(1)


def environ_of(server: EmbeddedPostgres, database: str) -> dict[str, str]:
    """What the settings of one of our databases are loaded from: an own login for each role."""
    return {
        "DATABASE_URL": server.url(ROLES["owner"], database),
        "DATABASE_URL_WEB": server.url(ROLES["web"], database),
        "DATABASE_URL_WORKER": server.url(ROLES["worker"], database),
        "QUIET_HOURS": "none",  # tests knock at any hour
    }


@contextmanager
def quick_folder(otherwise: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the server lives: in memory where there is room, for copying a database there takes 20 ms and on a disk 280."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ENOUGH:
        yield otherwise.mktemp("postgres")
        return
    with tempfile.TemporaryDirectory(prefix="suishouban-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def started(data: Path) -> EmbeddedPostgres:
    server = EmbeddedPostgres(data, FLAGS)
    server.start()
    return server


async def make_template(server: EmbeddedPostgres) -> None:
    """A database with every migration and the job queue, and nothing else in it."""
    await prepare_with(server, TEMPLATE)
    await migrate_for(load(environ_of(server, TEMPLATE)))


@asynccontextmanager
async def cloned(server: EmbeddedPostgres, of: str = TEMPLATE) -> AsyncIterator[str]:
    """The name of a fresh copy of the template (or of another database that nobody is in), gone with all its sessions afterwards."""
    name = f"clone_{next(numbers)}"
    admin = await asyncpg.connect(server.url("postgres", "postgres"))
    try:
        await admin.execute(f"create database {name} template {of} owner {ROLES['owner']} strategy file_copy")
        yield name
        await admin.execute(f"drop database {name} with (force)")
    finally:
        await admin.close()
