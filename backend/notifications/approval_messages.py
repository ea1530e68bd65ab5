"""What people are told when a person looks again at what a machine granted. Pure; see messages.py for how it is worded."""

from backend.cases.states import Notice
from backend.core.i18n import _

# kind: title, what happened, what to do
TEXTS = {
    "look_answered": (
        _("%(item)s：工作人员又看了一遍"),
        _("工作人员重新看了这件事，看了什么、结果怎样，都写在里面。"),
        _("请点开看。还有疑问可以打 12345。"),
    ),
    "source_doubted": (
        _("%(item)s：要重新核对"),
        _("办这件事用到的数据里，有一处可能有错，工作人员正在重新看。"),
        _("您不用做什么，有结果马上告诉您。"),
    ),
}
LOUD = dict.fromkeys(TEXTS, Notice.NEWS)
PUSHES = dict.fromkeys(TEXTS, (_("您的办件有新进展"), _("点一下查看。")))
LOOKS = {"look_answered": ("sea", "user-check"), "source_doubted": ("amber", "info")}
