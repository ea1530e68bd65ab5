"""What people are told, kind by kind: what happened, what to do, until when. Pure; the reader's language comes later.

The full words stand in the inbox and in e-mail. A push carries a general sentence: it lights up on a table for all to see.
"""

from collections.abc import Mapping
from datetime import date

import msgspec

from backend.cases.messages import Sentence
from backend.cases.states import MOVES, Clock, Notice
from backend.core.i18n import _, _n
from backend.notifications import (
    approval_messages,
    certificate_messages,
    desk_messages,
    file_messages,
    identity_messages,
    life_messages,
    mandate_messages,
    offer_messages,
    rights_messages,
)
from backend.notifications.model import Words

DUE_SOON, FILED_TOGETHER, QUESTIONED = "correction_due_soon", "filed_together", "account_questioned"
FIELDS = ("title", "happened", "todo")
NOBODYS: Mapping[str, str] = {}


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """`glyph` and `tone` are the component library's."""

    title: Sentence
    happened: Sentence
    todo: Sentence
    until: Sentence | None
    tone: str
    glyph: str


# kind: title, what happened, what to do
TEXTS = {
    "filed": (
        _("%(item)s：已提交"),
        _("部门收到了您的申请，编号 %(number)s。"),
        _("您不用做什么，有进展会马上告诉您。"),
    ),
    "filed_waiting": (
        _("%(item)s：已提交，等前一件办完"),
        _("部门收到了您的申请，编号 %(number)s。它要等前一件有结果才能开始。"),
        _("您不用再交一次，前一件办完会自动接着办。"),
    ),
    "released": (
        _("%(item)s：开始办了"),
        _("前一件办完了，这件自动开始。"),
        _("您不用做什么，有进展会马上告诉您。"),
    ),
    "correction_asked": (
        _("%(item)s：需要您补一下"),
        _("部门看过了，还缺一点，缺什么都写在里面，一次说全。"),
        _("请点开，照着补上。"),
    ),
    "correction_asked_again": (
        _("%(item)s：需要您再补一次"),
        _("部门看了您补的材料，还有一点不够，里面写了原因。"),
        _("请点开，照着补上。"),
    ),
    DUE_SOON: (
        _("%(item)s：补正快到期了"),
        _("部门请您补的还没有交上。"),
        _("请点开，照着补上。补不齐也可以打 12345 问一问。"),
    ),
    QUESTIONED: (
        _("%(item)s：收款账户要核实"),
        _("替您办的人填的收款账户，看起来是对方自己的，不是您的。在核实之前不会同意。"),
        _("工作人员会联系您。钱应当打给您，是对方填错了，请打 12345 说明。"),
    ),
    "corrected": (
        _("%(item)s：补正已交上"),
        _("您补的已经交到部门手里。"),
        _("您不用做什么，部门接着看。"),
    ),
    "accepted": (
        _("%(item)s：已受理"),
        _("材料齐了，部门开始审查。"),
        _("您不用做什么，有结果会马上告诉您。"),
    ),
    "deemed_accepted": (
        _("%(item)s：视为已受理"),
        _("部门没有在期限内答复，按规定从收到材料那天起就算受理。"),
        _("您不用做什么，有结果会马上告诉您。"),
    ),
    "deemed_renewed": (
        _("%(item)s：视为准予延续"),
        _("原来的证到期前部门没有作出决定，依法视为准予延续。"),
        _("您不用做什么，结果文书会送到您手里。"),
    ),
    "not_accepted": (
        _("%(item)s：没有受理"),
        _("部门没有受理这件事，理由写在里面。"),
        _("请点开看理由。不认可的话，可以申请行政复议，也可以到法院起诉。"),
    ),
    "not_competent": (
        _("%(item)s：不归这个部门办"),
        _("这件事应当找：%(authority)s。"),
        _("请到那里办。不知道怎么找，打 12345。"),
    ),
    "suspended": (
        _("%(item)s：进入特别程序"),
        _("部门要做鉴定、检验或评审这类工作，这段时间不算在期限里。"),
        _("您不用做什么，做完会接着办。"),
    ),
    "resumed": (
        _("%(item)s：接着办了"),
        _("特别程序做完了，期限接着往下算。"),
        _("您不用做什么，有结果会马上告诉您。"),
    ),
    "extended": (
        _("%(item)s：时限延长了"),
        _("部门把期限延长了一次，理由写在里面。只能延长这一次。"),
        _("您不用做什么，有结果会马上告诉您。"),
    ),
    "granted": (
        _("%(item)s：同意了"),
        _("好消息，您的申请通过了。"),
        _("请点开看结果。"),
    ),
    "refused": (
        _("%(item)s：没有同意"),
        _("部门作出了不同意的决定，理由写在里面。"),
        _("请点开看理由。不认可的话，可以申请行政复议，也可以到法院起诉，期限写在决定书上。"),
    ),
    "certificate_made": (
        _("%(item)s：结果文书做好了"),
        _("您的证或文书已经做好。"),
        _("请点开看怎么领。"),
    ),
    "delivered": (
        _("%(item)s：已送达"),
        _("结果已经送到您手里。"),
        _("这件事办完了。没有收到的话，请打 12345。"),
    ),
    "withdrawn": (
        _("%(item)s：已撤回"),
        _("这件事停下了，不会再往下办。"),
        _("想办，随时可以重新提交。"),
    ),
    "returned": (
        _("%(item)s：已退回"),
        _("这件事没有办下去，原因写在里面。"),
        _("想接着办，请补齐后重新提交。"),
    ),
    "transferred": (
        _("%(item)s：转给其他部门了"),
        _("现在由%(authority)s办理。"),
        _("您不用再交一次，请点开看接下来找谁。"),
    ),
    "voided": (
        _("%(item)s：已作废"),
        _("这件事被部门作废了，理由写在里面。"),
        _("请点开看理由。不认可的话，可以申请行政复议，也可以到法院起诉。"),
    ),
}
# What else a person is told: of a case that was not moved, and of what is no case.
OTHERS = {
    FILED_TOGETHER: (
        _n("%(num)s 件事已提交：%(items)s"),
        _("部门收到了申请，一次交齐。"),
        _("您不用做什么，有进展会马上告诉您。"),
    ),
}
# What the machine does on its way: the grant itself was the news.
ON_THE_WAY = ("accepted", "certificate_made", "delivered")
LOUD_OTHERS = {DUE_SOON: Notice.NEEDS_YOU, QUESTIONED: Notice.NEEDS_YOU, FILED_TOGETHER: Notice.NEWS}

