"""What a move must say before it is made. Pure; every problem at once."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from backend.cases.model import Event
from backend.cases.states import Move
from backend.catalogue.policy_model import Clocks
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
LONGEST_JOINT_EXTENSION = 15  # of what several departments handle together (42, second paragraph)
RECEIVERS = {"applicant": _("申请人本人"), "agent": _("代办人")}
LONGEST_REASON = 2000
MOST_DAYS = 365

MISSING = {
    "reason": _("请写明理由，申请人会看到。"),
    "problems": _("请写明缺什么、哪里不对，一次说全。"),
    "authority": _("请写明应该找哪个部门。"),
    "ground": _("请选择属于哪一种特别程序。"),
    "days": _("请写明需要多少天。"),
    "expired": _("请写明原来的证哪天到期。"),
    "receiver": _("请核对证件，写明是谁来领的。"),
}


def problems_with(
    move: Move, data: Mapping[str, Any], events: Iterable[Event], places: Clocks, *, joint: bool
) -> list[Problem]:
    """What is missing or out of bounds in the data of a move, after what has happened so far."""
    found = [Problem(MISSING[field], field) for field in move.requires if not data.get(field)]
    if len(str(data.get("reason") or "")) > LONGEST_REASON:
        found.append(Problem(_("理由太长了，请写在 2000 字以内。"), "reason"))
    if data.get("ground") and data["ground"] not in GROUNDS:
        found.append(Problem(_("只有听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审不计入时限。"), "ground"))
    if data.get("receiver") and data["receiver"] not in RECEIVERS:
        found.append(Problem(MISSING["receiver"], "receiver"))
    longest = longest_days(move, str(data.get("ground")), events, places, joint=joint)
    if data.get("days") and not (type(data["days"]) is int and 1 <= data["days"] <= longest):
        said = _n("最多还能写 %(num)s 天。") if longest > 0 else _("这种特别程序的时间已经用完了，不能再停。")
        found.append(Problem(said, "days", params={"num": longest}))
    return found


def longest_days(move: Move, ground: str, events: Iterable[Event], places: Clocks, *, joint: bool) -> int:
    """How many days this move may take: of a special procedure, what earlier ones on the same ground have left."""
    if move.name == "extended":
        return LONGEST_JOINT_EXTENSION if joint else LONGEST_EXTENSION
    if move.name == "suspended" and ground in GROUNDS:
        before = (e.data for e in events if e.kind == "suspended" and e.data.get("ground") == ground)
        return places.longest(ground) - sum(int(data.get("days", 0)) for data in before)
    return MOST_DAYS


def no_room(quota: int, granted: int, earlier: int) -> list[Problem]:
    """Licensing Law 57: where only so many are granted, in the order of acceptance."""
    if granted >= quota:
        said = _("只能批准 %(quota)s 个，已经批准满了。这一件只能作不予批准的决定。")
        return [Problem(said, params={"quota": quota})]
    if earlier:
        said = _n("前面还有 %(num)s 件先受理的没有决定，要按受理的先后来，请先决定它们。")
        return [Problem(said, params={"num": earlier})]
    return []


def too_late_or_again(move: Move, events: Iterable[Event], due: date | None, today: date) -> list[Problem]:
    """Once means once; a second correction needs a first; an extension comes before the limit is over, words on a delay after."""
    past = {event.kind for event in events}
    if move.once and move.name in past:
        return [Problem(_("这一步只能做一次，已经做过了。"))]
    if move.name == "correction_asked_again" and "correction_asked" not in past:
        return [Problem(_("还没有发过补正通知，请先一次说全。"))]
    if move.name == "delay_explained" and (due is None or today <= due):
        return [Problem(_("这件事没有超过期限，不用说明。"))]
    if move.name == "extended" and due is not None and today > due:
        return [Problem(_("时限已经过了，不能再延长。"))]
    return []
