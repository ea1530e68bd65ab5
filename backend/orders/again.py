"""Filing the same as the last time: an order's things into the cart again."""

from typing import Any
from uuid import UUID

import msgspec

from backend.cart.again import Again, Before, add_again
from backend.cases.model import Fact
from backend.cases.queries import facts_place
from backend.core.db import Tx
from backend.orders.queries import order_for

OWN = "filing."
"""What begins so is about one filing alone: its subject is the line it was."""


class _Case(msgspec.Struct, frozen=True):
    id: UUID
    item_code: str
    item_version: int
    name: str
    bound: dict[str, Any]
    facts_sealed: bytes
    files: list[tuple[UUID, str, str, UUID]]


async def order_again(tx: Tx, number: str) -> Again:
    """NotFound where the order is not hers; Invalid with every reason where something cannot be put in now."""
    order = await order_for(tx, number)
    rows = await tx.db.fetch(
        """SELECT c.id, c.item_code, c.item_version, v.name, c.bound, c.facts_sealed,
                  (SELECT coalesce(jsonb_agg(jsonb_build_array(f.subject, f.material, f.variant, f.file_id) ORDER BY f.position), '[]')
                     FROM case_files f WHERE f.case_id = c.id AND file_principal(f.file_id) = $2) AS files
             FROM cases c JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
            WHERE c.order_id = $1 AND c.principal_id = $2 AND may_act($2, 'see', c.item_code) ORDER BY c.number""",
        order.id,
        tx.viewer.principal_id,
    )
    cases = msgspec.convert(rows, list[_Case])
    return await add_again(tx, [_before(tx, case) for case in cases])


def _before(tx: Tx, case: _Case) -> Before:
    facts = msgspec.convert(tx.key.open_value(case.facts_sealed, facts_place(case.id)), list[Fact])
    said = {fact.element: fact.value for fact in reversed(facts) if fact.element.startswith(OWN)}
    files: dict[tuple[UUID | None, str, str], tuple[UUID, ...]] = {}
    for subject, material, variant, file in case.files:
        key = (None if material.startswith(OWN) else subject, material, variant)
        files[key] = (*files.get(key, ()), file)
    return Before(
        name=case.name,
        code=case.item_code,
        version=case.item_version,
        bound={role: UUID(party) for role, party in case.bound.items() if isinstance(party, str)},
        own=said,
        files=files,
    )
