"""What people read about a case: its timeline and its date, as sentences. Pure; the reader's language comes later.

A parameter may be a date, a Span of days or another Sentence: the page words it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from backend.cases import joint_messages
from backend.cases.clocks import Count
from backend.cases.model import Event
from backend.cases.rules import GROUNDS, RECEIVERS
from backend.cases.states import Clock, State
from backend.core.clock import Due, Explanation, Unit
from backend.core.i18n import _, _n


class Sentence(msgspec.Struct, frozen=True):
    say: str
    params: dict[str, Any] = {}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the timeline. `state`: done, now, needs, later."""

    title: Sentence
    text: tuple[Sentence, ...]
    state: str
    event: Event | None = None


class DueWords(msgspec.Struct, frozen=True, kw_only=True):
    """The date people see, and behind one tap why it is this one."""

    label: Sentence
    day: date
    why: tuple[Sentence, ...]
    overdue: bool
    provisional: bool


TITLES = joint_messages.TITLES | {
    "filed": _("已收到您的申请"),
    "filed_waiting": _("已收到，等前一件办完"),
    "released": _("前一件办完了，这件开始办"),
    "pre_reviewed": _("预审通过了"),
    "correction_asked": _("请您补正"),
    "correction_asked_again": _("请您再补一次"),
    "corrected": _("补正已交上"),
    "accepted": _("已受理"),
    "deemed_accepted": _("视为已受理"),
    "deemed_renewed": _("视为准予延续"),
    "not_accepted": _("没有受理"),
    "not_competent": _("不归这个部门办"),
    "suspended": _("进入特别程序"),
    "resumed": _("特别程序结束"),
    "extended": _("时限延长了"),
    "granted": _("同意了"),
    "refused": _("没有同意"),
    "certificate_made": _("结果文书已做好"),
    "delivered": _("已送达"),
    "handed_over": _("已当面交付"),
    "delay_explained": _("部门说明了超期的原因"),
    "warned_red": _("超过期限了"),
    "date_changed": _("日期变了"),
    "archived": _("已归档"),
    "withdrawn": _("已撤回"),
    "returned": _("已退回"),
    "transferred": _("已转给其他部门"),
    "voided": _("已作废"),
    "account_questioned": _("工作人员会核实收款账户"),
    "look_asked": _("您请人工再看一遍"),
    "look_answered": _("工作人员又看了一遍"),
    "source_doubted": _("这件事要重新核对"),
    "pledge_kept": _("承诺核对过了，属实"),
    "pledge_broken": _("部门认为承诺不属实"),
    "pledge_objection_answered": _("对您的异议有了答复"),
}
LOOKED = {
    "right": _("没有发现问题，原来的结果不变。"),
    "wrong": _("发现了问题，部门会接着处理，有结果马上告诉您。"),
}
TEXTS = {
    "filed": _("部门会在 5 个工作日内看材料齐不齐，缺什么一次告诉您。"),
    "filed_waiting": _("前一件有结果后，这件自动开始，您不用再交。"),
    "pre_reviewed": _("部门先看过一遍，没有发现问题，接下来正式受理。"),
    "corrected": _("部门会接着看，有结果马上告诉您。"),
    "accepted": _("材料齐了，从受理的第二天起算时间。"),
    "deemed_accepted": _("部门没有在期限内答复，从收到材料那天起就算受理。"),
    "deemed_renewed": _("原来的证到期前部门没有作出决定，依法视为准予延续。结果文书会在 10 个工作日内送到您手里。"),
    "not_competent": _("请找：%(authority)s"),
    "suspended": _n("正在%(ground)s，大约要 %(num)s 天，这段时间不算在期限里。"),
    "resumed": _("期限接着往下算。"),
    "extended": _n("多 %(num)s 个工作日，只能延长这一次。"),
    "granted": _("结果文书会在 10 个工作日内送到您手里。"),
    "refused": _("您不认可的话，可以申请行政复议，也可以到法院起诉；期限和受理地点写在决定书上。"),
    "not_accepted": _("您不认可的话，可以申请行政复议，也可以到法院起诉。"),
    "voided": _("您不认可的话，可以申请行政复议，也可以到法院起诉。"),
    "warned_red": _("部门应当说明原因。不用您做什么；想问可以打 12345。"),
    "date_changed": _("放假安排公布或者改了，日期重新算过。"),
    "archived": _("材料和经过都存好了，您随时可以回来看。"),
    "look_asked": _("工作人员看过以后，把结果写在这里。原来的结果现在不变。"),
    "source_doubted": _("办这件事用到的数据里，有一处可能有错，工作人员正在重新看。您不用做什么，有结果马上告诉您。"),
    "pledge_broken": _("理由和后果写在“我的承诺”里，不认可可以提异议。"),
    "withdrawn": _("这件事已经停下，不会再往下办。想办可以重新提交。"),
    "returned": _("想接着办，请补齐后重新提交。"),
    "transferred": _("接手的部门：%(authority)s"),
}
LATER = {
    State.WAITING: ("accepted", "granted"),
    State.SUBMITTED: ("accepted", "granted"),
    State.CORRECTING: ("accepted", "granted"),
    State.ACCEPTED: ("granted",),
    State.SUSPENDED: ("resumed", "granted"),
    State.GRANTED: ("delivered",),
    State.CERTIFIED: ("delivered",),
}
LATER_TITLES = {
    "accepted": _("部门受理"),
    "granted": _("作出决定"),
    "resumed": _("特别程序结束"),
    "delivered": _("送达结果"),
}

