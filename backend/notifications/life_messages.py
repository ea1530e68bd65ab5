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
}
LOUD = {"date_changed": Notice.NEWS}
PUSHES = dict.fromkeys(TEXTS, (_("您的办件有新进展"), _("点一下查看。")))
LOOKS = {
    "handed_over": ("leaf", "package"),
    "delay_explained": ("amber", "clock"),
    "date_changed": ("amber", "calendar"),
}
