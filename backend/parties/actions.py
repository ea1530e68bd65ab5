"""Facts about parties, kept with where they came from. `parties` owns facts; other features write them here."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.parties.model import NewParty


async def remember(tx: Tx, key: DataKey, party: UUID, facts: dict[str, Any], source: str, trust: str) -> None:
    """Stores or renews facts of one party in one statement; `facts`: element → plain JSON value, `key`: the principal's."""
    await tx.db.execute(
        """INSERT INTO facts (party_id, element, source, sealed, trust, at)
           SELECT $1, e.element, $2, e.sealed, $3, $4 FROM unnest($5::text[], $6::bytea[]) AS e(element, sealed)
           ON CONFLICT (party_id, element, source) DO UPDATE SET sealed = excluded.sealed, trust = excluded.trust, at = excluded.at""",
        party,
        source,
        trust,
        tx.now,
        list(facts),
        [key.seal_value(value, f"fact:{party}:{element}:{source}") for element, value in facts.items()],
    )


async def remember_filed(tx: Tx, filed: Mapping[tuple[UUID, str], Any]) -> None:
    """What was answered in a filing, (party, element) → plain value, for the principal's next sheet: trust C, one statement."""
    await tx.db.execute(
        """INSERT INTO facts (party_id, element, source, sealed, trust, at)
           SELECT f.party, f.element, 'filing', f.sealed, 'C', $1 FROM unnest($2::uuid[], $3::text[], $4::bytea[]) AS f(party, element, sealed)
           ON CONFLICT (party_id, element, source) DO UPDATE SET sealed = excluded.sealed, at = excluded.at""",
        tx.now,
        [party for party, _ in filed],
        [element for _, element in filed],
        [tx.key.seal_value(value, f"fact:{party}:{element}:filing") for (party, element), value in filed.items()],
    )


async def add_parties(tx: Tx, parties: Iterable[NewParty]) -> None:
    """Parties of the principal on the screen, in one statement."""
    new = list(parties)
    if new:
        await tx.db.execute(
            """INSERT INTO parties (id, principal_id, kind, created_at)
               SELECT p.id, $1, p.kind, $2 FROM unnest($3::uuid[], $4::text[]) AS p(id, kind)""",
            tx.viewer.principal_id,
            tx.now,
            [party.id for party in new],
            [party.kind for party in new],
        )


async def handle_as_party(tx: Tx) -> None:
    """Who handles the affairs of a business is a party in them, once, by her own name; nothing for other principals."""
    if not tx.viewer.acting or not await tx.db.fetchval("SELECT is_business($1)", tx.viewer.principal_id):
        return
    party = uuid4()
    made = await tx.db.fetchval(
        """INSERT INTO parties (id, principal_id, kind, stands_for, created_at) VALUES ($1, $2, 'person', $3, $4)
           ON CONFLICT (principal_id, stands_for) WHERE stands_for IS NOT NULL DO NOTHING RETURNING true""",
        party,
        tx.viewer.principal_id,
        tx.viewer.id,
        tx.now,
    )
    if made:
        await remember(tx, tx.key, party, {"person.name": tx.viewer.name}, "profile", "C")
