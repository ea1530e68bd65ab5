"""The same step for up to five hundred cases. What is to happen is kept before it happens; each case has its own result.

One transaction a case: what is refused takes nothing else with it. An officer's own cases only, with her own roles, as
if she had moved each of them by hand, also when the worker does it.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec

from backend.cases.model import Defect
from backend.cases.queries import case_by_id
from backend.cases.rules import MISSING
from backend.cases.states import MOVES, Move, State, Who, moves_from
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem, Refusal
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.desk.colleagues import assign
from backend.desk.filters import Filter
from backend.desk.moving import decides, desk_move
from backend.desk.queue import queue_of

MOST = 500
AT_ONCE = 24  # so many are done within the request; more by the worker
ASSIGN = "assigned"
WORKING = {"window", "reviewer", "approver", "head"}
# Asked of each case by itself, or too grave to be done by the hundred.
ONE_BY_ONE = {"transferred", "voided", "not_competent", "suspended", "correction_asked_again"}
MOVED_ON = _("刚才有了新的变化，没有办。")


class Bulk(msgspec.Struct, frozen=True, kw_only=True):
    """`move`: a move of the table, or `assigned`. `data`: what the move asks for."""

    id: UUID
    move: str
    data: dict[str, Any]
    at: datetime
    confirmed_at: datetime | None
    done_at: datetime | None

    @property
    def step(self) -> Move | None:
        return MOVES.get(self.move)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One case of a bulk move. `moved_on`: it is no longer as the officer saw it."""

    position: int
    case_id: UUID
    number: str
    item_name: str
    case_state: State
    department_id: str
    moved_on: bool
    state: Literal["waiting", "done", "refused"]
    said: list[dict[str, Any]]
    two_person: bool


def offered(roles: frozenset[str]) -> list[Move]:
    """The steps that can be taken for many at once, with these roles."""
    who = frozenset(w for w in Who if w.value in roles)
    return [m for m in MOVES.values() if m.by & who and m.before and m.name not in ONE_BY_ONE]


async def choose(tx: Tx, move: str, picked: list[tuple[str, int]], wanted: Filter | None) -> UUID:
    """Keeps what is to be done: the picked cases (number, version), or the first five hundred of a filter."""
    problems = []
    steps = {m.name for m in offered(tx.viewer.roles)} | ({ASSIGN} if tx.viewer.roles & WORKING else set())
    if move not in steps:
        problems.append(Problem(_("请选要办的步骤。"), "move"))
    if wanted is not None:
        rows, _more = await queue_of(tx, wanted, limit=MOST)
        picked = [(row.number, row.version) for row in rows]
    if not 1 <= len(picked) <= MOST:
        problems.append(Problem(_("请勾选 1 到 500 件。"), "case"))
    if problems:
        raise Invalid(*problems)
    return await _keep(tx, move, picked)


async def _keep(tx: Tx, move: str, picked: list[tuple[str, int]]) -> UUID:
    """Cases that are not of the viewer's departments are left out by what she may see."""
    bulk = uuid4()
    await tx.db.execute("INSERT INTO bulk_moves (id, officer_id, move, at) VALUES ($1, $2, $3, $4)", bulk, tx.viewer.id, move, tx.now)  # fmt: skip
    kept = await tx.db.fetch(
        """INSERT INTO bulk_lines (bulk_id, position, case_id, version)
           SELECT $1, row_number() OVER (ORDER BY p.n), c.id, p.version
           FROM unnest($2::text[], $3::int[]) WITH ORDINALITY AS p(number, version, n)
           JOIN cases c ON c.number = p.number AND c.department_id = ANY ($4) RETURNING position""",
        bulk, list(dict(picked)), list(dict(picked).values()), list(tx.viewer.departments),
    )  # fmt: skip
    if not kept:
        raise NotFound()
    return bulk


async def bulk_for(tx: Tx, bulk: UUID) -> Bulk:
    row = await tx.db.fetchrow(
        "SELECT id, move, data, at, confirmed_at, done_at FROM bulk_moves WHERE id = $1 AND officer_id = $2",
        bulk, tx.viewer.id,
    )  # fmt: skip
    if row is None:
        raise NotFound()
    return msgspec.convert(row, Bulk)


