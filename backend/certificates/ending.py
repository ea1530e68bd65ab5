"""Whoever holds one that ends soon is told once, in time to renew it."""

from backend.catalogue.queries import city
from backend.certificates.rules import SOON
from backend.core.db import Tx
from backend.core.events import NewEvent, record

AT_A_TIME = 1000


async def tell_ending(tx: Tx) -> None:
    """An event each for those that end within two months and were not told of this last day yet."""
    rows = await tx.db.fetch(
        """UPDATE certificates x SET told_until = x.valid_until FROM accounts a
           WHERE a.id = x.holder_id AND a.erased_at IS NULL AND x.id IN (
                 SELECT y.id FROM certificates y WHERE y.state = 'valid' AND y.valid_until BETWEEN $1 AND $2
                 AND y.told_until IS DISTINCT FROM y.valid_until ORDER BY y.valid_until LIMIT $3)
           RETURNING x.id, x.type, x.holder_id, x.department_id, x.valid_until""",
        tx.today,
        tx.today + SOON,
        AT_A_TIME,
    )
    kinds = (await city(tx.db)).pack.certificates
    await record(tx, [
        NewEvent(
            kind="certificate_ending",
            principal_id=row["holder_id"],
            actor_kind="machine",
            department_id=row["department_id"],
            data={
                "certificate": str(row["id"]),
                "item": kinds[row["type"]].label if row["type"] in kinds else "",
                "until": row["valid_until"].isoformat(),
                "page": f"/certificates/{row['id']}",
            },
        )
        for row in rows
    ])  # fmt: skip
