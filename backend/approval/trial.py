"""New rules over cases that were decided: what the machine would have done then, against what was done. Nothing is moved.

Over each case's own facts as they were filed, on its own day. What a new rule reads and nobody was asked then is unknown,
so the case would have gone to a person.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

import msgspec

from backend.approval.examining import examine_stored
from backend.cases.model import Case
from backend.cases.queries import all_facts, case_by_id
from backend.cases.states import State
from backend.catalogue.model import Item, Pack
from backend.core.db import SHANGHAI, Tx

Was = Literal["machine", "person", "refused", "taken_back"]
Kind = Literal["same", "too_far", "no_longer", "newly"]
MOST = 2000
REFUSED, TAKEN_BACK = (State.REFUSED, State.NOT_ACCEPTED), (State.VOID,)
GRANTED = (State.GRANTED, State.CERTIFIED, State.DELIVERED)
DECIDED = (*GRANTED, *REFUSED, *TAKEN_BACK)


class Tried(msgspec.Struct, frozen=True):
    """One case. `rules`: those that are not clearly true now, in words."""

    case_id: UUID
    was: Was
    granted: bool
    rules: tuple[dict[str, Any], ...]

    @property
    def kind(self) -> Kind:
        """`too_far`: the machine would grant what people refused or took back. `no_longer`: it granted and would not any more.
        `newly`: people granted it, the machine would have."""
        if self.granted:
            return {"machine": "same", "person": "newly"}.get(self.was, "too_far")  # type: ignore[return-value]
        return "no_longer" if self.was == "machine" else "same"


async def decided_cases(tx: Tx, item: str, wanted: int) -> list[UUID]:
    """The last so many cases of an item that somebody or the machine decided, the newest first."""
    rows = await tx.db.fetch(
        """SELECT id FROM cases WHERE item_code = $1 AND state = ANY ($2) AND decided_at IS NOT NULL
           ORDER BY received_at DESC, id LIMIT $3""",
        item,
        [str(state) for state in DECIDED],
        wanted,
    )
    return [row["id"] for row in rows]


async def tried(tx: Tx, case_id: UUID, item: Item, version: int, pack: Pack) -> Tried | None:
    """None of somebody who is forgotten: her facts cannot be read any more."""
    case = await case_by_id(tx.db, case_id)
    facts = await all_facts(tx, case)
    if not facts:
        return None
    on = case.received_at.astimezone(SHANGHAI).date()
    found = examine_stored(case, item, facts, pack, version=version, at=tx.now, on=on, blind=tx.vault.blind)
    granted = found is not None and found.verdict is True
    open_ = tuple({"words": rule.words, "verdict": rule.verdict} for rule in found.doubts) if found else ()
    return Tried(case.id, await _was(tx, case), granted, open_)


async def _was(tx: Tx, case: Case) -> Was:
    if case.state in REFUSED:
        return "refused"
    if case.state in TAKEN_BACK:
        return "taken_back"
    by_machine = await tx.db.fetchval(
        "SELECT EXISTS (SELECT 1 FROM automatic_decisions WHERE case_id = $1 AND outcome = 'granted')", case.id
    )
    return "machine" if by_machine else "person"


def counted(lines: list[Tried], before: Mapping[str, Any]) -> dict[str, Any]:
    """Adds what these say: {tried, granted, was: {…}, kinds: {…}, rules: {words: how often it was not clear}}."""
    was, kinds, rules = (Counter(before.get(name, {})) for name in ("was", "kinds", "rules"))
    was.update(line.was for line in lines)
    kinds.update(line.kind for line in lines)
    rules.update(rule["words"] for line in lines if not line.granted for rule in line.rules)
    return {
        "tried": before.get("tried", 0) + len(lines),
        "granted": before.get("granted", 0) + sum(line.granted for line in lines),
        "was": dict(was),
        "kinds": dict(kinds),
        "rules": dict(rules),
    }
