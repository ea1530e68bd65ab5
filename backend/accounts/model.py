"""Accounts as the rest of the product sees them."""

from uuid import UUID

import msgspec


class CastMember(msgspec.Struct, frozen=True):
    """One of the demo cast on the sign-in page."""

    id: UUID
    handle: str
    kind: str
    name_sealed: bytes
    key_wrapped: bytes


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A person, business or officer to open an account for."""

    kind: str
    name: str
    handle: str | None = None
    email: str | None = None
    phone: str | None = None
    roles: dict[str, tuple[str, ...]] = {}
