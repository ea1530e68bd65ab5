"""The life of a case: one table of moves. Everything else about states is read off this table.

The gate (`actions.move`), the SQL trigger (`trigger.py`), the picture in the docs (`diagram.py`) and the tests
State × Move come from here. A move's name is the kind of the event it leaves.
"""

from enum import StrEnum

import msgspec

from backend.core.i18n import _


class State(StrEnum):
    WAITING = "waiting"  # for the result of another case; not received yet, no clock runs
    SUBMITTED = "submitted"
    CORRECTING = "correcting"
    ACCEPTED = "accepted"
    SUSPENDED = "suspended"
    GRANTED = "granted"
    CERTIFIED = "certified"  # the certificate or document is made
    DELIVERED = "delivered"
    REFUSED = "refused"
    NOT_ACCEPTED = "not_accepted"
    NOT_COMPETENT = "not_competent"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    TRANSFERRED = "transferred"
    VOID = "void"


class Public(StrEnum):
    """The four states people see."""

    FILED = "filed"
    WORKING = "working"
    NEEDS_YOU = "needs_you"
    DONE = "done"


class Clock(StrEnum):
    NOTICE = "notice"
    CORRECTION = "correction"  # the applicant's own limit
    DECISION = "decision"
    DELIVERY = "delivery"


class Effect(StrEnum):
    """What a move does to the clocks."""

    NONE = "none"
    START = "start"  # the clock of the new state starts on the day of the move
    START_AT_RECEIPT = "start_at_receipt"  # … on the day the notice clock had started (Licensing Law 32(4))
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    STOP = "stop"


class Who(StrEnum):
    """The applicant or her agent, the machine, and the officers' roles that may move a case."""

    CITIZEN = "citizen"
    MACHINE = "machine"
    WINDOW = "window"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    HEAD = "head"


