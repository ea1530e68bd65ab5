"""What a notice is about, as people decide by it how they want to be told; and what nobody can switch off. Pure."""

from backend.cases.states import Notice
from backend.core.i18n import _
from backend.notifications import identity_messages, rights_messages
from backend.notifications.certificate_messages import ENDING, SHOWN
from backend.notifications.desk_messages import DESK_DIGEST
from backend.notifications.mandate_messages import MANDATE_ENDS_SOON, OF_MANDATES
from backend.notifications.messages import (
    DUE_SOON,
    QUESTIONED,
    loudness,
)
from backend.notifications.model import Channel, Matter

# At least one way of knocking stays: the law wants the decision served, or her safety wants that she hears.
ALWAYS = frozenset({Matter.NEEDS, Matter.DONE_FOR_ME, Matter.ACCOUNT})
# By what she is usually reached, the least trouble first.
IN_TURN = (Channel.PUSH, Channel.EMAIL, Channel.SMS, Channel.LETTER)
# What a letter's one click leaves of it.
USUAL = (Channel.PUSH, Channel.SMS)
# Matter: its name on the page, what it is, as people read it.
NAMES = {
    Matter.NEEDS: (_("要您办的和办事结果"), _("要补材料、同意了、没同意")),
    Matter.DONE_FOR_ME: (_("别人替我办的"), _("代办人办了什么，授权有没有变化")),
    Matter.ACCOUNT: (_("账号和签名"), _("下载资料、注销、有人请您签名")),
    Matter.PROGRESS: (_("办件进展"), _("收到了、受理了、转给别的部门")),
    Matter.REMINDERS: (_("到期提醒"), _("补材料、授权快到期")),
    Matter.OFFERS: (_("您可能能领的补贴"), _("符合条件的好处，有就告诉您")),
    Matter.DIGEST: (_("每天的办件小结"), _("新来的、快到期的、超期的各几件")),
}
PEOPLES = tuple(matter for matter in Matter if matter is not Matter.DIGEST)
OF_ACCOUNTS = frozenset((*identity_messages.TEXTS, *rights_messages.TEXTS, QUESTIONED))
FIXED = (
    dict.fromkeys(OF_ACCOUNTS, Matter.ACCOUNT)
    | dict.fromkeys(OF_MANDATES, Matter.DONE_FOR_ME)
    | {
        DUE_SOON: Matter.REMINDERS,
        MANDATE_ENDS_SOON: Matter.REMINDERS,
        ENDING: Matter.REMINDERS,
        SHOWN: Matter.ACCOUNT,
        DESK_DIGEST: Matter.DIGEST,
    }
)


def matter_of(kind: str, actor_kind: str = "", for_her: bool = False) -> Matter:
    """`for_her`: it is the principal who is told, and an agent's hand is in it."""
    if kind in FIXED:
        return FIXED[kind]
    if kind.startswith("offer"):
        return Matter.OFFERS
    if for_her and actor_kind == "agent":
        return Matter.DONE_FOR_ME
    served = loudness(kind, actor_kind) in (Notice.NEEDS_YOU, Notice.RESULT)
    return Matter.NEEDS if served else Matter.PROGRESS
