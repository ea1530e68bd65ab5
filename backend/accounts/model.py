"""Accounts as the rest of the product sees them."""

from datetime import datetime
from uuid import UUID

import msgspec


class CastMember(msgspec.Struct, frozen=True):
    """One of the demo cast on the sign-in page."""

    id: UUID
    handle: str
    about: str
    kind: str
    name_sealed: bytes
    key_wrapped: bytes


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A person, business or officer to open an account for."""

    kind: str
    name: str
    handle: str | None = None
    about: str = ""
    level: str = "said"
    email: str | None = None
    phone: str | None = None
    roles: dict[str, tuple[str, ...]] = {}


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One place where she is signed in. `mine`: the one she is looking from."""

    id: UUID
    device: str
    means: str
    created_at: datetime
    mine: bool


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """One of her passkeys, by the name she knows it by."""

    id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None
