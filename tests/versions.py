"""What a pack's loader does to one item, for tests that need only that."""

from datetime import datetime

import asyncpg


async def withdraw(owner: asyncpg.Connection, code: str, now: datetime) -> None:
    """No version of this item is in force from today on."""
    async with owner.transaction():
        await owner.execute("SELECT set_config('app.now', $1, true)", now.isoformat())
        await owner.execute(
            """WITH gone AS (UPDATE item_versions SET state = 'withdrawn', revision = revision + 1, effective_until = app_today()
                              WHERE code = $1 AND state = 'published' RETURNING code, version, revision, department_id)
               INSERT INTO item_events (code, version, revision, department_id, kind, actor_name)
               SELECT code, version, revision, department_id, 'withdrawn', '海口' FROM gone""",
            code,
        )
