"""Parties: somebody or something a filing talks about. Facts: what is known of them, and from whom."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.core.conditions import Trust


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` is one of the pack's: person, business, flat … `label`: as people call it, "" for what its role is called.

    `handler`: the one who acts, as a party in the affairs of a business.
    """

    id: UUID
    kind: str
    is_self: bool = False
    label: str = ""
    handler: bool = False


class Known(msgspec.Struct, frozen=True):
    """One fact: plain JSON value, source (profile, register.…, certificate.…, filing), trust, since when."""

    value: Any
    source: str
    trust: Trust
    at: datetime


class NewParty(msgspec.Struct, frozen=True):
    id: UUID
    kind: str
