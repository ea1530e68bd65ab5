"""What an officer opens of a case leaves an event: the covered answers, and each file by itself, once a day."""

from uuid import UUID

from backend.cases.model import Case
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.events import record
from backend.desk.notes import of_desk


async def look_at_answers(tx: Tx, case: Case) -> None:
    await record(tx, [of_desk(tx, case, "looked", {})])


async def look_at_file(tx: Tx, case: Case, file: UUID) -> None:
    """NotFound: not a file of this case. The second look of the same day adds nothing."""
    if not await tx.db.fetchval(
        """SELECT EXISTS (SELECT 1 FROM case_files WHERE case_id = $1 AND file_id = $2)
                  OR EXISTS (SELECT 1 FROM signatures WHERE case_id = $1 AND file_id = $2)""",
        case.id, file,
    ):  # fmt: skip
        raise NotFound()
    if file not in await opened_today(tx, case):
        await record(tx, [of_desk(tx, case, "looked_at_file", {"file": str(file)})])


async def opened_today(tx: Tx, case: Case) -> set[UUID]:
    """The files of this case that the viewer opened today: these need no second tap."""
    rows = await tx.db.fetch(
        """SELECT DISTINCT data->>'file' AS file FROM events WHERE case_id = $1 AND kind = 'looked_at_file' AND actor_id = $2
           AND (at AT TIME ZONE 'Asia/Shanghai')::date = $3""",
        case.id, tx.viewer.id, tx.today,
    )  # fmt: skip
    return {UUID(row["file"]) for row in rows}
