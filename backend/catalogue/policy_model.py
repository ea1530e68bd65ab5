"""How long things may take in one place: what the law leaves to it, or where it sets only the most."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from backend.catalogue.item_model import Strict

Ground = Literal["hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review"]
Days = Annotated[int, msgspec.Meta(ge=1, le=365)]
SPECIAL: dict[str, int] = {
    "hearing": 45,
    "tender": 120,
    "auction": 120,
    "inspection": 90,
    "testing": 90,
    "quarantine": 60,
    "appraisal": 120,
    "expert_review": 60,
}
"""The longest a special procedure takes where the place says nothing else, in days; the law asks that it be told, not how long."""


class Clocks(Strict, frozen=True, kw_only=True):
    """`notice`, `delivery`, `yellow` in workdays, never longer than the law's 5 and 10; the others in calendar days.

    `yellow`: so many workdays before a date its case is marked. `archive`: so long after the end a case is archived.
    """

    notice: Annotated[int, msgspec.Meta(ge=1, le=5)] = 5
    delivery: Annotated[int, msgspec.Meta(ge=1, le=10)] = 10
    correction: Days = 15
    yellow: Annotated[int, msgspec.Meta(ge=0, le=10)] = 3
    archive: Days = 60
    special: dict[Ground, Days] = msgspec.field(default_factory=dict)

    def longest(self, ground: str) -> int:
        return self.special.get(ground, SPECIAL[ground])  # type: ignore[call-overload, no-any-return]
