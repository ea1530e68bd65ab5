"""Looking again: the applicant asks for it, a person says what she found, and a wrong grant is taken back through the gate."""

from uuid import UUID, uuid4

import asyncpg

from backend.approval.actions import open_recheck
from backend.approval.model import Recheck
from backend.approval.queries import decision_on, looks_at, place_of
from backend.cases.actions import move
from backend.cases.model import Case
from backend.cases.queries import case_by_id, roles_in
from backend.cases.states import State
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, Problem
from backend.core.events import NewEvent, record
from backend.core.i18n import _
from backend.mandates.journal import note_use

HOLDS = (State.GRANTED, State.CERTIFIED, State.DELIVERED)
MOST_LOOKS = 3  # of one decision: then the ways of law are open, and said
LONGEST_WORDS, LONGEST_ANSWER = 500, 1000


def may_ask(case: Case, looks: list[Recheck], *, by_machine: bool) -> bool:
    """Whether a person can be asked to look at it again: granted by machine, in force, nobody at it."""
    return by_machine and case.state in HOLDS and len(looks) < MOST_LOOKS and all(one.closed_at for one in looks)


async def ask_for_look(tx: Tx, case: Case, words: str) -> None:
    """Invalid: her words are too long. Conflict: there is nothing to look at, or somebody does already."""
    if len(words) > LONGEST_WORDS:
        raise Invalid(Problem(_("请写短一些，500 个字以内。"), "words"))
    found = await decision_on(tx.db, case.id)
    if not may_ask(case, await looks_at(tx, case), by_machine=found is not None and found.outcome == "granted"):
        raise Conflict(
            _("这件事现在不用再请人看：可能已经有人在看，或者不是机器办的。"),
            next_step=f"/cases/{case.number}/decision",
            next_say=_("看最新进度"),
        )
    recheck = uuid4()
    sealed = tx.key.seal_value(words, place_of(recheck, "words")) if words else None
    await open_recheck(tx, case, "asked", sealed, id=recheck)
    await note_use(tx, "look_asked", [case.item_name], case.number)
    actor = "agent" if tx.viewer.acting else "citizen"
    await record(tx, [_event(case, "look_asked", actor, tx.viewer.id, mandate=tx.viewer.mandate_id)])


async def answer(tx: Tx, recheck: Recheck, outcome: str, words: str, *, withdraw: bool = False) -> None:
    """What a person found, in words. `withdraw`: the grant is taken back at once, through the gate, for these words.

    Who asked, or whom a wrong source touched, is told; of the sample nobody but the office is.
    """
    if not await may_answer(tx, recheck):
        raise NotAllowed(_("这一步不由您来办。"), next_step="/desk/rechecks", next_say=_("回到要复核的"))
    problems = [] if outcome in ("right", "wrong") else [Problem(_("请选看下来对不对。"), "outcome")]
    if not 1 <= len(words) <= LONGEST_ANSWER:
        problems.append(Problem(_("请写明看了什么、结果怎样，1000 个字以内。"), "words"))
    if withdraw and outcome == "right":
        problems.append(Problem(_("没有问题的不能作废。"), "outcome"))
    if problems:
        raise Invalid(*problems)
    case = await case_by_id(tx.db, recheck.case_id)
    await _close(tx, case, recheck, outcome, words)
    told = recheck.cause != "sample" and not withdraw
    said = {"outcome": outcome, "reason": words, "cause": recheck.cause} if told else {"outcome": outcome, "cause": recheck.cause}  # fmt: skip
    await record(tx, [_event(case, "look_answered", "officer", tx.viewer.id, public=told, data=said)])
    if withdraw:
        await move(tx, case, "voided", {"reason": words})


async def may_answer(tx: Tx, recheck: Recheck) -> bool:
    """Who examines in the case's department and did not write the rules."""
    held = await roles_in(tx.db, tx.viewer.id, recheck.department_id)
    return bool(held & {"reviewer", "approver", "head"}) and not recheck.wrote


async def _close(tx: Tx, case: Case, recheck: Recheck, outcome: str, words: str) -> None:
    key = await principals_key(tx, case)
    if key is None:
        raise Conflict(_("申请人的资料已经删除，不能再写。"), next_step="/desk/rechecks", next_say=_("回到要复核的"))
    try:
        async with tx.db.transaction():
            closed = await tx.db.fetchval(
                """UPDATE rechecks SET outcome = $2, closed_by = $3, closed_at = $4, answer_sealed = $5
                   WHERE id = $1 AND closed_at IS NULL RETURNING true""",
                recheck.id, outcome, tx.viewer.id, tx.now, key.seal_value(words, place_of(recheck.id, "answer")),
            )  # fmt: skip
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "not_the_author":
            raise
        said = _("这件事的规则是您参与写的，要请另一位同事来看。")
        raise NotAllowed(said, next_step="/desk/rechecks", next_say=_("回到要复核的")) from error
    if not closed:
        raise Conflict(_("这一件已经有人看过了。"), next_step="/desk/rechecks", next_say=_("回到要复核的"))


async def principals_key(tx: Tx, case: Case) -> DataKey | None:
    """For whoever could load the case; None of somebody who is forgotten."""
    wrapped = await tx.db.fetchval(
        "SELECT key_wrapped FROM accounts WHERE id = $1 AND erased_at IS NULL", case.principal_id
    )
    return tx.vault.key(wrapped) if wrapped else None


def _event(
    case: Case, kind: str, actor: str, by: UUID, *, mandate: UUID | None = None, public: bool = True, data: dict[str, str] | None = None
) -> NewEvent:  # fmt: skip
    return NewEvent(
        kind=kind, principal_id=case.principal_id, actor_kind=actor, actor_id=by, mandate_id=mandate, case_id=case.id,
        order_id=case.order_id, department_id=case.department_id, public=public, data=data or {},
    )  # fmt: skip
