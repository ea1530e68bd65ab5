"""A pledge that was filed instead of a material, and its follow-up check."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from backend.core.i18n import _


class Result(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    UNCHECKED = "unchecked"  # could not be checked; it stays due


RESULTS = {
    Result.KEPT: _("属实"),
    Result.BROKEN: _("不属实"),
    Result.UNCHECKED: _("这次没法核对"),
}
ANSWERS = {"upheld": _("异议成立，改为属实"), "dismissed": _("异议不成立")}


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """Her word against "broken", and what another officer answered."""

    words: str
    made_at: datetime
    answer: str | None = None
    answer_words: str | None = None
    answered_at: datetime | None = None


class Pledge(msgspec.Struct, frozen=True, kw_only=True):
    """`words`: everything she read and signed; `terms`: the pack's rule as it was then. `taken_back`: the decision on its case."""

    id: UUID
    case_id: UUID
    case_number: str
    principal_id: UUID
    department_id: str
    item_code: str
    item_name: str
    label: str
    words: str
    terms: dict[str, Any]
    means: str
    by_agent: bool
    signed_at: datetime
    due: date
    result: Result | None
    result_words: str | None
    result_by: UUID | None
    result_at: datetime | None
    excluded_until: date | None
    taken_back: bool = False
    objection: Objection | None = None

    @property
    def waits(self) -> bool:
        return self.result in (None, Result.UNCHECKED)
