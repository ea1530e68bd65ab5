"""The journal of a mandate as both sides read it: one plain sentence a line. Pure; the reader's language comes later."""

from typing import Any

import msgspec

from backend.accounts.consents import PURPOSES
from backend.core.i18n import _, _n
from backend.mandates.model import Mandate, MandateEvent


class Line(msgspec.Struct, frozen=True):
    """A sentence with its parameters; a parameter may be another one."""

    say: str
    params: dict[str, Any] = {}


DEEDS = {
    "filed": _("%(agent)s提交了：%(items)s。编号 %(number)s。"),
    "corrected": _("%(agent)s交上了补正：%(items)s。编号 %(number)s。"),
    "withdrawn": _("%(agent)s撤回了：%(items)s。编号 %(number)s。"),
}
OTHER_DEED = _("%(agent)s办了一步：%(items)s。编号 %(number)s。")
WAYS = {
    "self": _("%(principal)s在自己的手机上授权给%(agent)s。"),
    "sms": _("%(principal)s回复短信，授权给%(agent)s。"),
    "posted_code": _("%(agent)s输入了%(principal)s信里的代码，授权开始。"),
    "family_qr": _("%(agent)s输入了%(principal)s出示的代码，授权开始。"),
    "counter_paper": _("%(principal)s在窗口签字，授权给%(agent)s。"),
    "visit": _("%(principal)s在帮代办点签字，请%(agent)s帮着办。"),
    "register": _("登记的信息核对一致，%(agent)s可以替%(principal)s办事。"),
}
ENDS = {
    "revoked": _("%(principal)s收回了授权，马上生效。"),
    "renounced": _("%(agent)s不再代办，授权结束。"),
    "death": _("有一方去世，授权结束。"),
    "incapacity": _("有一方不能再自己作主，授权结束。"),
    "done": _("事情办完了，授权结束。"),
    "replaced": _("换了新的授权，这一份结束。"),
}
ENDED = _("授权结束。")
OTHERS = {
    "confirmed": _("授权得到确认。"),
    "refused": _("%(principal)s没有同意。"),
    "narrowed": _("授权的范围缩小了。"),
    "renewed": _("授权续了期。"),
    "expired": _("授权到期，不能再用。"),
    "own_consent": _("%(principal)s满 14 岁了，个人信息怎么用由本人同意。"),
    "taken_over": _("%(principal)s用自己的账号登录，接手了自己的资料。"),
}
CONSENTS = {
    "consent_given": _("%(agent)s替%(principal)s同意了：%(purpose)s。"),
    "consent_withdrawn": _("%(agent)s撤回了替%(principal)s的同意：%(purpose)s。"),
}
REMINDED = _n("离到期还有 %(num)s 天，提醒了双方。")


def line_of(mandate: Mandate, event: MandateEvent) -> Line:
    """What one line of the journal says; the same words for the principal and for her agent."""
    data = event.data
    names = {"principal": mandate.principal_name, "agent": mandate.agent_name}
    if event.kind == "granted":
        return Line(WAYS.get(data.get("via", ""), WAYS["self"]), names)
    if event.kind == "used":
        done = {"items": "、".join(data.get("items", ())), "number": data.get("number", "")}
        return Line(DEEDS.get(data.get("did", ""), OTHER_DEED), names | done)
    if event.kind in ("revoked", "ended"):
        return Line(ENDS.get(data.get("reason", ""), ENDED), names)
    if event.kind == "reminded":
        return Line(REMINDED, {"num": data.get("days", 0)})
    if event.kind in CONSENTS:
        purpose = PURPOSES.get(data.get("purpose", ""))
        return Line(CONSENTS[event.kind], names | {"purpose": Line(purpose.title) if purpose else ""})
    return Line(OTHERS[event.kind], names)