class Notice(StrEnum):
    """How loudly the applicant is told."""

    NONE = ""
    NEWS = "news"
    NEEDS_YOU = "needs_you"
    RESULT = "result"


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One row. No `before`: the move that files. No `after`: the case stays what it is, and its event is what counts.

    `requires`: fields of the event's data without which it is void. `once`: at most one such event a case (a unique index
    says so too). `mandate`: what an agent must be allowed to do.
    """

    name: str
    says: str  # on a button
    before: tuple[State, ...] = ()
    after: State | None
    by: frozenset[Who]
    effect: Effect = Effect.NONE
    notice: Notice = Notice.NEWS
    requires: tuple[str, ...] = ()
    once: bool = False
    mandate: str = ""

    def leads_to(self, state: State | None) -> State:
        """Where the case stands after it."""
        assert self.after or state, f"{self.name} files no case"
        return self.after or state  # type: ignore[return-value]


S, W = State, Who
CITIZEN, MACHINE = frozenset({W.CITIZEN}), frozenset({W.MACHINE})
WINDOW = frozenset({W.WINDOW, W.REVIEWER})
REVIEW = frozenset({W.REVIEWER, W.APPROVER, W.HEAD})
DECIDE = frozenset({W.APPROVER, W.HEAD})
HEAD = frozenset({W.HEAD})
OFFICE = WINDOW | REVIEW
ENDED = (
    S.DELIVERED, S.REFUSED, S.NOT_ACCEPTED, S.NOT_COMPETENT, S.WITHDRAWN, S.RETURNED, S.TRANSFERRED, S.VOID,
)  # fmt: skip
OPEN = (S.WAITING, S.SUBMITTED, S.CORRECTING, S.ACCEPTED, S.SUSPENDED)

TABLE: tuple[Move, ...] = (
    Move(name="filed", says=_("提交"), after=S.SUBMITTED, by=CITIZEN, effect=Effect.START, mandate="submit"),
    Move(name="filed_waiting", says=_("提交，等前一件办完"), after=S.WAITING, by=CITIZEN, mandate="submit"),
    Move(name="released", says=_("前一件办完了"), before=(S.WAITING,), after=S.SUBMITTED, by=MACHINE, effect=Effect.START),
    Move(name="pre_reviewed", says=_("预审通过"), before=(S.SUBMITTED,), after=None, by=WINDOW, once=True),
    Move(
        name="correction_asked", says=_("请申请人补正"), before=(S.SUBMITTED,), after=S.CORRECTING, by=WINDOW,
        effect=Effect.START, notice=Notice.NEEDS_YOU, requires=("problems",), once=True,
    ),
    Move(
        name="correction_asked_again", says=_("再次请申请人补正"), before=(S.SUBMITTED,), after=S.CORRECTING, by=WINDOW,
        effect=Effect.START, notice=Notice.NEEDS_YOU, requires=("problems", "reason"), once=True,
    ),
    Move(name="corrected", says=_("交上补正"), before=(S.CORRECTING,), after=S.SUBMITTED, by=CITIZEN, effect=Effect.START, mandate="correct"),
    Move(name="accepted", says=_("受理"), before=(S.SUBMITTED,), after=S.ACCEPTED, by=WINDOW | MACHINE, effect=Effect.START),
    Move(name="deemed_accepted", says=_("逾期视为受理"), before=(S.SUBMITTED,), after=S.ACCEPTED, by=MACHINE, effect=Effect.START_AT_RECEIPT),
    Move(
        name="not_accepted", says=_("不予受理"), before=(S.SUBMITTED,), after=S.NOT_ACCEPTED, by=WINDOW,
        effect=Effect.STOP, notice=Notice.RESULT, requires=("reason",),
    ),
    Move(
        name="not_competent", says=_("不归本部门办"), before=(S.SUBMITTED,), after=S.NOT_COMPETENT, by=WINDOW,
        effect=Effect.STOP, notice=Notice.RESULT, requires=("authority",),
    ),
    Move(
        name="suspended", says=_("进入特别程序"), before=(S.ACCEPTED,), after=S.SUSPENDED, by=REVIEW,
        effect=Effect.PAUSE, requires=("ground", "reason", "days"),
    ),
    Move(name="resumed", says=_("特别程序结束"), before=(S.SUSPENDED,), after=S.ACCEPTED, by=REVIEW | MACHINE, effect=Effect.RESUME),
    Move(
        name="extended", says=_("延长时限"), before=(S.ACCEPTED,), after=S.ACCEPTED, by=HEAD | MACHINE,
        effect=Effect.EXTEND, requires=("reason", "days"), once=True,
    ),
    Move(name="granted", says=_("同意"), before=(S.ACCEPTED,), after=S.GRANTED, by=DECIDE | MACHINE, effect=Effect.START, notice=Notice.RESULT),
    Move(
        name="deemed_renewed", says=_("到期视为准予延续"), before=(S.SUBMITTED, S.ACCEPTED, S.SUSPENDED), after=S.GRANTED,
        by=MACHINE, effect=Effect.START, notice=Notice.RESULT, requires=("expired",),
    ),
    Move(
        name="refused", says=_("不同意"), before=(S.ACCEPTED,), after=S.REFUSED, by=DECIDE,
        effect=Effect.STOP, notice=Notice.RESULT, requires=("reason",),
    ),
    Move(
        name="delay_explained", says=_("说明超期原因"), before=(S.SUBMITTED, S.ACCEPTED, S.SUSPENDED, S.GRANTED, S.CERTIFIED),
        after=None, by=OFFICE, requires=("reason",),
    ),
    Move(name="certificate_made", says=_("制证"), before=(S.GRANTED,), after=S.CERTIFIED, by=MACHINE | WINDOW | DECIDE),
    Move(
        name="delivered", says=_("送达"), before=(S.GRANTED, S.CERTIFIED), after=S.DELIVERED, by=MACHINE | WINDOW | DECIDE,
        effect=Effect.STOP,
    ),
    Move(
        name="handed_over", says=_("窗口当面交付"), before=(S.CERTIFIED, S.DELIVERED), after=S.DELIVERED, by=OFFICE,
        effect=Effect.STOP, requires=("receiver",), once=True,
    ),
    Move(name="withdrawn", says=_("撤回"), before=OPEN, after=S.WITHDRAWN, by=CITIZEN, effect=Effect.STOP, mandate="submit"),
    Move(
        name="returned", says=_("退回"), before=(S.CORRECTING, S.WAITING), after=S.RETURNED, by=MACHINE | WINDOW,
        effect=Effect.STOP, notice=Notice.RESULT, requires=("reason",),
    ),
    Move(
        name="transferred", says=_("转给其他部门"), before=(S.SUBMITTED, S.ACCEPTED), after=S.TRANSFERRED, by=HEAD,
        effect=Effect.STOP, notice=Notice.RESULT, requires=("reason", "authority"),
    ),
    Move(
        name="voided", says=_("作废"), before=(*OPEN, S.GRANTED, S.CERTIFIED, S.DELIVERED), after=S.VOID, by=HEAD,
        effect=Effect.STOP, notice=Notice.RESULT, requires=("reason",),
    ),
    Move(name="archived", says=_("归档"), before=ENDED, after=None, by=MACHINE, notice=Notice.NONE, once=True),
)  # fmt: skip

MOVES = {move.name: move for move in TABLE}
RUNS = {
    S.SUBMITTED: Clock.NOTICE,
    S.CORRECTING: Clock.CORRECTION,
    S.ACCEPTED: Clock.DECISION,
    S.SUSPENDED: Clock.DECISION,
    S.GRANTED: Clock.DELIVERY,
    S.CERTIFIED: Clock.DELIVERY,
}
CLOSED = frozenset(State) - frozenset(OPEN)  # decided or ended: off the desk's queue

LABELS = {
    S.WAITING: _("等前一件办完"),
    S.SUBMITTED: _("等部门收件"),
    S.CORRECTING: _("等您补正"),
    S.ACCEPTED: _("正在审查"),
    S.SUSPENDED: _("特别程序中"),
    S.GRANTED: _("已同意"),
    S.CERTIFIED: _("证已做好"),
    S.DELIVERED: _("已同意，结果已送达"),
    S.REFUSED: _("没有同意"),
    S.NOT_ACCEPTED: _("没有受理"),
    S.NOT_COMPETENT: _("不归这个部门办"),
    S.WITHDRAWN: _("已撤回"),
    S.RETURNED: _("已退回"),
    S.TRANSFERRED: _("已转给其他部门"),
    S.VOID: _("已作废"),
}


def public_state(state: State) -> Public:
    if state is S.CORRECTING:
        return Public.NEEDS_YOU
    if state in (S.ACCEPTED, S.SUSPENDED):
        return Public.WORKING
    return Public.DONE if state in CLOSED else Public.FILED


def moves_from(state: State | None, who: frozenset[Who]) -> list[Move]:
    """What any of these may do now; `None` is the case that is not filed yet."""
    return [move for move in TABLE if move.by & who and (state in move.before if state else not move.before)]


def pairs(table: tuple[Move, ...] = TABLE) -> list[tuple[State, State, list[str]]]:
    """Every allowed change of state with the moves that make it, in the table's order."""
    found: dict[tuple[State, State], list[str]] = {}
    for move in table:
        for before in move.before:
            found.setdefault((before, move.leads_to(before)), []).append(move.name)
    return [(before, after, names) for (before, after), names in found.items()]
