"""Granting by machine: the same moves through the same gate, with the machine as the actor."""

from uuid import UUID

from backend.approval.model import Finding
from backend.cases.actions import move
from backend.cases.model import Case
from backend.cases.queries import case_by_id
from backend.cases.states import State
from backend.core.db import Tx


async def grant_if_clear(tx: Tx, case_id: UUID, finding: Finding | None) -> Case | None:
    """Accepts and grants a case just filed if every rule is clearly true; else leaves it, with its reasons, to a person.

    What was found must already be stored with the case. Returns the granted case, None if nothing was moved.
    """
    if finding is None or finding.verdict is not True:
        return None
    case = await case_by_id(tx.db, case_id)
    if case.state is not State.SUBMITTED:
        return None
    accepted = await move(tx, case, "accepted", machine=True)
    return await move(tx, accepted, "granted", {"rules": finding.version, "checked": len(finding.rules)}, machine=True)
