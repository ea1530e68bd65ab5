"""Offers: what somebody is entitled to without having asked, and why one thinks so."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import msgspec


class State(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    REFUSED = "refused"
    EXPIRED = "expired"


class Looked(msgspec.Struct, frozen=True):
    """One fact behind a reason, in words: what, how it reads, which register says so, of which day."""

    label: str
    value: str
    source: str
    day: date


class Reason(msgspec.Struct, frozen=True):
    words: str
    facts: tuple[Looked, ...] = ()


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of the filing that a register knows: for which role, as the register says it and as it is shown (masked)."""

    role: str
    element: str
    value: Any
    label: str
    shown: str
    source: str  # register.social_insurance
    register: str  # its name
    at: datetime


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Why somebody is entitled, sealed with the offer. `known`: what decides it, for telling whether it changed."""

    reasons: tuple[Reason, ...]
    fills: tuple[Filled, ...] = ()
    known: tuple[tuple[str, Any], ...] = ()


class Judged(msgspec.Struct, frozen=True):
    """`entitled` None: the registers do not say enough now; nothing follows from that. `found`: why, where it is true."""

    entitled: bool | None
    found: Found | None = None


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One offer as its person, or who acts for her, sees it. `gives`: how much, in the pack's words."""

    id: UUID
    item_code: str
    item_version: int
    principal_id: UUID
    state: State
    offered_at: datetime
    checked_at: datetime
    answered_at: datetime | None
    order_number: str | None
    sealed: bytes
    item_name: str = ""
    department: str = ""
    gives: str = ""
    basis: str = ""
    found: Found = Found(reasons=())

    @property
    def open(self) -> bool:
        return self.state is State.OPEN


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """How the community office finds somebody whom nothing digital reaches."""

    name: str
    address: str = ""


class Unreached(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list for the community office."""

    id: UUID
    item_code: str
    item_name: str
    department: str
    area: str
    contact: Contact
    offered_at: datetime
    outcome: str | None = None
    words: str = ""
    at: datetime | None = None


class OutreachLook(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the office saw names and addresses, on the page or as a table."""

    kind: Literal["list", "table"]
    people: int
    by_name: str
    at: datetime


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What one tap came to. `order`: its number; `missing`: what is still to be said or handed in, the line is in the cart then."""

    state: State
    order: str = ""
    missing: int = 0
