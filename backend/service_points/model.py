"""Organisations that help (帮代办点): where they are, who works there, and each visit of somebody who was helped."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from backend.core.i18n import _

Kind = Literal["community", "post_office", "other"]
KINDS: dict[str, str] = {"community": _("社区服务中心"), "post_office": _("邮政网点"), "other": _("其他单位")}
MOST_ITEMS = 10  # in one visit


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """`most_visits`: a day, all its points together."""

    id: UUID
    name: str
    kind: Kind
    most_visits: int


class Point(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    organisation_id: UUID
    organisation_name: str
    name: str
    address: str
    hours: str
    phone: str


class NewPoint(msgspec.Struct, frozen=True):
    name: str
    address: str
    hours: str
    phone: str = ""


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    admin: bool
    since: datetime
    passkeys: bool  # whether she has come in once


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the viewer works: at an organisation that helps, or at the counters of these departments."""

    organisation_id: UUID | None
    name: str
    admin: bool
    counters: tuple[str, ...] = ()


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One person being helped by the viewer. `person`: her name, while the visit is open. `signed_at` None: nothing may be done yet."""

    id: UUID
    person_id: UUID
    person: str
    point_id: UUID | None
    point: str
    items: list[str]
    consent: str
    opened_at: datetime
    signed_at: datetime | None
    mandate_id: UUID | None


class Figure(msgspec.Struct, frozen=True):
    """One line of the figures. `item` None: the point's whole month. Fewer than five are None."""

    point_id: UUID
    month: date
    item: str | None
    visits: int | None
    filings: int | None
