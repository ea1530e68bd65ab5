"""What a person may take away, and how she is forgotten."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.core.errors import Problem

Row = dict[str, Any]


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """One package of all her data: being made, ready until `expires_at`, or gone again."""

    id: UUID
    asked_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    size: int | None
    gone_at: datetime | None

    def open_at(self, now: datetime) -> bool:
        return self.gone_at is None and self.expires_at is not None and self.expires_at > now


class Erasure(msgspec.Struct, frozen=True):
    """She asked to be forgotten; done when `due_at` has come, unless she changes her mind."""

    id: UUID
    asked_at: datetime
    due_at: datetime


class KeptFile(msgspec.Struct, frozen=True):
    """One of her files in the store, and its path in the package. `kind`: what it is sealed as, file or document."""

    id: UUID
    path: str
    store_key: str
    kind: str = "file"


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """Everything as plain values, section by section, with the files that go beside it."""

    name: str
    sections: dict[str, list[Row]]
    files: list[KeptFile]


class Hindrance(msgspec.Struct, frozen=True):
    """Why an account cannot be erased now, and the page where that is put right."""

    problem: Problem
    href: str


class KnownFact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact as its owner reads it. `editable`: her own words, hers to correct; else `ask` says whose they are."""

    party: UUID
    whose: str
    element: str
    label: str
    value: str
    source: str
    at: datetime
    editable: bool
    ask: str = ""


class Archive(msgspec.Struct, frozen=True):
    """What is kept of somebody who is forgotten, besides her cases: her name, and the words of her mandates by their id."""

    name: str
    mandates: dict[str, str]


class Held(msgspec.Struct, frozen=True):
    """Her account as an erasure finds it."""

    id: UUID
    key_wrapped: bytes
    name_sealed: bytes
    kept_until: date | None
