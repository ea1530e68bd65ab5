"""What people read of several departments handling one case together. Pure."""

from datetime import datetime
from typing import Any

from backend.cases.model import Event
from backend.core.clock import SHANGHAI
from backend.core.i18n import _

TITLES = {
    "opinion_asked": _("请另一个部门一起看"),
    "opinion_given": _("一个部门答复了"),
    "opinion_silent": _("一个部门到期没有答复，按同意记"),
    "opinion_escalated": _("一个部门到期没有答复，已经催办"),
    "survey_set": _("约好一起看现场"),
    "survey_called_off": _("看现场的约取消了"),
    "meeting_set": _("约好碰头会"),
    "meeting_called_off": _("碰头会取消了"),
}

# What else the offices read of it.
DESK = {
    "extension_asked": _("申请延长时限"),
    "survey_noted": _("写了看现场的记录"),
    "meeting_noted": _("写了碰头会纪要"),
}


def told(event: Event) -> list[tuple[str, dict[str, Any]]]:
    """Sentences with their parameters. Of an opinion its department and whether it agrees; its words are for the lead."""
    data = event.data
    lines: list[tuple[str, dict[str, Any]]] = []
    if data.get("department"):
        lines.append((_("%(department)s：%(about)s"), {"department": data["department"], "about": data["about"]}))
    if "agreed" in data:
        lines.append((_("同意"), {}) if data["agreed"] else (_("有不同意见，牵头的部门会商量。"), {}))
    if data.get("at"):
        lines.append(("%(at)s", {"at": datetime.fromisoformat(data["at"]).astimezone(SHANGHAI)}))
    if data.get("with_applicant") and event.kind == "survey_set":
        lines.append((_("请您到场，地点写在「一起办」里。"), {}))
    return lines
