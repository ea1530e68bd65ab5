"""Uploads: what arrives in pieces and may stop at any of them."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.core.crypto import DataKey


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """`received`: how many of its `length` bytes are here. `file_id`: what it has become."""

    id: UUID
    length: int
    received: int
    sha256: bytes
    name: str
    file_id: UUID | None
    touched_at: datetime


class Part(msgspec.Struct, frozen=True):
    start: int
    store_key: str


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """An upload whose bytes are all here; what is needed to open them when the transaction is over."""

    upload: Upload
    parts: tuple[Part, ...]
    key: DataKey
