"""What the catalogue desk knows of an item and of who works on it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.catalogue.states import OPEN, State


class OnDesk(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the desk's list. `version`: the one in force today; `draft`: the state of what is being worked on."""

    code: str
    name: str
    department_id: str
    version: int | None
    draft: State | None
    planned: date | None


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version without its text. `first` is none for a draft and `date.min` for what was there from the beginning;
    `until` is none while nothing follows."""

    code: str
    version: int
    name: str
    state: State
    revision: int
    department_id: str
    first: date | None
    until: date | None
    published_at: datetime | None
    wrote: bool

    def in_force(self, day: date) -> bool:
        return self.state is State.PUBLISHED and self.first is not None and self.first <= day and not self.over(day)

    def over(self, day: date) -> bool:
        return self.until is not None and self.until <= day


class Desk(msgspec.Struct, frozen=True):
    """An item with all its versions, the newest first, and the roles the viewer has in its department."""

    code: str
    name: str
    department_id: str
    roles: frozenset[str]
    versions: tuple[Version, ...]

    @property
    def draft(self) -> Version | None:
        return next((one for one in self.versions if one.state in OPEN), None)

    def in_force(self, day: date) -> Version | None:
        return next((one for one in self.versions if one.in_force(day)), None)

    def planned(self, day: date) -> tuple[Version, ...]:
        """What takes effect later, by its day alone."""
        return tuple(
            v for v in self.versions if v.state is State.PUBLISHED and v.first and v.first > day and not v.over(day)
        )


class Text(msgspec.Struct, frozen=True):
    """The text of one version as it is stored: the item's own data, as a file of a pack would hold it."""

    version: int
    revision: int
    raw: dict[str, Any]


class ItemEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history. `data`: {changes: [words], reason, first}."""

    version: int
    kind: str
    actor_id: UUID | None
    actor_name: str
    at: datetime
    data: dict[str, Any]


class Change(msgspec.Struct, frozen=True):
    """One difference between two texts, in words; "" where there was or is nothing."""

    where: str
    was: str
    now: str


class Finding(msgspec.Struct, frozen=True):
    """What a guide rule says of a draft, and the page and field where it is put right."""

    say: str
    params: dict[str, Any]
    warning: bool
    section: str
    anchor: str
