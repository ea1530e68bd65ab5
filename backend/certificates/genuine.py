"""Is this genuine? For whoever holds the paper, the file or the signed words: whether it was issued here, and holds. Nothing of a person.

A paper says a token (its QR) and a check value (printed beside it): the QR alone, seen over a shoulder, tells nothing.
"""

import hashlib
import secrets
from base64 import urlsafe_b64decode
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.certificates.actions import check_value
from backend.certificates.model import Standing, State
from backend.certificates.rules import standing_on
from backend.core.db import Tx
from backend.core.viewer import hash_of


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a token leads to. `sha256` None: its PDF is being made."""

    id: UUID
    type: str
    number: str
    department: str
    issued_at: datetime
    valid_from: date
    valid_until: date | None
    state: State
    state_since: datetime
    sha256: bytes | None

    def standing(self, day: date) -> Standing:
        return standing_on(day, self.state, self.valid_from, self.valid_until)


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate as its holder passes it on: the canonical JSON, and the signature over it (base64url)."""

    content: str
    signature: str
    key_id: str


async def found_at(db: asyncpg.Connection, token: str) -> Found | None:
    row = await db.fetchrow(
        """SELECT id, type, number, department, issued_at, valid_from, valid_until, state, state_since, sha256 FROM certificate_at($1)""",
        hash_of(token),
    )
    return msgspec.convert(row, Found) if row else None


def is_check_value(tx: Tx, certificate: UUID, typed: str) -> bool:
    said = "".join(character for character in typed if character.isalnum())
    return secrets.compare_digest(said.encode(), check_value(tx.vault, certificate).replace(" ", "").encode())


async def proved(tx: Tx, proof: Proof) -> Standing | None:
    """What signed words are worth today. None: they were never issued here, though the signature be right; ALTERED: it is not."""
    text = proof.content.encode()
    if not tx.vault.keyring.verifies(proof.key_id, text, _raw(proof.signature)):
        return Standing.ALTERED
    row = await tx.db.fetchrow(
        "SELECT state, valid_from, valid_until FROM certificate_said($1)", hashlib.sha256(text).digest()
    )
    return standing_on(tx.today, row["state"], row["valid_from"], row["valid_until"]) if row else None


def _raw(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
