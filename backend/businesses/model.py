"""A business as a principal."""

from typing import Any
from uuid import UUID

import msgspec


class Opened(msgspec.Struct, frozen=True):
    """The account of a business, and the mandate of its representative."""

    account_id: UUID
    mandate_id: UUID
    is_new: bool
    given: bool


class Registered(msgspec.Struct, frozen=True):
    """What the business register says: its name, and the ID number of its legal representative."""

    name: str
    representative: str
    facts: dict[str, Any]
