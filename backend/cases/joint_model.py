"""Opinions and meetings of a case that several departments handle together (tables joint_opinions, joint_meetings)."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from backend.core.i18n import _

OpinionState = Literal["waiting", "asked", "agreed", "objected", "silent", "escalated", "dropped"]
OPEN_OPINIONS = ("asked", "escalated")
SAID = {
    "waiting": _("还没轮到"),
    "asked": _("正在看"),
    "agreed": _("同意"),
    "objected": _("有不同意见"),
    "silent": _("到期没有答复，按同意记"),
    "escalated": _("到期没有答复，已经催办"),
    "dropped": _("不用再答复"),
}
MEETINGS = {"survey": _("一起看现场"), "meeting": _("碰头会")}


class JointOpinion(msgspec.Struct, frozen=True, kw_only=True):
    """What one department was asked. `days`: workdays it has; of an extension, the workdays asked for."""

    id: UUID
    case_id: UUID
    kind: Literal["first", "opinion", "extension"]
    department_id: str
    department_name: str
    about: str
    days: int
    silence: Literal["consent", "escalate"]
    sees: tuple[str, ...]
    state: OpinionState
    asked_at: datetime | None
    due: date | None
    due_provisional: bool
    answered_at: datetime | None
    reason: str
    words: str

    @property
    def said(self) -> str:
        return SAID[self.state]

    @property
    def open(self) -> bool:
        return self.state in OPEN_OPINIONS


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: Literal["survey", "meeting"]
    at: datetime
    place: str
    people: str
    with_applicant: bool
    called_off_at: datetime | None
    note: str
    noted_at: datetime | None

    @property
    def ahead(self) -> bool:
        return self.called_off_at is None and self.noted_at is None


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """The joint side of one case. `government`: who may extend it."""

    opinions: tuple[JointOpinion, ...]
    meetings: tuple[Meeting, ...]
    survey: bool
    government: str

    @property
    def extension(self) -> JointOpinion | None:
        return next((one for one in self.opinions if one.kind == "extension"), None)

    def holds_back(self, move: str) -> bool:
        """Moves the lead cannot make by herself, or not yet."""
        spoken = all(one.state not in ("waiting", "asked", "escalated") for one in self.asked)
        return move == "extended" or (move == "granted" and not spoken)

    @property
    def asked(self) -> tuple[JointOpinion, ...]:
        return tuple(one for one in self.opinions if one.kind != "extension")


class AskedCase(msgspec.Struct, frozen=True, kw_only=True):
    """What a department that is asked knows of the case; what was filed stays sealed until `sees` says what to open."""

    id: UUID
    number: str
    order_id: UUID
    principal_id: UUID
    item_code: str
    item_version: int
    item_name: str
    department_name: str
    state: str
    received_at: datetime
    accepted_at: datetime | None
    facts_sealed: bytes
    key_wrapped: bytes | None
