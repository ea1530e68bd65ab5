"""What registers could not tell when a cart was filed is asked by jobs, and judged again."""

from collections.abc import Iterable
from uuid import UUID

from backend.approval.model import Finding
from backend.cart.asking import wishes_of, wishes_of_things
from backend.cart.model import Draft, Line
from backend.core.db import Tx
from backend.core.jobs import enqueue
from backend.registers.asking import remote, unanswered, wish


async def judge_again_when_told(tx: Tx, draft: Draft, filed: Iterable[tuple[UUID, Line, Finding | None, bool]]) -> None:
    """`filed`: (case, its line, what the machine found, whether it waits for another). Only what nobody could tell is asked: what is
    clear stays as it is, and what is false is a person's."""
    undecided = [(case, line) for case, line, found, waits in filed if found and found.verdict is None and not waits]
    if not undecided or not await remote(tx):
        return
    for case, line in undecided:
        wishes = [*wishes_of(draft, [line]), *wishes_of_things(draft, [line])]
        if missing := await unanswered(tx, wishes):
            await wish(tx, wishes, case=case)
            await enqueue(tx.db, "judge_again", {"case": case, "registers": sorted(missing), "basis": wishes[0].basis})
