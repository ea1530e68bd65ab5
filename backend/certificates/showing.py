"""Showing a certificate: for which purposes, what whoever looks gets to see, and what becomes of a code. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from backend.catalogue.certificate_model import CertificateType
from backend.certificates.model import Standing
from backend.core.i18n import _

CODE_LIFE, RENEWED_BEFORE = timedelta(seconds=90), 30
LIFE = timedelta(minutes=10)
ANSWER_STAYS = timedelta(minutes=2)

Outcome = Literal["shown", "again", "unknown", "expired", "ended", "used", "elsewhere"]

REFUSED: dict[str, str] = {
    "unknown": _("没有这个码。请让对方把屏幕上的码再给您扫一次，不要扫截图。"),
    "expired": _("这个码过时了：每个码只管一分半钟。请让对方换一个新码，再扫一次。"),
    "ended": _("对方已经结束亮证，什么也没有给您看。需要的话，请对方重新亮一次。"),
    "used": _("这个码已经有人看过了，不能再用。每个码只能看一次，转发的、截图的都不行。请让对方当面重新亮一次。"),
    "elsewhere": _("请用扫码的那台手机打开，并允许这一页的 Cookie。转发来的链接不能用。"),
}


class Purpose(msgspec.Struct, frozen=True):
    """`says`: what the holder reads about it before she shows anything."""

    code: str
    label: str
    says: str


PURPOSES = {
    one.code: one
    for one in (
        Purpose("whose", _("核对是谁的，有没有效"), _("乘车、进园、看病、优待，一般选这个。")),
        Purpose("valid", _("只看有没有效"), _("对方看不到您的姓名，也看不到号码。")),
        Purpose("whole", _("看证上的全部内容"), _("到窗口或单位办事，对方要登记的时候才选。")),
    )
}


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """One time a certificate is shown. `look`: who looked, with which it was over."""

    id: UUID
    certificate_id: UUID
    type: str
    purpose: str
    elements: list[str]
    begun_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    token: str
    expires_at: datetime
    look: "Look | None" = None

    def seconds_left(self, now: datetime) -> int:
        """Of the code on the screen; 0 when nothing can be looked at any more."""
        over = self.ended_at is not None or self.look is not None
        left = (min(self.expires_at, self.ends_at) - now).total_seconds()
        return 0 if over else max(0, round(left))

    def over(self, now: datetime) -> bool:
        return self.ended_at is not None or now >= self.ends_at


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody looked. `department`: of an officer; "": somebody with the code. `mark`: the same two digits on both telephones."""

    purpose: str
    elements: list[str]
    standing: str
    mark: str
    at: datetime
    department: str


class UsedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A case that used it, and which of the case's facts are from it."""

    number: str
    item_name: str
    department: str
    at: datetime
    elements: list[str]


class Offered(msgspec.Struct, frozen=True):
    """What a code is about before anybody looks: nothing of a person."""

    type: str
    purpose: str
    elements: list[str]
    outcome: str


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever looked reads. `fields`: (label, words); `number` and `until` only where everything is shown."""

    id: UUID
    label: str
    issuer: str
    standing: Standing
    since: datetime
    purpose: str
    fields: Sequence[tuple[str, str]]
    number: str
    until: date | None
    mark: str
    at: datetime


def elements_for(purpose: str, kind: CertificateType) -> list[str]:
    """What the purpose needs: nothing, what the certificate is known by (the first thing on it), or all that stands on it."""
    shows: dict[str, Any] = {"valid": (), "whose": kind.fields[:1], "whole": kind.fields}
    return list(shows[purpose])
