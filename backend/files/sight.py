"""Who may look at a file now, besides row-level security."""

from uuid import UUID

from backend.core.db import Tx


async def covered(tx: Tx, file: UUID) -> bool:
    """Whether it lies in a case on the viewer's own desk and she has not opened it there today: each look leaves an event."""
    return bool(
        await tx.db.fetchval(
            """SELECT EXISTS (SELECT 1 FROM case_files f JOIN cases c ON c.id = f.case_id
                              WHERE f.file_id = $1 AND c.department_id = ANY ((SELECT my_departments())::text[]))
                  AND NOT EXISTS (SELECT 1 FROM case_files f JOIN events e ON e.case_id = f.case_id
                              WHERE f.file_id = $1 AND e.kind = 'looked_at_file' AND e.actor_id = $2 AND e.data->>'file' = $1::text
                                AND (e.at AT TIME ZONE 'Asia/Shanghai')::date = $3)""",
            file, tx.viewer.id, tx.today,
        )
    )  # fmt: skip
