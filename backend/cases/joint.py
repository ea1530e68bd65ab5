"""Several departments, one case: the others are asked when it is accepted, answer within their own limits, and meet.

1. Accepted: whoever reviews first is asked, else all at once, each shown what it needs and nothing more.
2. Each answers, or lets its day go by: consent where the item says so, otherwise it is pressed.
3. The lead grants only when all have spoken, and over an objection only after a meeting with a note.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

from backend.cases.joint_model import JointOpinion
from backend.cases.model import Case
from backend.cases.queries import roles_in
from backend.cases.queries_joint import joint_of, meetings_of, opinion_for, opinions_of
from backend.catalogue.joint_model import Joint, Opinion
from backend.catalogue.model import Item
from backend.catalogue.queries import item_version
from backend.core.clock import Due, Unit, due, local_day
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, Problem
from backend.core.events import NewEvent, record
from backend.core.i18n import _, _n
from backend.core.jobs import enqueue
from backend.core.workdays import calendar

ANSWERED = _("这条意见已经有结果了，请看最新的情况。")
EXTENDS, EXTENSION_DAYS = "延长时限", 3  # workdays the government has to answer
LONGEST_WORDS = 2000


async def send_out(tx: Tx, case: Case) -> None:
    """On acceptance: all whom the item names, those of the second level only once the first has spoken."""
    version = await item_version(tx.db, case.item_code, case.item_version)
    if version.item.joint is None:
        return
    levels = any(one.first for one in version.item.joint.opinions)
    asked = []
    for one in version.item.joint.opinions:
        now = one.first or not levels
        await _insert(tx, case, one, _sees(version.item, case, one), now=now)
        asked += [one] if now else []
    await record(tx, [_asked(case, await _name(tx, one.department), one.about) for one in asked])


def _sees(item: Item, case: Case, opinion: Opinion) -> list[str]:
    """`role.field` → '<party>/<element or material>' for each party in that role; '/<…>' for the filing itself."""
    found = []
    for name in opinion.sees:
        role = name.partition(".")[0]
        bound = case.bound.get(role, [])
        parties = [""] if role == "filing" else [bound] if isinstance(bound, str) else bound
        found += [f"{party}/{item.element_of(name)}" for party in parties]
    return found


async def _insert(tx: Tx, case: Case, one: Opinion, sees: list[str], *, now: bool) -> None:
    end = await _until(tx, one.limit)
    await tx.db.execute(
        """INSERT INTO joint_opinions (id, case_id, kind, department_id, about, days, silence, sees, state, asked_at, due, due_provisional)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        uuid4(), case.id, "first" if one.first else "opinion", one.department, one.about, one.limit, one.silence, sees,
        "asked" if now else "waiting", tx.now if now else None, end.due if now else None, now and end.provisional,
    )  # fmt: skip


async def _until(tx: Tx, workdays: int) -> Due:
    return due(tx.today, workdays, Unit.WORKDAY, (), tx.today, await calendar(tx.db, tx.today))


async def _name(tx: Tx, department: str) -> str:
    return str(await tx.db.fetchval("SELECT name FROM departments WHERE id = $1", department))


def _asked(case: Case, department: str, about: str) -> NewEvent:
    return event_of(case, "opinion_asked", {"department": department, "about": about})


def event_of(case: Any, kind: str, data: dict[str, Any], *, by: UUID | None = None, office: str = "", public: bool = True) -> NewEvent:  # fmt: skip
    """`office`: whose event it is, where that is not the lead's."""
    return NewEvent(
        kind=kind, principal_id=case.principal_id, actor_kind="officer" if by else "machine", actor_id=by, case_id=case.id,
        order_id=case.order_id, department_id=office or case.department_id, public=public, data=data,
    )  # fmt: skip


