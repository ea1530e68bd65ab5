"""Records that are pushed: laid down once each in the request, kept by the worker, never over something newer."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, Problem
from backend.core.i18n import _
from backend.core.idempotency import checked_key
from backend.core.jobs import enqueue
from backend.registers.actions import keep_record
from backend.registers.clients import Client
from backend.registers.intake import Fault, Incoming

MOST_TOLD = 200


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a push. `new` False: it had come before, and nothing was done again. `kept` and `older` (something newer was there)
    are counted once `done`; send the same again to see them."""

    new: bool
    done: bool
    kept: int
    older: int


class Stored(NamedTuple):
    kept: int
    older: int


async def take_push(tx: Tx, client: Client, key: str, print_: bytes, records: list[Incoming]) -> Taken:
    """Lays it down, once a key. The same key with another body is Invalid."""
    sealed = tx.vault.registers.seal_value(records, _place(client.id, checked_key(key)))
    row = await tx.db.fetchrow(
        "SELECT fingerprint, fresh, done_at, kept, older FROM take_push($1, $2, $3, $4)", client.id, key, print_, sealed
    )
    if row is None:
        raise Conflict(_("这台机器刚刚被停用了，没有收下。"))
    if row["fingerprint"] != print_:
        raise Invalid(Problem(_("这一次推送的内容和上一次不一样，却用了同一个编号，所以没有收下。"), "Idempotency-Key"))
    if row["fresh"]:
        await enqueue(tx.db, "keep_pushed", {"client": client.id, "key": key})
    return Taken(new=row["fresh"], done=row["done_at"] is not None, kept=row["kept"], older=row["older"])


async def take_table(tx: Tx, client: Client, data: bytes, records: list[Incoming]) -> Taken:
    """A table somebody brought to the desk: the same table once more does nothing."""
    print_ = hashlib.sha256(data).digest()
    dated = [msgspec.structs.replace(one, at=one.at or tx.now) for one in records]
    return await take_push(tx, client, f"table-{print_.hex()}", print_, dated)


def refuse(faults: Iterable[Fault]) -> None:
    """Everything that is wrong, at once; nothing of it is kept."""
    problems = [Problem(fault.say, fault.column) for fault in faults]
    if problems:
        raise Invalid(*problems[:MOST_TOLD])


async def keep_pushed(tx: Tx, client: UUID, key: str) -> None:
    """As the worker: all of one push in one transaction; once more finds nothing to do."""
    row = await tx.db.fetchrow(
        """SELECT c.register, p.sealed FROM register_pushes p JOIN register_clients c ON c.id = p.client_id
           WHERE p.client_id = $1 AND p.key = $2 AND p.done_at IS NULL FOR UPDATE OF p""",
        client,
        key,
    )
    if row is None:
        return
    records = msgspec.convert(tx.vault.registers.open_value(row["sealed"], _place(client, key)), list[Incoming])
    stored = await store(tx, row["register"], records)
    await tx.db.execute(
        """UPDATE register_pushes SET sealed = NULL, done_at = $3, kept = $4, older = $5 WHERE client_id = $1 AND key = $2""",
        client,
        key,
        tx.now,
        *stored,
    )


async def store(tx: Tx, register: str, records: Iterable[Incoming], at: datetime | None = None) -> Stored:
    """As owner or worker. `at`: of when those are true that do not say so themselves; now, if not given."""
    done = [await keep_record(tx, register, one.identity, one.facts, at=one.at or at) for one in records]
    return Stored(sum(done), len(done) - sum(done))


def _place(client: UUID, key: str) -> str:
    return f"register_push:{client}:{key}"
