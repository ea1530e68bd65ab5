"""What a move must say before it is made. Pure; every problem at once."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from backend.cases.model import Event
from backend.cases.states import Move
from backend.core.errors import Problem
from backend.core.i18n import _, _n

# Licensing Law 45: only these stop the count.
GROUNDS = {
    "hearing": _("听证"),
    "tender": _("招标"),
    "auction": _("拍卖"),
    "inspection": _("检验"),
    "testing": _("检测"),
    "quarantine": _("检疫"),
    "appraisal": _("鉴定"),
    "expert_review": _("专家评审"),
}
LONGEST_EXTENSION = 10  # workdays, once (Licensing Law 42)
LONGEST_SUSPENSION = 180
LONGEST_REASON = 2000

MISSING = {
    "reason": _("请写明理由，申请人会看到。"),
    "problems": _("请写明缺什么、哪里不对，一次说全。"),
    "authority": _("请写明应该找哪个部门。"),
    "ground": _("请选择属于哪一种特别程序。"),
    "days": _("请写明需要多少天。"),
    "expired": _("请写明原来的证哪天到期。"),
}


def problems_with(move: Move, data: Mapping[str, Any]) -> list[Problem]:
    """What is missing or out of bounds in the data of a move."""
    found = [Problem(MISSING[field], field) for field in move.requires if not data.get(field)]
    if len(str(data.get("reason") or "")) > LONGEST_REASON:
        found.append(Problem(_("理由太长了，请写在 2000 字以内。"), "reason"))
    if data.get("ground") and data["ground"] not in GROUNDS:
        found.append(Problem(_("只有听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审不计入时限。"), "ground"))
    if data.get("days") and not _days_fit(move, data["days"]):
        found.append(Problem(_("天数不在允许的范围内。"), "days"))
    return found


def _days_fit(move: Move, days: Any) -> bool:
    longest = LONGEST_EXTENSION if move.name == "extended" else LONGEST_SUSPENSION
    return type(days) is int and 1 <= days <= longest


def no_room(quota: int, granted: int, earlier: int) -> list[Problem]:
    """Licensing Law 57: where only so many are granted, in the order of acceptance."""
    if granted >= quota:
        said = _("只能批准 %(quota)s 个，已经批准满了。这一件只能作不予批准的决定。")
        return [Problem(said, params={"quota": quota})]
    if granted + earlier >= quota:
        said = _n("前面还有 %(num)s 件先受理的没有决定，要按受理的先后来，请先决定它们。")
        return [Problem(said, params={"num": earlier})]
    return []


def too_late_or_again(move: Move, events: Iterable[Event], due: date | None, today: date) -> list[Problem]:
    """Once means once; a second correction needs a first; an extension comes before the limit is over."""
    past = {event.kind for event in events}
    if move.once and move.name in past:
        return [Problem(_("这一步只能做一次，已经做过了。"))]
    if move.name == "correction_asked_again" and "correction_asked" not in past:
        return [Problem(_("还没有发过补正通知，请先一次说全。"))]
    if move.name == "extended" and due is not None and today > due:
        return [Problem(_("时限已经过了，不能再延长。"))]
    return []
