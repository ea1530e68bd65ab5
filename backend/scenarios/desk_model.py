"""Guides as they are written at the desk."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from backend.core.i18n import _


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    REPLACED = "replaced"
    DROPPED = "dropped"


LABELS = {
    State.DRAFT: _("在改"),
    State.SUBMITTED: _("等人核对"),
    State.PUBLISHED: _("在用"),
    State.REPLACED: _("已被新版代替"),
    State.DROPPED: _("不要了"),
}
IN_WORK = (State.DRAFT, State.SUBMITTED)


class GuideVersion(msgspec.Struct, frozen=True, kw_only=True):
    """`revision` counts every change: a page from before one is refused. `note`: why the checker sent it back."""

    scenario_id: str
    version: int
    state: State
    revision: int
    pack_sha256: bytes
    data: dict[str, Any]
    authors: list[UUID]
    checked_by: UUID | None
    changed_at: datetime
    published_at: datetime | None
    note: str
