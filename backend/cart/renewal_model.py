"""What a newer version of an item makes different on somebody's sheet."""

from typing import Any
from uuid import UUID

import msgspec


class Words(msgspec.Struct, frozen=True):
    """A sentence that the page translates; a parameter may be one itself."""

    say: str
    params: dict[str, Any] = {}


class Asked(msgspec.Struct, frozen=True):
    """One question or material of one subject, by its label. `max_age_days` of a material that must be fresh."""

    subject: UUID
    code: str
    label: str
    max_age_days: int | None = None

    @property
    def cell(self) -> tuple[UUID, str]:
        return (self.subject, self.code)


class Renewal(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that are `asked` now, `dropped`, to be answered `again` because her answer fits no more; materials she
    `needs` to bring now or is `spared`; and other `facts` of the item."""

    line: UUID
    asked: tuple[Asked, ...] = ()
    dropped: tuple[Asked, ...] = ()
    again: tuple[Asked, ...] = ()
    needs: tuple[Asked, ...] = ()
    spared: tuple[Asked, ...] = ()
    facts: tuple[Words, ...] = ()

    @property
    def matters(self) -> bool:
        """Something is different for her; else the newer version is taken over without a word."""
        return bool(self.asked or self.dropped or self.again or self.needs or self.spared or self.facts)
