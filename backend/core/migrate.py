"""Bring the database to the newest migration, one numbered file of plain SQL after the other.

Each file runs in a transaction of its own together with the row that remembers it. Files are never changed once
applied: what ran is what stands in `schema_migrations`, by its SHA-256.
"""

import asyncio
import hashlib
import re
from collections.abc import Collection
from importlib import metadata
from pathlib import Path

import asyncpg
import msgspec

from backend.settings import ROLES, Refused, Settings

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
LOCK = 0x5355_4953  # any number that is ours alone
PATIENCE = 20  # tries, a second apart at most, for a table that a busy site holds


class MigrationError(Refused):
    """The folder and the database do not tell the same story; nothing was changed by the refusal."""


class Migration(msgspec.Struct, frozen=True):
    number: int
    name: str
    sha256: str
    sql: str


def read(folder: Path = FOLDER) -> list[Migration]:
    """The migrations of `folder` in order: 1, 2, 3 … without a gap and without two of one number."""
    found = [_read(path) for path in sorted(folder.glob("*.sql"))]
    for expected, migration in enumerate(found, 1):
        if migration.number != expected:
            raise MigrationError(f"Migration {expected:04} was expected, but {migration.number:04} comes next.")
    return found


def _read(path: Path) -> Migration:
    named = NAME.fullmatch(path.name)
    if named is None:
        raise MigrationError(f"{path.name} is no migration: it must be named like 0007_what_it_does.sql.")
    text = path.read_bytes()
    if not re.sub(rb"--[^\n]*", b"", text).strip():
        raise MigrationError(f"{path.name} holds no statement.")
    return Migration(int(named[1]), named[2], hashlib.sha256(text).hexdigest(), text.decode("utf-8"))


async def migrate(connection: asyncpg.Connection, migrations: list[Migration]) -> list[Migration]:
    """Apply what is missing, as the owner; several processes may do so at once. Returns what was applied."""
    applied = []
    while (migration := await _next(connection, migrations)) is not None:
        applied.append(migration)
    return applied


async def _next(connection: asyncpg.Connection, migrations: list[Migration]) -> Migration | None:
    for tried in range(PATIENCE):
        try:
            return await _apply_next(connection, migrations)
        except asyncpg.LockNotAvailableError:
            await asyncio.sleep(min(0.1 * 2**tried, 1))
    return await _apply_next(connection, migrations)


async def _apply_next(connection: asyncpg.Connection, migrations: list[Migration]) -> Migration | None:
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
        await _table(connection)
        done = await connection.fetch("select number, name, sha256 from schema_migrations order by number")
        check(migrations, {row["number"]: row["sha256"] for row in done})
        if len(done) == len(migrations):
            return None
        migration = migrations[len(done)]
        # A migration that waits for a table makes everybody wait behind it: give up soon and come again.
        await connection.execute("set local lock_timeout = '2s'")
        await _run(connection, migration)
        await connection.execute(
            "insert into schema_migrations (number, name, sha256) values ($1, $2, $3)",
            *(migration.number, migration.name, migration.sha256),
        )
        return migration


async def _run(connection: asyncpg.Connection, migration: Migration) -> None:
    try:
        await connection.execute(migration.sql)
    except asyncpg.LockNotAvailableError:
        raise
    except asyncpg.PostgresError as error:
        line = migration.sql[: int(getattr(error, "position", None) or 0)].count("\n") + 1
        raise MigrationError(f"Migration {migration.number:04}_{migration.name}, line {line}: {error}") from error


async def _table(connection: asyncpg.Connection) -> None:
    if await connection.fetchval("select to_regclass('schema_migrations') is not null"):
        return
    await connection.execute(
        "create table schema_migrations ("
        " number integer primary key, name text not null, sha256 text not null,"
        " applied_at timestamptz not null default now())"
    )
    await connection.execute(f"grant select on schema_migrations to {ROLES['web']}, {ROLES['worker']}")


def check(migrations: list[Migration], applied: dict[int, str]) -> None:
    """Refuse a database that is ahead of this code, has a gap, or ran a file that was changed since."""
    if sorted(applied) != list(range(1, len(applied) + 1)):
        raise MigrationError(f"The database has run migrations {sorted(applied)}: there is a gap.")
    if len(applied) > len(migrations):
        raise MigrationError(
            f"The database is at migration {len(applied)}, this program only knows {len(migrations)}: "
            "it is older than the data. Start the newer version."
        )
    for migration in migrations[: len(applied)]:
        if applied[migration.number] != migration.sha256:
            raise MigrationError(
                f"Migration {migration.number:04}_{migration.name} was changed after it ran. "
                "Put the file back and write a new migration."
            )


async def see_to_roles(connection: asyncpg.Connection, taken_on: Collection[str]) -> None:
    """The roles of web and worker, which the migrations grant rights to; `taken_on`: those we log in for ourselves."""
    for role in (ROLES["web"], ROLES["worker"]):
        try:
            if not await connection.fetchval("select true from pg_roles where rolname = $1", role):
                await connection.execute(f"create role {role} nologin nosuperuser nobypassrls")
            if role in taken_on and not await _may_become(connection, role):
                await connection.execute(f"grant {role} to current_user")
        except asyncpg.InsufficientPrivilegeError as error:
            raise MigrationError(
                f"The user of DATABASE_URL may not see to the role {role} ({error}). Ask the administrator to run: "
                f"CREATE ROLE {role} NOLOGIN; GRANT {role} TO <the user of DATABASE_URL>;"
            ) from error


async def _may_become(connection: asyncpg.Connection, role: str) -> bool:
    try:
        async with connection.transaction():
            await connection.execute(f"set local role {role}")
    except asyncpg.InsufficientPrivilegeError:
        return False
    return True


async def lay_queue(connection: asyncpg.Connection) -> None:
    """The job queue's own tables, once for each version of it (kept as a comment on its table: its import is slow)."""
    version = f"pgqueuer {metadata.version('pgqueuer')}"
    if await connection.fetchval("select obj_description(to_regclass('pgqueuer'), 'pg_class')") == version:
        return
    from backend.core.jobs import install

    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
        await install(connection)
        await connection.execute(f"comment on table pgqueuer is '{version}'")


async def migrate_for(settings: Settings) -> list[Migration]:
    """Migrate the database of `settings`; the user of DATABASE_URL becomes the owner of all tables."""
    dsn, roles = settings.login("owner").dsn, [settings.login("web").role, settings.login("worker").role]
    try:
        connection = await asyncpg.connect(dsn, server_settings={"timezone": "UTC"}, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise MigrationError(f"The database cannot be reached: {error}. Is DATABASE_URL right?") from error
    try:
        await see_to_roles(connection, [role for role in roles if role])
        applied = await migrate(connection, read())
        await lay_queue(connection)
        return applied
    finally:
        await connection.close()
