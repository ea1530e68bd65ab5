"""Why a register's word is not there, in people's words. Pure."""

from datetime import datetime, timedelta

from backend.core.i18n import _
from backend.registers.model import Outcome

BREAKER = "breaker"  # an outage: it was not asked at all, because it had not answered for some time
AGAIN_AFTER = {"outage": timedelta(minutes=1), "no_record": timedelta(minutes=5), "contradiction": timedelta(minutes=5)}
"""From when on asking again asks it and does not repeat what it has just said (asking.py)."""

PUSHED = _("对方推送到这里的登记，没有这一项。")
NEVER_ASKED = _("没有去问过：申请人没有同意代查，或者号码没有核实过。")
WORDS: dict[Outcome, str] = {
    "waiting": _("正在问，还没有回答。"),
    "answered": _("答了，但没有这一项，或者和填的不一样。"),
    "no_record": _("答了：没有查到记录。"),
    "contradiction": _("答的前后矛盾，或者答的是别人，不能用。"),
    "stale": _("答的太旧，过了能用的天数。"),
    "outage": _("连不上。"),
}
OUTAGES = {
    BREAKER: _("它连续几次没有回答，这次没有再去问。"),
    "429": _("它请我们过一会儿再问。"),
    "503": _("它请我们过一会儿再问。"),
    "signature": _("答复的签名不对，不能信。"),
    "schema": _("答的看不懂，不能用。"),
    "too long": _("答的看不懂，不能用。"),
    "address": _("它的地址不对，没有去问。"),
    "not configured": _("还没有接上。"),
}


def why_silent(state: Outcome, said: str) -> str:
    """`said`: of an outage, its kind as the adapter names it: a status, an exception."""
    if state != "outage":
        return WORDS[state]
    if said in OUTAGES:
        return OUTAGES[said]
    if "Timeout" in said:
        return _("超时，没有等到回答。")
    if said.startswith("4"):
        return _("它不肯回答这个问题。")
    return _("它自己出错了。") if said.startswith("5") else WORDS["outage"]


def may_ask_again(state: Outcome, done_at: datetime | None, now: datetime) -> bool:
    return state != "waiting" and (done_at is None or done_at + AGAIN_AFTER.get(state, timedelta()) < now)