async def ask_next(tx: Tx, case: Case) -> None:
    """The second level, once the first has agreed, or was met about what it objects to. As the worker."""
    opinions, meetings = await opinions_of(tx.db, case.id), await meetings_of(tx.db, case.id)
    firsts = [one for one in opinions if one.kind == "first"]
    met = [m.noted_at for m in meetings if m.kind == "meeting" and m.noted_at]
    if not all(_settled(one, met) for one in firsts):
        return
    waiting = [one for one in opinions if one.state == "waiting"]
    for one in waiting:
        end = await _until(tx, one.days)
        await tx.db.execute(
            """UPDATE joint_opinions SET state = 'asked', asked_at = $2, due = $3, due_provisional = $4
               WHERE id = $1 AND state = 'waiting'""",
            one.id, tx.now, end.due, end.provisional,
        )  # fmt: skip
    if waiting:
        await record(tx, [_asked(case, one.department_name, one.about) for one in waiting])


def _settled(one: JointOpinion, met: Iterable[Any]) -> bool:
    if one.state == "objected":
        return any(noted >= one.answered_at for noted in met)
    return one.state in ("agreed", "silent", "dropped")


async def answer(tx: Tx, opinion_id: UUID, *, agreed: bool | None, words: str) -> JointOpinion:
    """My department's answer. Invalid: nothing chosen, or an objection without words; Conflict: answered or dropped meanwhile."""
    opinion, case = await opinion_for(tx, opinion_id)
    if not await tx.db.fetchval("SELECT may_give_opinion($1, $2)", opinion.department_id, opinion.kind):
        raise NotAllowed(_("这条意见不由您来答复。"), next_step="/desk/joint", next_say=_("回到要答复的"))
    if problems := list(_wrong(agreed, words)):
        raise Invalid(*problems)
    if not await tx.db.fetchval(
        """UPDATE joint_opinions SET state = $2, answered_at = $3, officer_id = $4, words = $5
           WHERE id = $1 AND state IN ('asked', 'escalated') RETURNING true""",
        opinion.id, "agreed" if agreed else "objected", tx.now, tx.viewer.id, words,
    ):  # fmt: skip
        raise Conflict(ANSWERED, next_step=f"/desk/joint/{opinion.id}", next_say=_("看最新情况"))
    said = {"department": opinion.department_name, "about": opinion.about, "agreed": bool(agreed)}
    given = event_of(case, "opinion_given", said, by=tx.viewer.id, office=opinion.department_id)
    await record(tx, [given])
    if opinion.kind == "first":
        await enqueue(tx.db, "ask_opinions", {"case": case.id})
    if opinion.kind == "extension" and agreed:
        await enqueue(tx.db, "extend_joint", {"opinion": opinion.id})
    return opinion


def _wrong(agreed: bool | None, words: str) -> Iterable[Problem]:
    if agreed is None:
        yield Problem(_("请选同意，或者不同意。"), "agreed")
    if agreed is False and not words.strip():
        yield Problem(_("不同意要写明理由，牵头的部门会看到。"), "words")
    if len(words) > LONGEST_WORDS:
        yield Problem(_("意见太长了，请写在 2000 字以内。"), "words")


async def fall_silent(tx: Tx, case: Case, opinion_id: UUID) -> None:
    """Its day has gone by: consent where the item says so, otherwise it is pressed and stays open. As the worker."""
    opinion = next(one for one in await opinions_of(tx.db, case.id) if one.id == opinion_id)
    state = "silent" if opinion.silence == "consent" else "escalated"
    if await tx.db.fetchval(
        "UPDATE joint_opinions SET state = $2, answered_at = $3 WHERE id = $1 AND state = 'asked' RETURNING true",
        opinion.id, state, tx.now if state == "silent" else None,
    ):  # fmt: skip
        said = {"department": opinion.department_name, "about": opinion.about}
        kind = "opinion_silent" if state == "silent" else "opinion_escalated"
        await record(tx, [event_of(case, kind, said)])
        await ask_next(tx, case)


