"""A decision as one officer drafts and proposes it and another one answers. The database holds the two people apart too."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

import asyncpg
import msgspec

from backend.cases.model import Case
from backend.cases.queries import roles_in
from backend.cases.states import State
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, Problem
from backend.core.events import record
from backend.core.i18n import _
from backend.desk.moving import desk_move
from backend.desk.notes import key_of, of_desk

DRAFTS, DECIDES = {"reviewer", "approver", "head"}, {"approver", "head"}
LONGEST = 2000
OUTCOMES = {"granted": _("同意"), "refused": _("不同意")}
MEANWHILE = _("这份意见刚才有了变化，请看最新的，再决定怎么做。")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """`reason` is what the applicant would read, `note` what the two officers say to each other; `stale`: the case went on."""

    id: UUID
    outcome: Literal["granted", "refused"]
    reason: str
    note: str
    answer: str
    state: Literal["draft", "proposed", "approved", "sent_back", "dropped"]
    proposed_by: UUID
    proposed_at: datetime
    answered_by: UUID | None
    stale: bool


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer wrote into the form."""

    outcome: str
    reason: str = ""
    note: str = ""

    def problems(self) -> list[Problem]:
        found = [] if self.outcome in OUTCOMES else [Problem(_("请选同意还是不同意。"), "outcome")]
        if self.outcome == "refused" and not self.reason:
            found.append(Problem(_("不同意要写理由，申请人会看到。"), "opinion"))
        if max(len(self.reason), len(self.note)) > LONGEST:
            found.append(Problem(_("太长了，请写在 2000 字以内。"), "opinion"))
        return found


async def drafts_on(tx: Tx, case: Case) -> list[Draft]:
    """Newest first; none for who does not examine, none of somebody who is forgotten."""
    key = await key_of(tx, case)
    rows = await tx.db.fetch(
        """SELECT id, case_version, outcome, reason_sealed, state, proposed_by, proposed_at, answered_by, answer_sealed
           FROM decision_drafts WHERE case_id = $1 AND state <> 'dropped' ORDER BY proposed_at DESC, id LIMIT 20""",
        case.id,
    )
    if key is None:
        return []
    found = []
    for r in rows:
        said = key.open_value(r["reason_sealed"], f"draft:{r['id']}")
        answer = key.open_value(r["answer_sealed"], f"answer:{r['id']}") if r["answer_sealed"] else ""
        found.append(
            Draft(
                id=r["id"], outcome=r["outcome"], reason=said["reason"], note=said["note"], answer=answer, state=r["state"],
                proposed_by=r["proposed_by"], proposed_at=r["proposed_at"], answered_by=r["answered_by"],
                stale=r["case_version"] != case.version and r["state"] in ("draft", "proposed"),
            )
        )  # fmt: skip
    return found


def open_one(drafts: list[Draft]) -> Draft | None:
    return next((d for d in drafts if d.state in ("draft", "proposed")), None)


async def write(tx: Tx, case: Case, opinion: Opinion, *, propose: bool) -> None:
    """Keeps the viewer's draft, or puts it before a second officer. Conflict while a colleague's lies there."""
    await _need(tx, case, DRAFTS)
    problems = opinion.problems() if propose else opinion.problems()[:0]
    key, draft = await key_of(tx, case), open_one(await drafts_on(tx, case))
    if opinion.outcome not in OUTCOMES:
        problems = [Problem(_("请选同意还是不同意。"), "outcome")]
    if key is None or case.state is not State.ACCEPTED:
        raise Conflict(
            _("只有正在审查的件才能写意见。"), next_step=f"/desk/cases/{case.number}", next_say=_("看这一件")
        )
    if problems:
        raise Invalid(*problems)
    if draft and draft.proposed_by != tx.viewer.id:
        raise Conflict(MEANWHILE, next_step=f"/desk/cases/{case.number}", next_say=_("看这一件"))
    row = draft.id if draft else uuid4()
    sealed = key.seal_value({"reason": opinion.reason, "note": opinion.note}, f"draft:{row}")
    state = "proposed" if propose else "draft"
    await _put(tx, case, row, opinion.outcome, sealed, state, new=draft is None)
    if propose:
        await record(tx, [of_desk(tx, case, "decision_proposed", {"outcome": opinion.outcome})])


async def _put(tx: Tx, case: Case, row: UUID, outcome: str, sealed: bytes, state: str, *, new: bool) -> None:
    try:
        async with tx.db.transaction():
            if new:
                await tx.db.execute(
                    """INSERT INTO decision_drafts (id, case_id, case_version, outcome, reason_sealed, state, proposed_by, proposed_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
                    row, case.id, case.version, outcome, sealed, state, tx.viewer.id, tx.now,
                )  # fmt: skip
                return
            await tx.db.execute(
                "UPDATE decision_drafts SET case_version = $2, outcome = $3, reason_sealed = $4, state = $5, proposed_at = $6 WHERE id = $1",
                row, case.version, outcome, sealed, state, tx.now,
            )  # fmt: skip
    except asyncpg.UniqueViolationError as error:
        raise Conflict(MEANWHILE, next_step=f"/desk/cases/{case.number}", next_say=_("看这一件")) from error


async def drop(tx: Tx, case: Case, draft: UUID) -> None:
    """Taken back by whom it is from."""
    if not await tx.db.fetchval(
        "UPDATE decision_drafts SET state = 'dropped' WHERE id = $1 AND case_id = $2 AND proposed_by = $3 AND state IN ('draft', 'proposed') RETURNING true",
        draft, case.id, tx.viewer.id,
    ):  # fmt: skip
        raise Conflict(MEANWHILE, next_step=f"/desk/cases/{case.number}", next_say=_("看这一件"))


async def answer(tx: Tx, case: Case, draft: UUID, *, approve: bool, words: str) -> Case:
    """The second officer decides as proposed, or sends it back with a word. NotAllowed for the proposer herself."""
    await _need(tx, case, DECIDES)
    found = open_one(await drafts_on(tx, case))
    if found is None or found.id != draft or found.state != "proposed" or found.stale:
        raise Conflict(MEANWHILE, next_step=f"/desk/cases/{case.number}", next_say=_("看这一件"))
    if found.proposed_by == tx.viewer.id:
        raise NotAllowed(
            _("自己提的意见要由另一个人来定。"), next_step=f"/desk/cases/{case.number}", next_say=_("看这一件")
        )
    if not approve and not 1 <= len(words) <= LONGEST:
        raise Invalid(Problem(_("退回要写一句为什么，同事才知道怎么改。"), "answer"))
    key = await key_of(tx, case)
    sealed = key.seal_value(words, f"answer:{draft}") if key and words else None
    await tx.db.execute(
        "UPDATE decision_drafts SET state = $2, answered_by = $3, answered_at = $4, answer_sealed = $5 WHERE id = $1",
        draft, "approved" if approve else "sent_back", tx.viewer.id, tx.now, sealed,
    )  # fmt: skip
    if not approve:
        await record(tx, [of_desk(tx, case, "decision_sent_back", {})])
        return case
    return await desk_move(tx, case, found.outcome, {"reason": found.reason} if found.reason else {})


async def _need(tx: Tx, case: Case, roles: set[str]) -> None:
    if not roles & await roles_in(tx.db, tx.viewer.id, case.department_id):
        raise NotAllowed(_("这一步不由您来办。"), next_step=f"/desk/cases/{case.number}", next_say=_("看这一件"))
