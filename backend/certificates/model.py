"""Certificates: what somebody holds, whether it holds, and what it vouches for."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import msgspec

from backend.core.crypto import DataKey

State = Literal["valid", "suspended", "revoked", "replaced"]
Source = Literal["issued", "register"]


class Standing(StrEnum):
    """What a certificate is worth today: its state, its dates, and whether it is as it was signed."""

    VALID = "valid"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REPLACED = "replaced"
    ALTERED = "altered"  # not as it was signed, or signed with a key that is none of ours


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What is signed, as canonical JSON. `about`: the kind of party; `fields`: element → plain value; `replaces`: a number."""

    number: str
    type: str
    label: str
    issuer: str
    holder: str
    about: str
    fields: dict[str, Any]
    issued_at: str
    valid_from: str
    valid_until: str | None
    source: Source
    replaces: str | None = None


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate as whoever may see it reads it. `content` None: its words are altered, or sealed for ever."""

    id: UUID
    number: str
    type: str
    department_id: str
    holder_id: UUID
    party_id: UUID | None
    case_id: UUID | None
    source: Source
    digest: bytes
    signature: bytes
    key_id: str
    issued_at: datetime
    valid_from: date
    valid_until: date | None
    state: State
    state_since: datetime
    state_reason: str
    replaces: UUID | None
    content: Content | None
    standing: Standing
    text: bytes = b""  # the canonical JSON itself

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.content.fields if self.content else {}


class Change(msgspec.Struct, frozen=True):
    """One line of its history; the first is its issue. `actor_id` None: the machine."""

    state: State
    reason: str
    actor_id: UUID | None
    at: datetime


class DeskLook(msgspec.Struct, frozen=True):
    """Somebody at the department that issued it looked it up."""

    at: datetime
    department: str


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """A case whose grant a certificate is issued on. `filed`: element → value, of the party it is about."""

    case_id: UUID
    case_number: str
    type: str
    holder_id: UUID
    party_id: UUID | None
    filed: Mapping[str, Any]


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """What issuing one takes. `issuer` and `kind` are the codes in its number; `serial`: the issuer's own, else the next of ours;
    `case_id` None: a register told of it. `replaces`: id and number of the one whose place it takes."""

    type: str
    label: str
    department_id: str
    department_name: str
    kind: str
    issuer: str
    about: str
    holder_id: UUID
    holder_name: str
    party_id: UUID | None
    fields: dict[str, Any]
    valid_from: date
    valid_until: date | None
    key: DataKey
    case_id: UUID | None = None
    serial: str = ""
    version: int = 1
    replaces: tuple[UUID, str] | None = None
