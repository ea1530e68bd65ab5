"""What must be true of the database before anybody is told that something was received."""

import logging

import asyncpg
import msgspec

from backend.core.db import connect
from backend.settings import Login, Refused

log = logging.getLogger("suishouban.standing")
OLDEST = 150000  # as in server_version_num


class UnsafeDatabase(Refused):
    """The database would lose what it acknowledged, or would not hold people's data apart."""


class Standing(msgspec.Struct, frozen=True):
    version: int
    fsync: bool
    full_page_writes: bool
    synchronous: bool
    checksums: bool
    strong: bool


async def refuse_unsafe(login: Login) -> None:
    """Refuse to start on settings under which an acknowledged filing can be lost, or as a role that row-level
    security does not bind; every reason at once. Missing checksums are only warned of: they hide no loss we cause."""
    try:
        connection = await connect(login, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise UnsafeDatabase(f"The database cannot be reached: {error}.") from error
    try:
        standing = await standing_of(connection)
    finally:
        await connection.close()
    if not standing.checksums:
        log.warning("the database keeps no checksums: a faulty disk would go unnoticed (initdb --data-checksums)")
    if problems := faults(standing):
        raise UnsafeDatabase("\n".join(problems))


def faults(standing: Standing) -> list[str]:
    said = {
        "PostgreSQL is older than 15.": standing.version < OLDEST,
        "fsync is off: a power cut would lose what was acknowledged.": not standing.fsync,
        "full_page_writes is off: a power cut could tear pages.": not standing.full_page_writes,
        "synchronous_commit is off: a crash would lose what was acknowledged.": not standing.synchronous,
        "The role may go around row-level security (superuser or BYPASSRLS).": standing.strong,
    }
    return [sentence for sentence, true in said.items() if true]


async def standing_of(connection: asyncpg.Connection) -> Standing:
    row = await connection.fetchrow(
        """
        select current_setting('server_version_num')::int as version,
               current_setting('fsync')::bool as fsync,
               current_setting('full_page_writes')::bool as full_page_writes,
               current_setting('synchronous_commit') <> 'off' as synchronous,
               current_setting('data_checksums')::bool as checksums,
               (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as strong
        """
    )
    return msgspec.convert(dict(row), Standing)
