"""A table brought over the web: kept, read by the worker and told, then brought in whole or not at all.

1. `keep`: the request stores the file and asks for `read_import`.
2. `read_in`: what it holds and would change is compared with the catalogue; nothing is changed.
3. `send_on`: the editor reads that and says yes or no.
4. `let_in`: so does a checker or a lawyer of the department who neither brought nor sent it.
5. `bring_in`: one transaction for the whole file; it ends with the state `done` or leaves no trace.

`again` begins anew with step 2 or 5 where it failed for good.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import PurePath
from uuid import UUID, uuid4

import asyncpg
import msgspec

from backend.catalogue import imports
from backend.catalogue.import_report import kinds_of, report
from backend.catalogue.intake import read_bytes
from backend.catalogue.intake_model import Intake, IntakeError
from backend.core.db import Tx, connect
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.jobs import Later, Work, enqueue
from backend.editing.import_model import Brought, Counts, ImportState, may_let_in
from backend.editing.job_standing import standing
from backend.editing.queries import desks_of
from backend.editing.queries_import import brought, content_of

MOST_BYTES = 25_000_000
KINDS_SHOWN = 60
BUSY = 5.0  # seconds until it is tried again when somebody else changes the catalogue


async def keep(tx: Tx, department: str, name: str, content: bytes, source: str, *, withdraw: bool) -> UUID:
    """The file as it came; Invalid if there is none or too much of it."""
    if "editor" not in (await desks_of(tx)).get(department, frozenset()):
        raise NotFound()
    if not content:
        raise Invalid(Problem(_("请选一个有内容的文件。"), "table"))
    if len(content) > MOST_BYTES:
        raise Invalid(Problem(_("这个文件超过 25 MB。请分成几个文件再传。"), "table"))
    number, plain = uuid4(), "".join(c for c in PurePath(name.replace("\\", "/")).name if c.isprintable())[-200:]
    called = (source or PurePath(plain).stem)[:100] or "table"
    await tx.db.execute(
        """INSERT INTO catalogue_imports (id, department_id, actor_id, actor_name, file_name, source, withdraw, content)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        number, department, tx.viewer.id, tx.viewer.name, plain or "table", called, withdraw, content,
    )  # fmt: skip
    await enqueue(tx.db, "read_import", {"import": str(number)})
    return number


async def send_on(tx: Tx, found: Brought, *, bring: bool) -> None:
    """Conflict if it was decided already."""
    done = await tx.db.execute(
        """UPDATE catalogue_imports SET state = CASE WHEN $2 THEN 'checking' ELSE 'dropped' END, sent_by = $3, sent_name = $4,
                  content = CASE WHEN $2 THEN content END, ended_at = CASE WHEN $2 THEN NULL ELSE $5::timestamptz END
            WHERE id = $1 AND state = 'read'""",
        found.id, bring, tx.viewer.id, tx.viewer.name, tx.now,
    )  # fmt: skip
    if done != "UPDATE 1":
        raise Conflict(_("这张表已经有人决定过了，请看最新情况。"))


async def let_in(tx: Tx, found: Brought, *, bring: bool) -> None:
    """Conflict if it was decided already; NotFound for who brought it, sent it on, or checks nothing here."""
    roles = (await desks_of(tx)).get(found.department_id, frozenset())
    if not may_let_in(found, tx.viewer.id, roles):
        raise NotFound()
    done = await tx.db.execute(
        """UPDATE catalogue_imports SET state = CASE WHEN $2 THEN 'bringing' ELSE 'dropped' END, let_by = $3, let_name = $4,
                  rows_done = 0, content = CASE WHEN $2 THEN content END, ended_at = CASE WHEN $2 THEN NULL ELSE $5::timestamptz END
            WHERE id = $1 AND state = 'checking'""",
        found.id, bring, tx.viewer.id, tx.viewer.name, tx.now,
    )  # fmt: skip
    if done != "UPDATE 1":
        raise Conflict(_("这张表已经有人决定过了，请看最新情况。"))
    if bring:
        await enqueue(tx.db, "bring_import", {"import": str(found.id)})