TERMS = {Unit.WORKDAY: _n("%(num)s 个工作日"), Unit.DAY: _n("%(num)s 天"), Unit.MONTH: _n("%(num)s 个月")}
HOLIDAYS = {True: _("%(days)s%(name)s放假，不算。"), False: _("%(days)s%(name)s放假，照算。")}
LABELS = {
    Clock.NOTICE: _("最晚答复"),
    Clock.CORRECTION: _("请在这天前补上"),
    Clock.DECISION: _("最晚"),
    Clock.DELIVERY: _("最晚送到"),
}
REASONS = {
    Clock.NOTICE: _("部门收到材料后，要在 %(term)s内说清楚齐不齐。过期不说，就算受理。"),
    Clock.CORRECTION: _("通知您补正之后，有 %(term)s可以补。"),
    Clock.DECISION: _("部门承诺 %(term)s内办完，从受理的第二天算起。"),
    Clock.DELIVERY: _("决定之后 %(term)s内要把结果送到您手里。"),
}


NO_SILENCE = _("部门收到材料后，要在 %(term)s内说清楚齐不齐。")


def term(limit: int, unit: Unit) -> Sentence:
    """`15 个工作日`, to be put into another sentence."""
    return Sentence(TERMS[unit], {"num": limit})


def timeline(state: State, events: Iterable[Event]) -> tuple[Step, ...]:
    """Newest first, then what is still to come."""
    past = [event for event in events if event.kind in TITLES]
    now = "needs" if state is State.CORRECTING else "now" if state in LATER else "done"
    steps = [
        Step(
            title=Sentence(TITLES[event.kind]),
            text=told(event),
            state=now if event is past[-1] else "done",
            event=event,
        )
        for event in reversed(past)
    ]
    later = [Step(title=Sentence(LATER_TITLES[name]), text=(), state="later") for name in LATER.get(state, ())]
    return (*steps, *later)


def told(event: Event) -> tuple[Sentence, ...]:
    """What an event says beyond its title: the officer's own words first, then what comes next."""
    if event.kind in joint_messages.TITLES:
        return tuple(Sentence(say, params) for say, params in joint_messages.told(event))
    lines = [Sentence("%(say)s", {"say": problem["say"]}) for problem in event.data.get("problems", ())]
    if event.kind == "delivered" and event.data.get("way") == "online":
        lines.append(Sentence(_("结果就在这一页，什么时候都能看。")))
    if event.data.get("receiver") in RECEIVERS:
        lines.append(Sentence(_("领取人：%(who)s"), {"who": Sentence(RECEIVERS[event.data["receiver"]])}))
    if event.kind == "look_answered" and event.data.get("outcome") in LOOKED:
        lines.append(Sentence(LOOKED[event.data["outcome"]]))
    if event.data.get("approved_by"):
        lines.append(Sentence(_("批准的是：%(who)s"), {"who": event.data["approved_by"]}))
    if event.data.get("was"):
        lines.append(Sentence(_("原来是%(day)s。"), {"day": date.fromisoformat(event.data["was"])}))
    if event.data.get("reason"):
        lines.append(Sentence(_("理由：%(reason)s"), {"reason": event.data["reason"]}))
    if event.kind in TEXTS:
        lines.append(Sentence(TEXTS[event.kind], _params(event)))
    return tuple(lines)


def _params(event: Event) -> dict[str, Any]:
    data = {name: event.data[key] for key, name in (("authority", "authority"), ("days", "num")) if key in event.data}
    return data | ({"ground": Sentence(GROUNDS[event.data["ground"]])} if event.data.get("ground") in GROUNDS else {})


def due_words(count: Count, why: Explanation, statutory: Due | None, today: date, *, silence: bool = True) -> DueWords:
    """`silence`: no answer counts as acceptance here."""
    return DueWords(
        label=Sentence(LABELS[count.clock]),
        day=why.due.due,
        why=tuple(_because(count, why, statutory, today, silence)),
        overdue=today > why.due.due,
        provisional=why.due.provisional,
    )


def _because(count: Count, why: Explanation, statutory: Due | None, today: date, silence: bool) -> Iterable[Sentence]:
    reason = REASONS[count.clock] if silence or count.clock is not Clock.NOTICE else NO_SILENCE
    yield Sentence(reason, {"term": term(count.limit, count.unit)})
    yield Sentence(_("%(day)s起算，当天不计。"), {"day": why.start})
    if why.counted and today <= why.due.due:
        yield Sentence(_("到今天用了 %(term)s。"), {"term": term(why.counted, _counted_in(count.unit))})
    for span in why.holidays:
        yield Sentence(HOLIDAYS[count.unit is Unit.WORKDAY], {"days": span, "name": Sentence(span.name)})
    if count.unit is Unit.WORKDAY:
        for day in why.worked_weekends:
            yield Sentence(_("%(day)s调休上班，要算。"), {"day": day})
    for span in why.paused:
        yield Sentence(_("%(days)s在做特别程序，不算。"), {"days": span})
    if why.rolled_from:
        yield Sentence(_("最后一天%(day)s不上班，顺延到下一个工作日。"), {"day": why.rolled_from})
    if count.by and count.by <= why.due.due:
        yield Sentence(_("原来的证%(day)s到期；到那天还没有决定，就视为准予延续。"), {"day": count.by})
    yield from _doubts(why.due)
    if statutory and statutory.due != why.due.due:
        yield Sentence(_("法律规定的期限是%(day)s，承诺的更早。"), {"day": statutory.due})


def _doubts(end: Due) -> Iterable[Sentence]:
    if end.open_pause:
        yield Sentence(_("特别程序还没有结束，这个日期会往后推。"))
    for year in end.unpublished:
        yield Sentence(_("%(year)s 年的放假安排还没有公布，这个日期到时可能变动。"), {"year": year})


def _counted_in(unit: Unit) -> Unit:
    return Unit.WORKDAY if unit is Unit.WORKDAY else Unit.DAY
