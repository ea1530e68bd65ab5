"""What is said of an offer. Pure."""

from backend.core.i18n import _
from backend.offers.model import State

STATES = {
    State.OPEN: _("等您确认"),
    State.TAKEN: _("已经办了"),
    State.REFUSED: _("您说了不要"),
    State.EXPIRED: _("现在不符合了"),
}
OUTCOMES = {
    "letter": _("信已经排进要寄的"),
    "not_there": _("上门没见到人"),
    "wants": _("见到了，想要"),
    "declines": _("见到了，不要"),
}
LETTER = _(
    """您可以领取“%(item)s”：%(gives)s

按登记里的情况，您符合条件，不用填表，也不用交材料。我们是按“%(basis)s”查的登记，只为告诉您这一件事。

想要：请打 12345，或带身份证到社区、政务服务窗口说一声；也可以请家人替您在随手办上确认。社区的同志也会上门问您。
不想要：不用做什么，也可以打 12345 说一声，一年之内不再问您。

这不收一分钱。谁向您要钱、要密码、要验证码，都是骗子。"""
)
