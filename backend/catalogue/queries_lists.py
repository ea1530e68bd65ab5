"""What stands on the published lists, out of the database."""

import asyncpg
import msgspec

from backend.catalogue.model import Guide


async def guides(db: asyncpg.Connection) -> list[Guide]:
    """Every guide of another catalogue that is in force."""
    rows = await db.fetch(
        """SELECT v.data FROM items i JOIN item_versions v ON (v.code, v.version) = (i.code, i.version)
            WHERE i.kind = 'guide' ORDER BY i.code"""
    )
    return msgspec.convert([row["data"] for row in rows], list[Guide])
