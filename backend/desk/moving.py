"""The desk's way to the one gate: what an item asks of two people, and one move of many with its own result."""

from typing import Any

from backend.cases.actions import move
from backend.cases.model import Case
from backend.cases.states import MOVES, State
from backend.core.db import Tx
from backend.core.errors import NotAllowed
from backend.core.i18n import _

TWO = _("这件事要两个人定：先由一个人提出意见，再由另一个人决定。")


async def desk_move(tx: Tx, case: Case, name: str, said: dict[str, Any]) -> Case:
    """Moves, or refuses as `cases.actions.move` does; NotAllowed where another officer's proposal has to come first."""
    if decides(name) and await needs_two(tx, case) and not await _answered(tx, case, name):
        raise NotAllowed(TWO, next_step=f"/desk/cases/{case.number}", next_say=_("看这一件"))
    return await move(tx, case, name, said)


def decides(name: str) -> bool:
    return State.ACCEPTED in MOVES[name].before and MOVES[name].after in (State.GRANTED, State.REFUSED)


async def needs_two(tx: Tx, case: Case) -> bool:
    """Whether the item, as it was when she filed, lets nobody decide alone."""
    return bool(
        await tx.db.fetchval(
            "SELECT coalesce((data->'item'->>'two_person')::boolean, false) FROM item_versions WHERE (code, version) = ($1, $2)",
            case.item_code, case.item_version,
        )
    )  # fmt: skip


async def _answered(tx: Tx, case: Case, outcome: str) -> bool:
    """A proposal of somebody else's for this outcome, approved just now by the viewer."""
    return bool(
        await tx.db.fetchval(
            """SELECT EXISTS (SELECT 1 FROM decision_drafts WHERE case_id = $1 AND state = 'approved' AND outcome = $2
                              AND case_version = $3 AND answered_by = $4 AND proposed_by <> $4)""",
            case.id, outcome, case.version, tx.viewer.id,
        )
    )  # fmt: skip
