"""Who there is."""

from uuid import UUID

import asyncpg
import msgspec

from backend.accounts.model import CastMember


async def demo_cast(db: asyncpg.Connection) -> list[CastMember]:
    """The people anybody may be in demo mode, in the order they are introduced. Read through a definer function."""
    rows = await db.fetch("SELECT id, handle, kind, name_sealed, key_wrapped FROM demo_cast()")
    return msgspec.convert(rows, list[CastMember])


async def account_of(db: asyncpg.Connection, handle: str) -> UUID | None:
    return await db.fetchval("SELECT id FROM demo_cast() WHERE handle = $1", handle)
