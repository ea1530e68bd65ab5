"""What a person is told about the certificates she holds. Pure; see messages.py."""

from backend.cases.states import Notice
from backend.core.i18n import _

ENDING = "certificate_ending"
SUSPENDED, RESUMED, REVOKED = "certificate_suspended", "certificate_resumed", "certificate_revoked"
SHOWN = "certificate_shown"

TEXTS = {
    ENDING: (
        _("%(item)s：快到期了"),
        _("您的电子证照还有不到两个月就到期。到期以后就不能用了。"),
        _("还要用，请点开看到哪天，早一点申请换新的。"),
    ),
    SUSPENDED: (
        _("%(item)s：暂停使用了"),
        _("发证机关暂停了您的电子证照，恢复之前不能用它办事。"),
        _("请点开看原因。不认可的话，请联系发证机关，或打 12345。"),
    ),
    RESUMED: (
        _("%(item)s：可以用了"),
        _("发证机关恢复了您的电子证照。"),
        _("您不用做什么，现在就能用它办事。"),
    ),
    REVOKED: (
        _("%(item)s：被吊销了"),
        _("发证机关吊销了您的电子证照，以后不能再用。"),
        _("请点开看原因。不认可的话，可以申请行政复议，也可以到法院起诉。"),
    ),
    SHOWN: (
        _("有人看了您亮的证照"),
        _("您亮出的码被扫了一次，对方看到了您选的那几项。"),
        _("是您给看的，就不用做什么。不是，请点开看看是谁，再打 12345。"),
    ),
}
LOUD = {
    ENDING: Notice.NEWS,
    RESUMED: Notice.NEWS,
    SHOWN: Notice.NEWS,
    SUSPENDED: Notice.NEEDS_YOU,
    REVOKED: Notice.NEEDS_YOU,
}
PUSHES = dict.fromkeys(TEXTS, (_("您的证照有变化"), _("点一下查看。")))
