"""A business as a principal."""

from datetime import date
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


class Held(msgspec.Struct, frozen=True):
    """A business whose affairs the viewer may handle. `items` None: everything an agent may do; `valid_to` None: as long as the
    register names her."""

    principal_id: UUID
    name: str
    mandate_id: UUID
    by_law: bool
    items: list[str] | None
    valid_to: date | None
