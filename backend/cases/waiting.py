"""Cases that wait for the result of another, of their own order or of an earlier one: released by it, or returned when there
will be none."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.actions import move
from backend.cases.queries import case_by_id
from backend.cases.states import OPEN, State
from backend.catalogue.queries import item_version
from backend.core.db import Tx
from backend.core.i18n import _

RESULTS = (State.GRANTED, State.CERTIFIED, State.DELIVERED)


class Sibling(msgspec.Struct, frozen=True):
    """A case of the order, or one of the same principal that may have to do with it; `handed_in`: materials that came as files, for which no result is awaited."""

    id: UUID
    number: str
    item_code: str
    item_version: int
    item_name: str
    state: State
    filed_at: datetime
    bound: dict[str, Any]
    handed_in: list[str]

    def bound_to(self, role: str) -> list[str]:
        ids = self.bound.get(role, [])
        return [ids] if isinstance(ids, str) else ids

    @property
    def parties(self) -> set[str]:
        return {party for role in self.bound for party in self.bound_to(role)}


async def settle_waiting(tx: Tx, order_id: UUID) -> None:
    """Moves on each waiting case of the principal whose order this is, if what it waits for is decided. As the worker:
    departments differ."""
    siblings = await _siblings(tx.db, order_id)
    for case in siblings:
        if case.state is State.WAITING:
            await _settle(tx, case, await _awaited(tx, case, siblings))


async def _settle(tx: Tx, case: Sibling, awaited: list[Sibling]) -> None:
    failed = [other for other in awaited if other.state not in RESULTS and other.state not in OPEN]
    if failed:
        said = {"reason": _("前一件没有办成，这一件没法接着办。"), "case": failed[0].number}
        await move(tx, await case_by_id(tx.db, case.id), "returned", said, machine=True)
    elif all(other.state in RESULTS for other in awaited):
        made = {"case": awaited[0].number} if awaited else {}
        await move(tx, await case_by_id(tx.db, case.id), "released", made, machine=True)


async def _awaited(tx: Tx, case: Sibling, siblings: list[Sibling]) -> list[Sibling]:
    """The cases whose result is a material of this one, about the same subject: of this order, else of the last one before."""
    version = await item_version(tx.db, case.item_code, case.item_version)
    needed: set[tuple[str, str]] = set()  # item, party
    for need in version.item.materials:
        code = version.item.material_of(need.material)
        if code not in case.handed_in:
            of = {way.result_of for way in version.materials[code].satisfied_by if way.result_of}
            needed |= {(item, party) for item in of for party in case.bound_to(need.material.partition(".")[0])}
    found = [o for o in siblings if o.filed_at <= case.filed_at and any((o.item_name, p) in needed for p in o.parties)]
    return [o for o in found if o.filed_at == max(other.filed_at for other in found if other.item_name == o.item_name)]


async def _siblings(db: asyncpg.Connection, order_id: UUID) -> list[Sibling]:
    rows = await db.fetch(
        """SELECT c.id, c.number, c.item_code, c.item_version, i.name AS item_name, c.state, o.filed_at, c.bound,
                  ARRAY(SELECT DISTINCT f.material FROM case_files f WHERE f.case_id = c.id) AS handed_in
           FROM cases c JOIN item_versions i ON (i.code, i.version) = (c.item_code, c.item_version) JOIN orders o ON o.id = c.order_id
           WHERE c.order_id = $1 OR (c.principal_id = (SELECT principal_id FROM orders WHERE id = $1) AND EXISTS (
                 SELECT 1 FROM cases w WHERE w.principal_id = c.principal_id AND w.state = 'waiting')) ORDER BY c.number""",
        order_id,
    )
    return msgspec.convert(rows, list[Sibling])
