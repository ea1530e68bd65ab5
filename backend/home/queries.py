"""What the first page shows."""

from typing import Any

from backend.cases.states import State
from backend.catalogue.queries import published
from backend.core.db import Tx
from backend.core.i18n import _

OFTEN = 6


async def needs_of(tx: Tx) -> list[dict[str, Any]]:
    """The principal's cases that wait for her, the nearest date first."""
    rows = await tx.db.fetch(
        """SELECT c.number, i.name FROM cases c JOIN item_versions i ON (i.code, i.version) = (c.item_code, c.item_version)
           WHERE c.principal_id = $1 AND c.state = $2 AND may_act(c.principal_id, 'see', c.item_code)
           ORDER BY c.due NULLS LAST LIMIT 5""",
        tx.viewer.principal_id,
        State.CORRECTING,
    )
    return [
        {"href": f"/cases/{row['number']}", "title": row["name"], "text": _("有材料要补，点开看看")} for row in rows
    ]


async def scenarios(tx: Tx) -> list[dict[str, Any]]:
    rows = await tx.db.fetch("SELECT id, title, data->>'glyph' AS glyph FROM scenarios ORDER BY position, id LIMIT 20")
    return [dict(row) for row in rows]


async def often(tx: Tx) -> list[dict[str, Any]]:
    """What can be had at once, and without going anywhere, comes first."""
    rows = await tx.db.fetch(
        """SELECT i.code, i.name, i.department, i.visits, i.instant, i.promised FROM items i
           WHERE i.kind = 'item' AND i.version IS NOT NULL
           ORDER BY i.instant DESC, i.visits, i.promised, i.code LIMIT $1""",
        OFTEN,
    )
    return [
        {"href": f"/items/{r['code']}", "title": r["name"], "org": r["department"], "errands": r["visits"], "instant": r["instant"],
         "days": r["promised"]}
        for r in rows
    ]  # fmt: skip


async def windows(tx: Tx) -> list[dict[str, Any]]:
    found = await published(tx.db)
    offices = found.pack.offices.values() if found else []
    return [{"name": o.name, "address": o.address, "hours": o.opens} for o in offices][:3]
