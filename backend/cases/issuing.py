"""The certificate a grant leads to: issued in the grant's own transaction, so that it is there with the decision."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backend.cases.model import Case
from backend.cases.queries import filed_facts
from backend.catalogue.model import Item
from backend.catalogue.queries import city, item_version
from backend.certificates.actions import Granted, issue
from backend.core.db import Tx


async def issue_certificate(tx: Tx, case: Case) -> None:
    """Nothing where the item's result is none, or the city knows its type no more."""
    item = (await item_version(tx.db, case.item_code, case.item_version)).item
    pack = (await city(tx.db)).pack
    if item.result.certificate is None or item.result.certificate not in pack.certificates:
        return
    party = about(item, case.bound, pack.certificates[item.result.certificate].about)
    filed = {fact.element: fact.value for fact in await filed_facts(tx, case) if fact.subject == party}
    granted = Granted(
        case_id=case.id,
        case_number=case.number,
        type=item.result.certificate,
        holder_id=case.principal_id,
        party_id=party,
        filed=filed,
    )
    await issue(tx, pack, granted)


def about(item: Item, bound: Mapping[str, Any], kind: str) -> UUID | None:
    """The party of the first role of this kind, in the item's order; None where nobody has it."""
    for name, role in item.roles.items():
        ids = bound.get(name) or []
        if role.kind == kind and ids:
            return UUID(ids if isinstance(ids, str) else ids[0])
    return None