async def again(tx: Tx, found: Brought) -> None:
    """The same step once more, if the worker gave it up; else nothing, for it is still being tried."""
    payload = {"import": str(found.id)}
    if found.working and (await standing(tx.db, found.job, payload)).held:
        await enqueue(tx.db, found.job, payload)


async def read_in(work: Work, number: UUID) -> None:
    """Everything of it is told; nothing is changed. A second call finds it read and does nothing."""
    async with work.transaction() as tx:
        found = await brought(tx.db, number)
        content = await content_of(tx.db, number)
    if found.state is not ImportState.READING:
        return
    try:
        intake = await _read(found, content)
    except IntakeError as error:
        return await _refuse(work, number, str(error))
    await _progress(work, number, 0, len(intake.guides))
    async with _apart(work) as db:
        await _add(work, db, found, intake)
        would = await imports.compared(db)
    await _told(work, found, intake, would)


async def bring_in(work: Work, number: UUID) -> None:
    """Everything of it and the state `done` in one transaction. A second call finds it done and does nothing."""
    async with work.transaction() as tx:
        found = await brought(tx.db, number)
        content = await content_of(tx.db, number)
    if found.state is not ImportState.BRINGING:
        return
    intake = await _read(found, content)
    async with _apart(work) as db:
        await _add(work, db, found, intake)
        made = await imports.finish(db, intake, withdraw=found.withdraw)
        await db.execute(
            """UPDATE catalogue_imports SET state = 'done', content = NULL, counts = $2, rows_done = rows_all, ended_at = $3
                WHERE id = $1 AND state = 'bringing'""",
            number,
            _counts(intake, made),
            work.clock(),
        )


@asynccontextmanager
async def _apart(work: Work) -> AsyncIterator[asyncpg.Connection]:
    """A long transaction on a connection of its own; Later if somebody else is changing the catalogue."""
    db = await connect(work.settings.login("worker"))
    try:
        async with db.transaction():
            await db.execute("SELECT set_config('app.now', $1, true)", work.clock().isoformat())
            yield db
    except asyncpg.LockNotAvailableError:
        raise Later(BUSY) from None
    finally:
        await db.close()


async def _read(found: Brought, content: bytes) -> Intake:
    return await asyncio.to_thread(read_bytes, found.file_name, content, found.source)


async def _add(work: Work, db: asyncpg.Connection, found: Brought, intake: Intake) -> None:
    words = await imports.dictionary(db)
    await imports.begin(db)
    for start in range(0, len(intake.guides), imports.BATCH):
        await imports.add(db, words, intake.guides[start : start + imports.BATCH])
        done = min(start + imports.BATCH, len(intake.guides))
        await _progress(work, found.id, done, len(intake.guides))


async def _progress(work: Work, number: UUID, done: int, every: int) -> None:
    """In a transaction of its own, so that whoever waits sees it."""
    async with work.transaction() as tx:
        await tx.db.execute(
            "UPDATE catalogue_imports SET rows_done = $2, rows_all = $3 WHERE id = $1", number, done, every
        )


async def _refuse(work: Work, number: UUID, say: str) -> None:
    async with work.transaction() as tx:
        await tx.db.execute(
            """UPDATE catalogue_imports SET state = 'refused', refusal = $2, content = NULL, ended_at = $3
                WHERE id = $1 AND state = 'reading'""",
            number,
            say,
            tx.now,
        )


async def _told(work: Work, found: Brought, intake: Intake, would: imports.Imported) -> None:
    rows = await asyncio.to_thread(report, [(found.file_name, intake.doubts)])
    async with work.transaction() as tx:
        await tx.db.execute(
            """UPDATE catalogue_imports SET state = 'read', counts = $2, doubts = $3, report = $4, rows_all = $5, source = $6
                WHERE id = $1 AND state = 'reading'""",
            found.id,
            _counts(intake, would),
            msgspec.to_builtins(kinds_of(intake.doubts)[:KINDS_SHOWN]),
            rows,
            len(intake.guides),
            intake.source,  # the national platform's lines have a name of their own
        )


def _counts(intake: Intake, made: imports.Imported) -> Counts:
    rejected = sum(doubt.rejected for doubt in intake.doubts)
    return Counts(
        made.new, made.changed, made.unchanged, made.gone, rejected, len(intake.doubts) - rejected, made.kept_back
    )
