"""What an officer is told each morning. Pure; see messages.py."""

from backend.cases.states import Notice
from backend.core.i18n import _

DESK_DIGEST = "desk_digest"

TEXTS = {
    DESK_DIGEST: (
        _("今天的办件：超期 %(late)s 件，快到期 %(soon)s 件"),
        _("昨天以来新来 %(fresh)s 件，手上还没办完的一共 %(open)s 件。"),
        _("请打开队列，先办红的和黄的。"),
    ),
}
LOUD = dict.fromkeys(TEXTS, Notice.NEWS)
PUSHES = dict.fromkeys(TEXTS, (_("今天的办件小结"), _("点一下看队列。")))
