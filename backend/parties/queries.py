"""Who and what a principal's filings talk about."""

from uuid import UUID

from backend.core.db import Tx
from backend.parties.model import Known, Party

Facts = dict[tuple[UUID, str], tuple[Known, ...]]
"""(party, element) → what each source says."""


async def parties_of(tx: Tx) -> tuple[dict[UUID, Party], Facts]:
    """The principal's parties, herself first, then the oldest, and every fact kept about them; one statement."""
    rows = await tx.db.fetch(
        """SELECT p.id, p.kind, p.is_self, p.label_sealed, f.element, f.source, f.sealed, f.trust, f.at
             FROM parties p LEFT JOIN facts f ON f.party_id = p.id WHERE p.principal_id = $1
            ORDER BY p.is_self DESC, p.created_at, p.id""",
        tx.viewer.principal_id,
    )
    parties: dict[UUID, Party] = {}
    facts: dict[tuple[UUID, str], list[Known]] = {}
    for row in rows:
        party, element, source = row["id"], row["element"], row["source"]
        if party not in parties:
            label = tx.key.open(row["label_sealed"], f"party:{party}").decode() if row["label_sealed"] else ""
            parties[party] = Party(id=party, kind=row["kind"], is_self=row["is_self"], label=label)
        if element:
            value = tx.key.open_value(row["sealed"], f"fact:{party}:{element}:{source}")
            facts.setdefault((party, element), []).append(Known(value, source, row["trust"], row["at"]))
    return parties, {cell: tuple(known) for cell, known in facts.items()}
