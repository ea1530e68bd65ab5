"""The follow-up of pledges: what was signed, what the check found, what follows, and her word against it.

Access is the database's: she, who may see such a case of hers, and her department (migration 0033).
"""

from datetime import timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.actions import may_move, move
from backend.cases.pledge_model import ANSWERS, Objection, Pledge, Result
from backend.cases.queries import case_by_id
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from backend.core.events import NewEvent, record
from backend.core.i18n import _

LONGEST = 1000
AGAIN = timedelta(days=30)  # what could not be checked is due again
KEPT, BROKEN, ANSWERED = "pledge_kept", "pledge_broken", "pledge_objection_answered"
CHECKERS = frozenset({"reviewer", "approver", "head"})


async def pledges_of(tx: Tx) -> list[Pledge]:
    """Of the principal on the screen, the newest first."""
    return await _pledges(tx, None, None, tx.viewer.principal_id)


async def pledges_due(tx: Tx, *, done: bool) -> list[Pledge]:
    """At the viewer's desks: those that wait for their check by their day, or those that were checked, the newest first."""
    return await _pledges(tx, None, done, None)


async def pledge_for(tx: Tx, pledge: UUID) -> Pledge:
    """Missing and forbidden are both NotFound; a person sees only those of whoever is on her screen."""
    found = await _pledges(tx, pledge, None, None if tx.viewer.officer else tx.viewer.principal_id)
    if not found:
        raise NotFound()
    return found[0]


async def _pledges(tx: Tx, pledge: UUID | None, done: bool | None, principal: UUID | None) -> list[Pledge]:
    rows = await tx.db.fetch(
        """SELECT p.id, p.case_id, c.number AS case_number, p.principal_id, p.department_id, p.item_code, v.name AS item_name, p.label, p.words,
                  p.terms, p.means, p.mandate_id IS NOT NULL AS by_agent, p.signed_at, p.due, p.result, p.result_words, p.result_by, p.result_at,
                  p.excluded_until, c.state = 'void' AS taken_back, o.words_sealed, o.made_at, o.answer, o.answer_words, o.answered_at
           FROM pledges p JOIN cases c ON c.id = p.case_id JOIN item_versions v ON (v.code, v.version) = (p.item_code, p.item_version)
           LEFT JOIN pledge_objections o ON o.pledge_id = p.id
           WHERE ($1::uuid IS NULL OR p.id = $1) AND ($3::uuid IS NULL OR p.principal_id = $3)
             AND ($2::boolean IS NULL OR (coalesce(p.result, 'unchecked') <> 'unchecked' AND (o.pledge_id IS NULL OR o.answer IS NOT NULL)) = $2)
           ORDER BY CASE WHEN $2 THEN NULL ELSE p.due END NULLS LAST, p.signed_at DESC LIMIT 200""",
        pledge,
        done,
        principal,
    )
    return [_read(tx, row) for row in rows]


def _read(tx: Tx, row: asyncpg.Record) -> Pledge:
    pledge = msgspec.convert(dict(row), Pledge)
    if row["words_sealed"] is None:
        return pledge
    words = tx.vault.system.open_value(row["words_sealed"], _place(row["id"]))
    return msgspec.structs.replace(pledge, objection=msgspec.convert({**dict(row), "words": words}, Objection))


def _place(pledge: UUID) -> str:
    return f"pledge:{pledge}:objection"


async def record_result(tx: Tx, pledge_id: UUID, result: str, words: str, *, withdraw: bool) -> None:
    """What the check found, with words for her. Broken: she is kept from pledging as the rule says, and where the rule says that
    the decision is taken back, the case moves through its gate, by the head of the department."""
    pledge = await pledge_for(tx, pledge_id)
    _need_checker(tx, pledge)
    problems = [] if result in set(Result) else [Problem(_("请选核对的结果。"), "result")]
    problems += _words_problems(words)
    if problems:
        raise Invalid(*problems)
    found = Result(result)
    broken = found is Result.BROKEN
    bars = broken and pledge.terms.get("excludes") != "nothing"
    changed = await tx.db.execute(
        """UPDATE pledges SET result = $2, result_words = $3, result_by = $4, result_at = $5, excluded_until = $6, due = $7
           WHERE id = $1 AND coalesce(result, 'unchecked') = 'unchecked'""",
        pledge.id,
        found,
        words,
        tx.viewer.id,
        tx.now,
        tx.today + timedelta(days=int(pledge.terms["excluded_days"])) if bars else None,
        tx.today + AGAIN if found is Result.UNCHECKED else pledge.due,
    )
    if changed != "UPDATE 1":
        raise Conflict(_("这一份刚才已经有人记了结果。"), next_step=f"/desk/pledges/{pledge.id}", next_say=_("看一看"))
    if found is not Result.UNCHECKED:
        await _tell(tx, pledge, BROKEN if broken else KEPT)
    if broken and withdraw:
        await _withdraw(tx, pledge, words)


