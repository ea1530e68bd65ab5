"""What people are told of what they may have without asking, and of their pledges. Pure; see messages.py."""

from backend.cases.states import Notice
from backend.core.i18n import _

TEXTS = {
    "offered": (
        _("可以领取：%(item)s"),
        _("按登记里的情况，符合条件，不用填表，也不用交材料。"),
        _("请点开看一看，想要就点一下确认。不收一分钱。"),
    ),
    "offer_expired": (
        _("%(item)s：现在不符合条件了"),
        _("登记里的情况变了，之前告诉您可以领的，现在领不了。"),
        _("觉得不对，请打 12345，或自己申请，由工作人员看。"),
    ),
    "pledge_kept": (
        _("%(item)s：您的承诺核对过了"),
        _("部门核对了您办这件事时的承诺，和实际相符。"),
        _("您不用做什么。"),
    ),
    "pledge_broken": (
        _("%(item)s：您的承诺和实际不符"),
        _("部门核对了您办这件事时的承诺，认为和实际不符，理由和后果写在里面。"),
        _("请点开看。不认可，可以在里面写明，由另一位工作人员再看。"),
    ),
    "pledge_objection_answered": (
        _("%(item)s：对您的异议有了答复"),
        _("另一位工作人员重新看过您的承诺，答复写在里面。"),
        _("请点开看。还不认可，可以申请行政复议，也可以到法院起诉。"),
    ),
    "credit_appeal_answered": (
        _("您对信用等级的申诉有了答复"),
        _("管信用登记的部门看过了，答复写在里面。"),
        _("请点开看。"),
    ),
}
LOUD = dict.fromkeys(TEXTS, Notice.NEWS) | {"offered": Notice.NEEDS_YOU, "pledge_broken": Notice.RESULT}
PUSHES = {
    "offered": (_("有一份您可以领的"), _("点一下看是什么，想要就确认。")),
    "offer_expired": (_("一份可以领的有变化"), _("点一下查看。")),
    **dict.fromkeys(
        ("pledge_kept", "pledge_broken", "pledge_objection_answered"), (_("您的承诺有消息"), _("点一下查看。"))
    ),
    "credit_appeal_answered": (_("您的申诉有答复了"), _("点一下查看。")),
}
LOOKS = {
    "offered": ("leaf", "gift"),
    "pledge_broken": ("coral", "circle-alert"),
    "pledge_kept": ("leaf", "circle-check"),
}