async def recount_opinions(tx: Tx) -> None:
    """The days of open opinions again, for a calendar that was published or mended. As the worker."""
    rows = await tx.db.fetch(
        "SELECT id, kind, days, asked_at, due, due_provisional FROM joint_opinions WHERE state IN ('asked', 'escalated')"
    )
    for row in rows:
        asked, days = local_day(row["asked_at"]), EXTENSION_DAYS if row["kind"] == "extension" else row["days"]
        end = due(asked, days, Unit.WORKDAY, (), tx.today, await calendar(tx.db, asked))
        if (end.due, end.provisional) != (row["due"], row["due_provisional"]):
            await tx.db.execute(
                "UPDATE joint_opinions SET due = $2, due_provisional = $3 WHERE id = $1 AND state IN ('asked', 'escalated')",
                row["id"], end.due, end.provisional,
            )  # fmt: skip


async def ask_extension(tx: Tx, case: Case, days: Any, reason: str, longest: int) -> None:
    """Of what several departments handle, only the government's head extends (Licensing Law 42): the lead asks, once."""
    joint = await of_lead(tx, case, {"head"})
    problems = [] if type(days) is int and 1 <= days <= longest else [
        Problem(_n("最多能延长 %(num)s 个工作日。"), "days", params={"num": longest})]  # fmt: skip
    problems += [] if reason.strip() else [Problem(_("请写明理由，申请人会看到。"), "reason")]
    if problems:
        raise Invalid(*problems)
    end = await _until(tx, EXTENSION_DAYS)
    if not await tx.db.fetchval(
        """INSERT INTO joint_opinions (id, case_id, kind, department_id, about, days, silence, state, asked_at, due, due_provisional, reason)
           VALUES ($1, $2, 'extension', $3, $4, $5, 'escalate', 'asked', $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING true""",
        uuid4(), case.id, joint.government, EXTENDS, days, tx.now, end.due, end.provisional, reason,
    ):  # fmt: skip
        raise Conflict(_("延长时限只能申请一次。"), next_step=f"/desk/cases/{case.number}", next_say=_("回到这件事"))
    said = {"department": await _name(tx, joint.government), "about": EXTENDS}
    await record(tx, [event_of(case, "extension_asked", said, by=tx.viewer.id, public=False)])


async def allowed_extension(tx: Tx, opinion: UUID) -> tuple[UUID, dict[str, Any]]:
    """The case, and what its extension says."""
    row = await tx.db.fetchrow(
        """SELECT o.case_id, o.days, o.reason, d.name FROM joint_opinions o JOIN departments d ON d.id = o.department_id
           WHERE o.id = $1 AND o.kind = 'extension' AND o.state = 'agreed'""",
        opinion,
    )
    return row["case_id"], {"days": row["days"], "reason": row["reason"], "approved_by": row["name"]}


async def of_lead(tx: Tx, case: Case, roles: set[str]) -> Joint:
    """The item's joint side, for an officer of the lead department who may do this; Conflict once the case has ended."""
    joint = await joint_of(tx.db, case)
    if joint is None or not roles & await roles_in(tx.db, tx.viewer.id, case.department_id):
        raise NotAllowed(_("这一步不由您来办。"), next_step=f"/desk/cases/{case.number}", next_say=_("回到这件事"))
    if case.decided_at is not None or case.accepted_at is None:
        raise Conflict(
            _("这件事现在不用再商量了，请看最新进度。"),
            next_step=f"/desk/cases/{case.number}",
            next_say=_("看最新进度"),
        )
    return joint


async def not_all_spoke(tx: Tx, case: Case) -> list[Problem]:
    """Why it cannot be granted yet; the database refuses it too."""
    if await joint_of(tx.db, case) is None or not await tx.db.fetchval("SELECT opinions_open($1)", case.id):
        return []
    return [Problem(waits_for(await opinions_of(tx.db, case.id)))]


def waits_for(opinions: Sequence[JointOpinion]) -> str:
    if any(one.state in ("waiting", "asked", "escalated") for one in opinions if one.kind != "extension"):
        return _("还有部门没有答复，等都答复了才能同意。")
    return _("有部门不同意。请先开碰头会并写下纪要，才能同意。")
