"""The words a principal agreed to: under her own key, bound to their SHA-256, which stays readable beside them.

Bound to the hash and not to a row, so that what was asked can become what was given without being opened.
"""

import hashlib

from backend.core.crypto import DataKey
from backend.core.db import Tx

AT_ONCE = 500  # rows of one round


def hash_of(words: str) -> bytes:
    return hashlib.sha256(words.encode()).digest()


def seal_words(key: DataKey, words: str) -> bytes:
    return key.seal(words.encode(), _about(hash_of(words)))


def open_words(key: DataKey, sealed: bytes | None, hashed: bytes, before: str = "") -> str:
    """The very words; `before`: of a row from before they were sealed."""
    return key.open(sealed, _about(hashed)).decode() if sealed else before


def _about(hashed: bytes) -> str:
    return f"consent:{hashed.hex()}"


async def seal_old(tx: Tx) -> int:
    """As worker: seals what still lies readable; returns how many rows. Asked of nobody: under the system's key."""
    done = 0
    for row in await _readable(tx):
        key = tx.vault.key(row["key_wrapped"]) if row["key_wrapped"] else tx.vault.system
        sealed = seal_words(key, row["consent"])
        if row["given"]:
            await tx.db.execute(
                "UPDATE mandates SET consent = '', consent_sealed = $2 WHERE id = $1", row["id"], sealed
            )
        else:
            await tx.db.execute(
                "UPDATE mandate_requests SET consent = '', consent_sealed = $2 WHERE id = $1", row["id"], sealed
            )
        done += 1
    return done


async def _readable(tx: Tx) -> list:
    return await tx.db.fetch(
        """SELECT m.id, m.consent, a.key_wrapped, true AS given FROM mandates m JOIN accounts a ON a.id = m.principal_id
           WHERE m.consent <> '' AND m.consent_hash = sha256(convert_to(m.consent, 'UTF8'))
           UNION ALL
           SELECT r.id, r.consent, a.key_wrapped, false FROM mandate_requests r LEFT JOIN accounts a ON a.id = r.principal_id
           WHERE r.consent <> '' AND r.consent_hash = sha256(convert_to(r.consent, 'UTF8')) LIMIT $1""",
        AT_ONCE,
    )