async def _withdraw(tx: Tx, pledge: Pledge, words: str) -> None:
    if not pledge.terms.get("withdraws"):
        raise Invalid(Problem(_("这一份承诺没有写明撤回决定，不能因此撤回。"), "withdraw"))
    case = await case_by_id(tx.db, pledge.case_id)
    if not await may_move(tx, case, "voided"):
        raise NotAllowed(
            _("撤回决定要由部门负责人来办，而且要已经批准。可以先只记结果，再请负责人在办件里作废。"),
            next_step=f"/desk/pledges/{pledge.id}",
            next_say=_("返回"),
        )
    await move(tx, case, "voided", {"reason": words})


async def object_to(tx: Tx, pledge_id: UUID, words: str) -> None:
    """Once, by her or who may file such a thing for her; read by another officer than who found it."""
    pledge = await pledge_for(tx, pledge_id)
    if pledge.result is not Result.BROKEN or pledge.objection:
        raise Conflict(
            _("现在不能提异议：可能已经提过，或者结果变了。"), next_step=f"/pledges/{pledge.id}", next_say=_("看一看")
        )
    if problems := _words_problems(words):
        raise Invalid(*problems)
    if not await tx.db.fetchval(
        "SELECT may_act_under($1, $2, 'submit', $3)", tx.viewer.mandate_id, pledge.principal_id, pledge.item_code
    ):
        raise NotAllowed(_("授权里不包括替本人提异议。"), next_step=f"/pledges/{pledge.id}", next_say=_("返回"))
    await tx.db.execute(
        "INSERT INTO pledge_objections (pledge_id, principal_id, made_by, words_sealed, made_at) VALUES ($1, $2, $3, $4, $5)",
        pledge.id,
        pledge.principal_id,
        tx.viewer.id,
        tx.vault.system.seal_value(words, _place(pledge.id)),
        tx.now,
    )


async def answer_objection(tx: Tx, pledge_id: UUID, answer: str, words: str) -> None:
    """Upheld: it counts as kept, and she may pledge again at once."""
    pledge = await pledge_for(tx, pledge_id)
    _need_checker(tx, pledge)
    problems = [] if answer in ANSWERS else [Problem(_("请选异议成立不成立。"), "answer")]
    if problems := [*problems, *_words_problems(words)]:
        raise Invalid(*problems)
    if pledge.result_by == tx.viewer.id:
        raise NotAllowed(
            _("结果是您记的，异议要由另一位同事来看。"), next_step=f"/desk/pledges/{pledge.id}", next_say=_("返回")
        )
    changed = await tx.db.execute(
        """UPDATE pledge_objections SET answer = $2, answer_words = $3, answered_by = $4, answered_at = $5
           WHERE pledge_id = $1 AND answer IS NULL""",
        pledge.id,
        answer,
        words,
        tx.viewer.id,
        tx.now,
    )
    if changed != "UPDATE 1":
        raise Conflict(_("没有等着答复的异议。"), next_step=f"/desk/pledges/{pledge.id}", next_say=_("看一看"))
    if answer == "upheld":
        await tx.db.execute("UPDATE pledges SET result = 'kept', excluded_until = NULL WHERE id = $1", pledge.id)
    await _tell(tx, pledge, ANSWERED)


def _need_checker(tx: Tx, pledge: Pledge) -> None:
    """Who may only look finds nothing to do here."""
    if not (tx.viewer.officer and tx.viewer.roles & CHECKERS and pledge.department_id in tx.viewer.departments):
        raise NotFound()


def _words_problems(words: str) -> list[Problem]:
    return [] if 1 <= len(words) <= LONGEST else [Problem(_("请写几句话说明，最多 1000 字。"), "words")]


async def _tell(tx: Tx, pledge: Pledge, kind: str) -> None:
    await record(
        tx,
        [
            NewEvent(
                kind=kind,
                principal_id=pledge.principal_id,
                actor_kind="officer",
                actor_id=tx.viewer.id,
                case_id=pledge.case_id,
                department_id=pledge.department_id,
                data={"page": f"/pledges/{pledge.id}"},
            )
        ],
    )
