"""Who there is."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.accounts.contacts import Contact
from backend.accounts.model import CastMember, Session
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.viewer import hash_of

FRESH = timedelta(minutes=10)


async def demo_cast(db: asyncpg.Connection) -> list[CastMember]:
    """The people anybody may be in demo mode, in the order they are introduced. Read through a definer function."""
    rows = await db.fetch("SELECT id, handle, about, kind, name_sealed, key_wrapped FROM demo_cast()")
    return msgspec.convert(rows, list[CastMember])


async def account_of(db: asyncpg.Connection, handle: str) -> UUID | None:
    return await db.fetchval("SELECT id FROM demo_cast() WHERE handle = $1", handle)


async def account_with(tx: Tx, channel: str, value: str) -> UUID | None:
    """Whose verified number or address this is. Asked only after its owner proved it with a code."""
    return await tx.db.fetchval("SELECT id FROM account_at($1)", tx.vault.blind(value, channel))


async def sessions_of(tx: Tx, token: str) -> list[Session]:
    """Where she is signed in now, this place first, then the newest."""
    rows = await tx.db.fetch(
        """SELECT id, device, means, created_at, token_hash = $2 AS mine FROM sessions
           WHERE account_id = $1 AND ended_at IS NULL AND expires_at > $3 ORDER BY mine DESC, created_at DESC LIMIT 50""",
        tx.viewer.id,
        hash_of(token),
        tx.now,
    )
    return msgspec.convert(rows, list[Session])


async def is_fresh(tx: Tx, token: str) -> bool:
    """Whether she signed in here within the last ten minutes: asked before what a thief of an open session would do."""
    return await tx.db.fetchval(
        "SELECT EXISTS (SELECT 1 FROM sessions WHERE token_hash = $1 AND account_id = $2 AND created_at > $3)",
        hash_of(token),
        tx.viewer.id,
        tx.now - FRESH,
    )


async def own_key(tx: Tx) -> DataKey:
    """Her own data key, also while another person's affairs are on the screen."""
    wrapped = await tx.db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", tx.viewer.id)
    return tx.vault.key(wrapped)


async def contacts_of(tx: Tx) -> list[Contact]:
    """Where she can be reached, each proved with a code: the number before the address."""
    key, about = await own_key(tx), f"contact:{tx.viewer.id}"
    rows = await tx.db.fetch(
        "SELECT kind, value_sealed FROM contacts WHERE account_id = $1 AND verified_at IS NOT NULL ORDER BY kind DESC",
        tx.viewer.id,
    )
    return [Contact(r["kind"], key.open(r["value_sealed"], f"{about}:{r['kind']}").decode()) for r in rows]


async def cooling(tx: Tx, account: UUID) -> bool:
    """Whether her number was changed within seven days: a consent by text message is not taken from it then."""
    return await tx.db.fetchval("SELECT cooling($1)", account)
