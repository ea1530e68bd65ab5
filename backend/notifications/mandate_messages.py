"""What people are told of mandates: asked for, given, used at a counter, ended. Pure; see messages.py."""

from backend.cases.states import Notice
from backend.core.i18n import _

MANDATE_ASKED, MANDATE_ENDS_SOON = "mandate_asked", "mandate_ends_soon"
MANDATE_GIVEN, MANDATE_HELD, MANDATE_ENDED = "mandate_given", "mandate_held", "mandate_ended"
VISIT_DONE, LOST_BY_DEATH, LOST_BY_INCAPACITY = "visit_done", "lost_by_death", "lost_by_incapacity"
OF_MANDATES = (MANDATE_GIVEN, MANDATE_HELD, MANDATE_ENDED, VISIT_DONE, LOST_BY_DEATH, LOST_BY_INCAPACITY)

TEXTS = {
    MANDATE_ASKED: (
        _("有人想替您办事"),
        _("对方请您授权。您不同意，对方什么也办不了。"),
        _("请点开看清楚，再点同意或不同意。"),
    ),
    MANDATE_ENDS_SOON: (
        _("一份授权快到期了"),
        _("到期以后，就不能再用这份授权替人办事。"),
        _("还要用，请授权的人重新授权一次；不用了，就不必管它。"),
    ),
    MANDATE_GIVEN: (
        _("有人可以替您办事了"),
        _("您的授权已经登记好。以后对方每办一件，都会告诉您。"),
        _("是您的意思，就不用做什么。不是，请点开收回，或打 12345。"),
    ),
    MANDATE_HELD: (
        _("您可以替人办事了"),
        _("授权已经登记好。"),
        _("请点开看能办什么、到哪天，再在「为谁办」里换人。"),
    ),
    MANDATE_ENDED: (
        _("一份授权结束了"),
        _("这份授权已经收回，现在就生效。"),
        _("已经交上去的事会接着办。有疑问请打 12345。"),
    ),
    VISIT_DONE: (
        _("今天有工作人员帮您办事"),
        _("您在帮代办点签了字，工作人员帮您办的都记在「授权与代办」里。帮办已经结束。"),
        _("不是您的意思，请打 12345。"),
    ),
    LOST_BY_DEATH: (
        _("请节哀"),
        _("我们收到消息，和您有授权往来的一位亲友去世了，你们之间的授权已经结束。"),
        _("接下来要办的几件事，我们整理在一起，您准备好了再点开看。消息有误，请打 12345。"),
    ),
    LOST_BY_INCAPACITY: (
        _("一份授权结束了"),
        _("和您有授权往来的一位亲友，现在不能自己作主办事了，授权按规定结束。"),
        _("要接着替他办，请监护人带证明到窗口登记。有疑问请打 12345。"),
    ),
}
LOUD = dict.fromkeys(TEXTS, Notice.NEWS) | {MANDATE_ASKED: Notice.NEEDS_YOU}
PUSHES = {
    MANDATE_ASKED: (_("有人想替您办事"), _("点一下看清楚，再说同意或不同意。")),
    MANDATE_ENDS_SOON: (_("一份授权快到期了"), _("点一下查看。")),
    **dict.fromkeys(OF_MANDATES, (_("授权有变化"), _("点一下查看。"))),
}
