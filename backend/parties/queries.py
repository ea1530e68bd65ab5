"""Who and what a principal's filings talk about."""

from typing import Any
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.parties.model import Known, Party

Facts = dict[tuple[UUID, str], tuple[Known, ...]]
"""(party, element) → what each source says."""


class Scope(msgspec.Struct, frozen=True):
    """What an agent may know of her principal: what the things she may fill in for her ask for.

    `kinds` of parties that their roles can bind; `elements` asked, judged or followed from, and `pledge.<material>`.
    """

    kinds: list[str]
    elements: list[str]
    materials: list[str]


async def scope_of(tx: Tx) -> Scope | None:
    """None: her own affairs, without bounds."""
    if not tx.viewer.acting:
        return None
    row = await tx.db.fetchrow(
        """WITH asked AS MATERIALIZED (
               SELECT s.kinds, s.elements, s.materials FROM my_items() i JOIN item_scopes s USING (code) WHERE i.principal_id = $1)
           SELECT ARRAY(SELECT DISTINCT unnest(kinds) FROM asked) AS kinds, ARRAY(SELECT DISTINCT unnest(elements) FROM asked) AS elements,
                  ARRAY(SELECT DISTINCT unnest(materials) FROM asked) AS materials""",
        tx.viewer.principal_id,
    )
    return msgspec.convert(row, Scope)


async def parties_of(tx: Tx, scope: Scope | None) -> tuple[dict[UUID, Party], Facts]:
    """The principal's parties, herself first, then the oldest, and every fact in scope kept about them; one statement."""
    rows = await tx.db.fetch(
        """SELECT p.id, p.kind, p.is_self, p.label_sealed, p.stands_for IS NOT DISTINCT FROM $4 AS handler, f.element, f.source, f.sealed, f.trust, f.at
             FROM parties p LEFT JOIN facts f ON f.party_id = p.id AND ($3::text[] IS NULL OR f.element = ANY($3))
            WHERE p.principal_id = $1 AND (p.is_self OR $2::text[] IS NULL OR p.kind = ANY($2))
            ORDER BY p.is_self DESC, p.created_at, p.id""",
        tx.viewer.principal_id,
        scope and scope.kinds,
        scope and scope.elements,
        tx.viewer.id,
    )
    parties: dict[UUID, Party] = {}
    facts: dict[tuple[UUID, str], list[Known]] = {}
    for row in rows:
        party, element, source = row["id"], row["element"], row["source"]
        if party not in parties:
            label = tx.key.open(row["label_sealed"], f"party:{party}").decode() if row["label_sealed"] else ""
            parties[party] = Party(
                id=party, kind=row["kind"], is_self=row["is_self"], label=label, handler=row["handler"]
            )
        if element:
            value = tx.key.open_value(row["sealed"], f"fact:{party}:{element}:{source}")
            facts.setdefault((party, element), []).append(Known(value, source, row["trust"], row["at"]))
    return parties, {cell: tuple(known) for cell, known in facts.items()}


async def own_facts(tx: Tx, elements: list[str]) -> list[Any]:
    """What is known of these elements about whoever acts herself, whosever affairs are on the screen: plain values."""
    rows = await tx.db.fetch(
        """SELECT f.party_id, f.element, f.source, f.sealed, a.key_wrapped FROM facts f JOIN parties p ON p.id = f.party_id
             JOIN accounts a ON a.id = p.principal_id WHERE p.principal_id = $1 AND f.element = ANY($2)""",
        tx.viewer.id,
        elements,
    )
    return [
        tx.vault.key(row["key_wrapped"]).open_value(
            row["sealed"], f"fact:{row['party_id']}:{row['element']}:{row['source']}"
        )
        for row in rows
    ]
