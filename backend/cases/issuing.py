"""The certificates that grants lead to: issued in the grants' own transaction, so that they are there with the decision."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.cases.model import Case, Fact
from backend.cases.queries import filed_facts, in_force
from backend.catalogue.model import Item
from backend.catalogue.queries import city_in, item_version
from backend.certificates.actions import issue
from backend.certificates.model import Granted
from backend.core.db import Tx
from backend.core.jobs import Named


async def issue_certificates(tx: Tx, granted: Sequence[tuple[Case, Sequence[Fact] | None]]) -> list[Named]:
    """Nothing for a case whose item's result is none, or whose type the city knows no more. `facts`: of the case, None where they
    have to be read first. Returns the jobs that print them."""
    pack = (await city_in(tx)).pack
    wanted = [one for case, facts in granted if (one := await _granted(tx, case, facts))]
    return await issue(tx, pack, wanted)


async def _granted(tx: Tx, case: Case, facts: Sequence[Fact] | None) -> Granted | None:
    item, pack = (await item_version(tx.db, case.item_code, case.item_version)).item, (await city_in(tx)).pack
    if item.result.certificate is None or item.result.certificate not in pack.certificates:
        return None
    party = about(item, case.bound, pack.certificates[item.result.certificate].about)
    said = in_force(facts) if facts is not None else await filed_facts(tx, case)
    return Granted(
        case_id=case.id,
        case_number=case.number,
        type=item.result.certificate,
        holder_id=case.principal_id,
        party_id=party,
        filed={fact.element: fact.value for fact in said if fact.subject == party},
    )


def about(item: Item, bound: Mapping[str, Any], kind: str) -> UUID | None:
    """The party of the first role of this kind, in the item's order; None where nobody has it."""
    for name, role in item.roles.items():
        ids = bound.get(name) or []
        if role.kind == kind and ids:
            return UUID(ids if isinstance(ids, str) else ids[0])
    return None