async def lines_of(tx: Tx, bulk: UUID) -> list[Line]:
    rows = await tx.db.fetch(
        """SELECT l.position, l.case_id, c.number, v.name AS item_name, c.state AS case_state, c.department_id, c.version <> l.version AS moved_on,
                  l.state, l.said, coalesce((v.data->'item'->>'two_person')::boolean, false) AS two_person
           FROM bulk_lines l JOIN cases c ON c.id = l.case_id JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
           WHERE l.bulk_id = $1 ORDER BY l.position""",
        bulk,
    )  # fmt: skip
    return msgspec.convert(rows, list[Line])


def hindrance(bulk: Bulk, line: Line) -> str:
    """What can be told before trying: why this case will be refused; empty when nothing is known against it."""
    if line.moved_on:
        return MOVED_ON
    step = bulk.step
    if step and line.case_state not in step.before:
        return _("现在的状态不能办这一步。")
    if step and line.two_person and decides(step.name):
        return _("这件事要两个人定，请一件一件办。")
    return ""


async def confirm(tx: Tx, bulk: Bulk, data: dict[str, Any]) -> None:
    """From now on it is to be done; Invalid with what the step still asks for, Conflict when it is being done already."""
    if problems := [Problem(MISSING[f], f) for f in (bulk.step.requires if bulk.step else ()) if not data.get(f)]:
        raise Invalid(*problems)
    if not await tx.db.fetchval(
        "UPDATE bulk_moves SET data = $2, confirmed_at = $3 WHERE id = $1 AND confirmed_at IS NULL RETURNING true",
        bulk.id, msgspec.to_builtins(data), tx.now,
    ):  # fmt: skip
        raise Conflict(_("已经在办了，请看结果。"), next_step=f"/desk/bulk/{bulk.id}", next_say=_("看结果"))


async def hand_to_worker(tx: Tx, bulk: UUID) -> None:
    await enqueue(tx.db, "bulk_moves", {"bulk": str(bulk)})


async def next_waiting(tx: Tx, bulk: UUID) -> int | None:
    """The place of the next case to be moved."""
    found: int | None = await tx.db.fetchval(
        "SELECT position FROM bulk_lines WHERE bulk_id = $1 AND state = 'waiting' ORDER BY position LIMIT 1", bulk
    )
    return found


async def move_one(tx: Tx, bulk: Bulk, position: int) -> None:
    """The step for one case, and its result beside it. The line is locked: two workers do it once."""
    row = await tx.db.fetchrow(
        "SELECT case_id, version FROM bulk_lines WHERE bulk_id = $1 AND position = $2 AND state = 'waiting' FOR UPDATE",
        bulk.id, position,
    )  # fmt: skip
    if row is None:
        return
    try:
        async with tx.db.transaction():
            await _step(tx, bulk, row["case_id"], row["version"])
        state, said = "done", []
    except Refusal as refusal:
        state, said = "refused", [{"say": p.say, "params": p.params} for p in refusal.problems]
    await tx.db.execute(
        "UPDATE bulk_lines SET state = $3, said = $4 WHERE bulk_id = $1 AND position = $2",
        bulk.id,
        position,
        state,
        said,
    )


async def _step(tx: Tx, bulk: Bulk, case_id: UUID, version: int) -> None:
    case = await case_by_id(tx.db, case_id)
    if case.department_id not in tx.viewer.departments:
        raise NotFound()
    if bulk.move == ASSIGN:
        await assign(tx, case, UUID(bulk.data["to"]), bulk.data.get("note", ""))
        return
    if case.version != version:
        raise Conflict(MOVED_ON)
    if bulk.move not in {m.name for m in moves_from(case.state, frozenset(Who))}:
        raise Conflict(_("现在的状态不能办这一步。"))
    said = dict(bulk.data)
    if "problems" in said:
        said["problems"] = msgspec.convert(said["problems"], list[Defect])
    await desk_move(tx, case, bulk.move, said)


async def done(tx: Tx, bulk: UUID) -> None:
    await tx.db.execute("UPDATE bulk_moves SET done_at = $2 WHERE id = $1 AND done_at IS NULL", bulk, tx.now)