TEXTS |= life_messages.OF_MOVES

UNTIL = {
    Clock.NOTICE: _("%(due)s前会告诉您是否受理。"),
    Clock.CORRECTION: _("请在 %(due)s前补上。"),
    Clock.DECISION: _("最晚 %(due)s有结果。"),
    Clock.DELIVERY: _("结果最晚 %(due)s送到您手里。"),
}
PROVISIONAL = _("%(until)s（放假安排公布后可能变动）")

PUSHES_OF_OTHERS = {
    FILED_TOGETHER: (_("您的办件有新进展"), _("点一下查看。")),
}
for _of in (
    approval_messages,
    certificate_messages,
    identity_messages,
    rights_messages,
    life_messages,
    mandate_messages,
    file_messages,
    desk_messages,
    offer_messages,
):
    OTHERS |= _of.TEXTS
    LOUD_OTHERS |= _of.LOUD
    PUSHES_OF_OTHERS |= _of.PUSHES
# What a push says, by how loudly the person is told: no item, no name, no number.
PUSHES = {
    Notice.NEWS: (_("您的办件有新进展"), _("点一下查看。")),
    Notice.NEEDS_YOU: (_("有一件事需要您"), _("请在期限前补一下，点一下看缺什么。")),
    Notice.RESULT: (_("您的办件有结果了"), _("点一下看结果。")),
}
LOOKS = (
    {
        "granted": ("leaf", "circle-check"),
        "certificate_made": ("leaf", "badge-check"),
        "delivered": ("leaf", "package"),
        "refused": ("coral", "circle-x"),
        "not_accepted": ("coral", "circle-x"),
        "voided": ("coral", "circle-x"),
        "withdrawn": ("plain", "undo-2"),
        "returned": ("amber", "undo-2"),
        "not_competent": ("amber", "info"),
        "transferred": ("amber", "arrow-right"),
        "suspended": ("sea", "hourglass"),
        "filed": ("sea", "send"),
        "filed_waiting": ("sea", "hourglass"),
    }
    | life_messages.LOOKS
    | approval_messages.LOOKS
    | offer_messages.LOOKS
)


def loudness(kind: str, actor_kind: str = "") -> Notice:
    """How loudly people are told of such an event; NONE for what is no news, such as the machine's acceptance on its way to a grant."""
    if kind in LOUD_OTHERS:
        return LOUD_OTHERS[kind]
    if kind not in TEXTS or (kind in ON_THE_WAY and actor_kind == "machine"):
        return Notice.NONE
    return MOVES[kind].notice


def message(words: Words, own: Mapping[str, str] = NOBODYS) -> Message:
    """The full words, an editor's where there are any (wordings.py); KeyError for a kind nobody is told of."""
    texts = dict(zip(FIELDS, TEXTS.get(words.kind) or OTHERS[words.kind], strict=True))
    title, happened, todo = ({**texts, **own}[field] for field in FIELDS)
    params = {
        "item": words.item or Sentence(_("您的办件")),
        "number": words.number,
        "authority": words.authority,
        "num": len(words.items),
        "items": "、".join(words.items),
        **words.counts,
    }
    tone, glyph = LOOKS.get(words.kind, ("sea", "bell"))
    if loudness(words.kind) is Notice.NEEDS_YOU:
        tone, glyph = "amber", "hand"
    return Message(
        title=Sentence(title, params),
        happened=Sentence(happened, params),
        todo=Sentence(todo, params),
        until=until(words.due, words.clock, words.provisional),
        tone=tone,
        glyph=glyph,
    )


def until(due: date | None, clock: Clock | None, provisional: bool) -> Sentence | None:
    if due is None or clock is None:
        return None
    sentence = Sentence(UNTIL[clock], {"due": due})
    return Sentence(PROVISIONAL, {"until": sentence}) if provisional else sentence


def push_words(words: Words, own: Mapping[str, str] = NOBODYS) -> tuple[str, str]:
    """Title and body of a push, to be translated: the same for everybody, whatever it is about."""
    title, body = PUSHES_OF_OTHERS.get(words.kind) or PUSHES[loudness(words.kind)]
    return own.get("title", title), own.get("body", body)
