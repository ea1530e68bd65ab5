"""Mandates as both sides see them."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.mandates.consent import open_words
from backend.mandates.model import Action, Mandate, MandateEvent


async def mandates_of(tx: Tx) -> list[Mandate]:
    """All mandates the viewer has given or holds, live ones first, then the newest; of her business, while she handles it."""
    return await mandates_about(tx, await whose(tx))


async def mandates_held(tx: Tx) -> list[Mandate]:
    """Those the viewer holds herself, whoever's affairs are on the screen."""
    return [m for m in await mandates_about(tx, tx.viewer.id) if m.agent_id == tx.viewer.id]


async def whose(tx: Tx) -> UUID:
    """Whose mandates are on the screen: her own, or those of the business that she represents by law."""
    if tx.viewer.acting and await tx.db.fetchval("SELECT represents($1)", tx.viewer.principal_id):
        return tx.viewer.principal_id
    return tx.viewer.id


async def mandates_about(tx: Tx, person: UUID) -> list[Mandate]:
    """The same of somebody an officer has in sight."""
    rows = await tx.db.fetch(
        """SELECT m.id, m.principal_id, m.agent_id, m.kind, m.items, m.actions, m.consent, m.consent_sealed, m.consent_hash, m.valid_from, m.valid_to, m.granted_at,
                  m.ended_at, m.end_reason, m.own_consent_on, p.name_sealed AS principal_name, p.key_wrapped AS principal_key,
                  a.name_sealed AS agent_name, a.key_wrapped AS agent_key
           FROM mandates m JOIN accounts p ON p.id = m.principal_id JOIN accounts a ON a.id = m.agent_id
           WHERE $1 IN (m.principal_id, m.agent_id)
           ORDER BY (m.ended_at IS NULL AND m.valid_to >= app_today()) DESC, m.granted_at DESC LIMIT 100""",
        person,
    )
    return [_named(tx, dict(row)) for row in rows]


async def mandate_of(tx: Tx, mandate: UUID) -> Mandate:
    found = next((m for m in await mandates_of(tx) if m.id == mandate), None)
    if found is None:
        raise NotFound()
    return found


async def journal_of(tx: Tx, mandate: UUID) -> list[MandateEvent]:
    rows = await tx.db.fetch(
        "SELECT mandate_id, kind, actor_id, at, data FROM mandate_events WHERE mandate_id = $1 ORDER BY n DESC LIMIT 200",
        mandate,
    )
    return msgspec.convert(rows, list[MandateEvent])


async def allowed(tx: Tx, action: Action, items: Iterable[str]) -> set[str]:
    """Which of these items the viewer may do this with, under the mandate on the screen: it is written down with the deed."""
    rows = await tx.db.fetch(
        "SELECT code FROM unnest($1::text[]) AS code WHERE may_act_under($2, $3, $4, code)",
        list(items),
        tx.viewer.mandate_id,
        tx.viewer.principal_id,
        action,
    )
    return {row["code"] for row in rows}


def _named(tx: Tx, row: dict) -> Mandate:
    keys = {side: tx.vault.key(row.pop(f"{side}_key")) for side in ("principal", "agent")}
    for side, key in keys.items():
        row[f"{side}_name"] = key.open(row[f"{side}_name"], f"name:{row[f'{side}_id']}").decode()
    sealed, hashed = row.pop("consent_sealed"), row.pop("consent_hash")
    row["consent"] = open_words(keys["principal"], sealed, hashed, row["consent"])
    return msgspec.convert(row, Mandate)
