"""The catalogue desk: what an officer may work on. Whoever has no part in a department's items finds nothing here."""

import msgspec

from backend.catalogue.states import OPEN, State
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.editing.model import Desk, ItemEvent, OnDesk, Text, Version

ROLES = ("editor", "checker", "legal")
MOST_LISTED = 500


async def desks_of(tx: Tx) -> dict[str, frozenset[str]]:
    """Departments whose items she writes, checks or reviews, with her roles there; NotFound without any."""
    rows = await tx.db.fetch(
        """SELECT department_id, array_agg(role) AS roles FROM officer_roles
            WHERE account_id = $1 AND role = ANY ($2) AND $3 BETWEEN valid_from AND coalesce(valid_to, 'infinity')
            GROUP BY department_id ORDER BY department_id""",
        tx.viewer.id,
        list(ROLES),
        tx.today,
    )
    if not rows:
        raise NotFound()
    return {row["department_id"]: frozenset(row["roles"]) for row in rows}


async def editing_desks(tx: Tx) -> list[str]:
    """Departments whose items she writes; NotFound without any."""
    mine = [short for short, roles in (await desks_of(tx)).items() if "editor" in roles]
    if not mine:
        raise NotFound()
    return mine


async def items_on_desk(tx: Tx, departments: list[str], words: str = "", state: State | None = None) -> list[OnDesk]:
    """What is being worked on first, then by name."""
    rows = await tx.db.fetch(
        """SELECT i.code, coalesce(d.name, f.name, i.name) AS name, coalesce(d.department_id, i.department_id) AS department_id,
                  f.version, d.state AS draft, p.effective_from AS planned
             FROM items i
             LEFT JOIN item_versions d ON d.code = i.code AND d.state = ANY ($4)
             LEFT JOIN item_versions f ON f.code = i.code AND f.state = 'published' AND f.effective_from <= $5
                                      AND coalesce(f.effective_until, 'infinity') > $5
             LEFT JOIN LATERAL (SELECT min(v.effective_from) AS effective_from FROM item_versions v WHERE v.code = i.code
                                   AND v.state = 'published' AND v.effective_from > $5) p ON true
            WHERE (i.kind = 'item' OR d.code IS NOT NULL) AND coalesce(d.department_id, i.department_id) = ANY ($1)
              AND ($2 = '' OR strpos(lower(coalesce(d.name, f.name, i.name) || ' ' || i.code), lower($2)) > 0)
              AND ($3::text IS NULL OR d.state = $3)
            ORDER BY d.state IS NULL, name, i.code LIMIT $6""",
        departments,
        words,
        state,
        list(OPEN),
        tx.today,
        MOST_LISTED,
    )
    return msgspec.convert(rows, list[OnDesk])


async def desk_of(tx: Tx, code: str) -> Desk:
    """One item with its versions; NotFound for items of departments she has no part in."""
    desks = await desks_of(tx)
    rows = await tx.db.fetch(
        """SELECT code, version, name, state, revision, department_id, effective_from AS first,
                  effective_until AS until, published_at, $2 = ANY (authors) AS wrote
             FROM item_versions WHERE code = $1 AND department_id = ANY ($3) ORDER BY version DESC""",
        code,
        tx.viewer.id,
        list(desks),
    )
    if not rows:
        raise NotFound()
    versions = tuple(msgspec.convert(rows, list[Version]))
    shown = next((one for one in versions if one.state in OPEN or one.in_force(tx.today)), versions[0])
    return Desk(code, shown.name, shown.department_id, desks[shown.department_id], versions)


async def text_of(tx: Tx, version: Version) -> Text:
    row = await tx.db.fetchrow(
        "SELECT version, revision, data->'item' AS raw FROM item_versions WHERE (code, version) = ($1, $2)",
        version.code,
        version.version,
    )
    if row is None:
        raise NotFound()
    return msgspec.convert(row, Text)


async def history_of(tx: Tx, code: str) -> list[ItemEvent]:
    """Everything that was done with any version, the newest first."""
    rows = await tx.db.fetch(
        """SELECT version, kind, actor_id, actor_name, at, data FROM item_events WHERE code = $1 ORDER BY id DESC LIMIT 300""",
        code,
    )
    return msgspec.convert(rows, list[ItemEvent])


async def changed_since(tx: Tx, version: Version, revision: int) -> list[ItemEvent]:
    """What others did with a draft after the page somebody is looking at was made."""
    rows = await tx.db.fetch(
        """SELECT version, kind, actor_id, actor_name, at, data FROM item_events
            WHERE (code, version) = ($1, $2) AND revision > $3 ORDER BY id""",
        version.code,
        version.version,
        revision,
    )
    return msgspec.convert(rows, list[ItemEvent])
