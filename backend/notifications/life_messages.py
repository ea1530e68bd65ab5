"""What people are told of the finer steps in the life of a case. Pure; see messages.py for how it is worded."""

from backend.cases.states import Notice
from backend.core.i18n import _

# kind: title, what happened, what to do
OF_MOVES = {
    "pre_reviewed": (
        _("%(item)s：预审通过"),
        _("部门先看过一遍，没有发现问题。"),
        _("您不用做什么，接下来正式受理。"),
    ),
    "handed_over": (
        _("%(item)s：已当面交付"),
        _("结果已经在窗口交给来领的人，是谁领的写在里面。"),
        _("不是您或您委托的人领的，请马上打 12345。"),
    ),
    "delay_explained": (
        _("%(item)s：部门说明了超期的原因"),
        _("这件事超过了期限，部门写了原因。"),
        _("请点开看。想问可以打 12345。"),
    ),
}
# Of a case that was not moved.
TEXTS = {
    "date_changed": (
        _("%(item)s：日期变了"),
        _("放假安排公布或者改了，告诉过您的日期重新算过。"),
        _("您不用做什么，新的日期写在里面。"),
    ),
    "survey_set": (
        _("%(item)s：约好一起看现场"),
        _("部门约好了一起看现场的时间，日期、地点和来的部门都写在里面。"),
        _("请点开看要不要您到场。去不了，请打电话给部门改时间。"),
    ),
    "survey_called_off": (
        _("%(item)s：看现场的约取消了"),
        _("原来约好的看现场取消了。"),
        _("您不用做什么，重新约了会告诉您。"),
    ),
    "meeting_set": (
        _("%(item)s：请您来碰头会"),
        _("部门约好了碰头会，请您也来，时间和地点写在里面。"),
        _("请点开看。去不了，请打电话给部门改时间。"),
    ),
    "meeting_called_off": (
        _("%(item)s：碰头会取消了"),
        _("原来约好的碰头会取消了。"),
        _("您不用做什么，重新约了会告诉您。"),
    ),
}
LOUD = dict.fromkeys(TEXTS, Notice.NEWS) | dict.fromkeys(("survey_set", "meeting_set"), Notice.NEEDS_YOU)
PUSHES = dict.fromkeys(TEXTS, (_("您的办件有新进展"), _("点一下查看。")))
LOOKS = {
    "handed_over": ("leaf", "package"),
    "delay_explained": ("amber", "clock"),
    **dict.fromkeys(TEXTS, ("amber", "calendar")),
}
