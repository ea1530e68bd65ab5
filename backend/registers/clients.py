"""Machines of other authorities that push their records here: who they are, what they may, what they sent."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID, uuid4

import msgspec

from backend.core.db import Tx
from backend.core.errors import NotFound

TOKEN_BYTES = 32
DESK = "工作台导入"


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """May push for one register and nothing else. `public_key`: Ed25519, where it signs; else it shows a token."""

    id: UUID
    register: str
    name: str
    public_key: bytes | None = None


class ListedClient(msgspec.Struct, frozen=True, kw_only=True):
    """As the administrators see it, with what it sent in the last thirty days."""

    id: UUID
    register: str
    name: str
    signs: bool
    created_at: datetime
    ended_at: datetime | None
    used_at: datetime | None
    kept: int
    older: int


async def admit(tx: Tx, register: str, name: str, public_key: bytes | None = None) -> tuple[UUID, str]:
    """Lets a machine in: its id, and its token, which is shown this once and nowhere kept; "" for one that signs."""
    id_, token = uuid4(), "" if public_key else secrets.token_urlsafe(TOKEN_BYTES)
    await tx.db.execute(
        """INSERT INTO register_clients (id, register, name, token_hash, public_key, created_at, created_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        id_,
        register,
        name,
        hash_of(token) if token else None,
        public_key,
        tx.now,
        tx.visitor.id if tx.visitor else None,
    )
    return id_, token


async def desk_client(tx: Tx, register: str) -> Client:
    """Under whose name administrators bring tables: one a register, with a token that nobody has."""
    row = await tx.db.fetchrow(
        "SELECT id, register, name FROM register_clients WHERE register = $1 AND name = $2 AND ended_at IS NULL LIMIT 1",
        register,
        DESK,
    )
    if row:
        return msgspec.convert(row, Client)
    client, _token = await admit(tx, register, DESK)
    return Client(id=client, register=register, name=DESK)


async def shut_out(tx: Tx, client: UUID) -> None:
    """From now on nothing it sends is taken; NotFound when it was out already."""
    done = await tx.db.execute(
        "UPDATE register_clients SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL", client, tx.now
    )
    if done == "UPDATE 0":
        raise NotFound()


async def client_with(tx: Tx, token: str) -> Client | None:
    return await _found(tx, hash_of(token), None)


async def client_called(tx: Tx, client: UUID) -> Client | None:
    """One that signs, by the id it gives as its key's."""
    return await _found(tx, None, client)


async def _found(tx: Tx, token: bytes | None, client: UUID | None) -> Client | None:
    row = await tx.db.fetchrow("SELECT id, register, name, public_key FROM register_client($1, $2)", token, client)
    return msgspec.convert(row, Client) if row else None


async def clients(tx: Tx) -> list[ListedClient]:
    rows = await tx.db.fetch(
        """SELECT c.id, c.register, c.name, c.public_key IS NOT NULL AS signs, c.created_at, c.ended_at, c.used_at,
                  coalesce(sum(p.kept), 0)::integer AS kept, coalesce(sum(p.older), 0)::integer AS older
           FROM register_clients c LEFT JOIN register_pushes p ON p.client_id = c.id AND p.received_at > $1::timestamptz - interval '30 days'
           GROUP BY c.id ORDER BY c.ended_at NULLS FIRST, c.register, c.name""",
        tx.now,
    )
    return msgspec.convert(rows, list[ListedClient])


def hash_of(token: str) -> bytes:
    """Tokens are stored hashed: a copy of the table opens nothing."""
    return hashlib.sha256(token.encode()).digest()
