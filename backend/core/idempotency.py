"""One outcome per key: a request that is sent again, for whatever reason, is answered with what the first one did.

The key's row is written in the transaction of the deed itself: both are committed or neither. A refusal stores nothing,
so the corrected request may use the same key. Keys are kept as long as what they made.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from backend.core.db import Tx
from backend.core.errors import Invalid, Problem, Refusal
from backend.core.i18n import _

KEY = re.compile(r"[\x21-\x7e]{8,255}")


async def once(
    tx: Tx, route: str, key: str, fingerprint: bytes, make: Callable[[], Awaitable[Any]]
) -> tuple[Any, bool]:
    """The outcome of `make`, which runs at most once per actor, route and key, and whether it is a replay.

    1. Writes the key. Where somebody else is writing it now, waits until that transaction ends: at its rollback this
       one goes on as the first, at its commit it sees the outcome.
    2. A row that was there is *updated*, not only read: so a replay has to pass the same commit as a first request,
       and is never acknowledged by a server that may not write.
    3. The same key with another body is Invalid.
    """
    row = await tx.db.fetchrow(
        """INSERT INTO idempotency_keys (actor_id, route, key, fingerprint, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $5)
           ON CONFLICT (actor_id, route, key) DO UPDATE SET seen_at = excluded.seen_at RETURNING fingerprint, outcome""",
        tx.viewer.id,
        route,
        checked_key(key),
        fingerprint,
        tx.now,
    )
    if row["fingerprint"] != fingerprint:
        raise Invalid(Problem(_("这一次交的内容和上一次不一样，却用了同一个编号，所以没有办。请回到购物车重新提交。")))
    if row["outcome"] is not None:
        return row["outcome"], True
    outcome = await make()
    await tx.db.execute(
        "UPDATE idempotency_keys SET outcome = $4 WHERE actor_id = $1 AND route = $2 AND key = $3",
        tx.viewer.id,
        route,
        key,
        outcome,
    )
    return msgspec.to_builtins(outcome), False


def checked_key(key: str) -> str:
    """Visible ASCII characters, 8 to 255; Refusal otherwise."""
    if not key:
        raise Refusal(Problem(_("缺少防止重复提交的编号。请在请求头里带上 Idempotency-Key。"), "Idempotency-Key"))
    if not KEY.fullmatch(key):
        raise Refusal(Problem(_("防止重复提交的编号要 8 到 255 个字母、数字或符号。"), "Idempotency-Key"))
    return key


def fingerprint(body: Any) -> bytes:
    """SHA-256 of the body in canonical JSON: the order of its fields does not matter."""
    return hashlib.sha256(msgspec.json.encode(body, order="deterministic")).digest()
