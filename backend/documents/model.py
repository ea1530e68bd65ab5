"""Documents, the words they are made from, and what is printed."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.cases.issued import Standing
from backend.documents.rules import Part


class Wording(msgspec.Struct, frozen=True):
    """`id` is None for the city's own words, out of the pack."""

    title: str
    body: str
    id: int | None = None


class CityWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`documents.yaml` of a pack: the remedies every refusal names, and a wording a kind."""

    remedies: str
    wordings: dict[str, Wording]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A document with its number that is not made yet."""

    id: UUID
    case_id: UUID
    event_id: int
    kind: str
    number: str
    title: str
    dated: date
    department_name: str
    wording_id: int | None


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The data of pwa/print/document.typ. `qr`: SVG."""

    title: str
    office: str
    number: str
    to: str
    parts: list[Part]
    dated: str
    seal: str
    signs: list[str]
    check: str
    qr: str
    lang: str = "zh-Hans"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever holds the paper may know of it."""

    kind: str
    title: str
    number: str
    department: str
    dated: date
    standing: Standing
    sha256: bytes


class OfficeWording(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an office's words. `state`: draft, checked, published, replaced."""

    id: int
    department_id: str
    kind: str
    version: int
    state: str
    revision: int
    title: str
    body: str
    authors: list[UUID]
    checked_by: UUID | None
    changed_at: datetime
    published_at: datetime | None
