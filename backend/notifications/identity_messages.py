"""What people are told of signatures, of being known, and of representing a business. Pure."""

from backend.cases.states import Notice
from backend.core.i18n import _

SIGNATURE_ASKED, SIGNATURE_GIVEN, SIGNATURE_DECLINED = "signature_asked", "signature_given", "signature_declined"
IDENTITY_CONFIRMED, REPRESENTATIVE_REPLACED = "identity_confirmed", "representative_replaced"

TEXTS = {
    SIGNATURE_ASKED: (
        _("有人请您签名"),
        _("对方要办一件事，其中有一份要您同意才能交。"),
        _("请点开看清楚，再点同意或不同意。不认识对方，点不同意。"),
    ),
    SIGNATURE_GIVEN: (
        _("对方签好了"),
        _("您请对方签的，对方看过同意了。"),
        _("请回购物车看一遍，齐了就可以交。"),
    ),
    SIGNATURE_DECLINED: (
        _("对方没有同意签名"),
        _("您请对方签的，对方看过没有同意，所以还没有交。"),
        _("请先和对方商量。改了内容可以再请对方签。"),
    ),
    IDENTITY_CONFIRMED: (
        _("窗口核对了您的证件"),
        _("工作人员在窗口当面核对了您的身份证，以后要核实身份的事都可以在这里办。"),
        _("是您本人去的，就不用做什么。不是，请马上打 12345。"),
    ),
    REPRESENTATIVE_REPLACED: (
        _("您不再代表一家企业办事"),
        _("市场主体登记里，这家企业的法定代表人换了人，您代表它办事的权限已经结束。"),
        _("登记有误，请到市场监督管理窗口更正，更正后可以重新开通。"),
    ),
}
LOUD = dict.fromkeys(TEXTS, Notice.NEWS) | {SIGNATURE_ASKED: Notice.NEEDS_YOU}
PUSHES = {
    SIGNATURE_ASKED: (_("有人请您签名"), _("点一下看清楚，再说同意或不同意。")),
    **dict.fromkeys((SIGNATURE_GIVEN, SIGNATURE_DECLINED), (_("您请人签的有回音了"), _("点一下查看。"))),
    **dict.fromkeys((IDENTITY_CONFIRMED, REPRESENTATIVE_REPLACED), (_("您的身份有变化"), _("点一下查看。"))),
}
