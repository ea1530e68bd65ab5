"""The versions of guides at the desk, and which text is in force."""

from typing import Any

import asyncpg
import msgspec

from backend.catalogue.pack_covered import sha256_of
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.scenarios.desk_model import IN_WORK, GuideVersion, State

Raw = dict[str, Any]


async def versions_of(tx: Tx, scenario_id: str) -> list[GuideVersion]:
    """The newest first; empty for a guide that was never touched at the desk."""
    rows = await tx.db.fetch(
        """SELECT scenario_id, version, state, revision, pack_sha256, data, authors, checked_by, changed_at, published_at, note
             FROM guide_versions WHERE scenario_id = $1 ORDER BY version DESC""",
        scenario_id,
    )
    return msgspec.convert(rows, list[GuideVersion])


async def in_work(tx: Tx) -> dict[str, State]:
    rows = await tx.db.fetch("SELECT scenario_id, state FROM guide_versions WHERE state IN ('draft', 'submitted')")
    return {row["scenario_id"]: State(row["state"]) for row in rows}


async def version_in_work(tx: Tx, scenario_id: str) -> GuideVersion:
    """NotFound where nobody is working on it."""
    found = next((one for one in await versions_of(tx, scenario_id) if one.state in IN_WORK), None)
    if found is None:
        raise NotFound(next_step="/desk/scenarios")
    return found


async def text_in_force(tx: Tx, scenario_id: str) -> Raw:
    """What people read now; NotFound for a guide there is not."""
    pack = (await city(tx.db)).pack
    data = (await published_texts(tx.db, pack.scenarios)).get(scenario_id) or pack.scenarios.get(scenario_id)
    if data is None:
        raise NotFound(next_step="/desk/scenarios")
    return data


async def published_texts(db: asyncpg.Connection, pack: dict[str, Raw]) -> dict[str, Raw]:
    """The guides whose text of the desk is in force: written from the pack's text as it still is."""
    rows = await db.fetch("SELECT scenario_id, pack_sha256, data FROM guide_versions WHERE state = 'published'")
    return {
        row["scenario_id"]: row["data"] for row in rows if row["pack_sha256"] == pack_sha256(pack, row["scenario_id"])
    }


async def published_ids(db: asyncpg.Connection) -> tuple[int, ...]:
    """What tells one state of the desk's published guides from another."""
    rows = await db.fetch("SELECT id FROM guide_versions WHERE state = 'published' ORDER BY id")
    return tuple(row["id"] for row in rows)


def pack_sha256(pack: dict[str, Raw], scenario_id: str) -> bytes:
    """Of the pack's own text; of nothing for a guide that only the desk has."""
    return bytes.fromhex(sha256_of(pack.get(scenario_id)))
