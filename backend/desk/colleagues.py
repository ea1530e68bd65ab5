"""Who else works at an officer's desks, who has which case, and who stands in while somebody is away."""

from datetime import date
from uuid import UUID, uuid4

import msgspec

from backend.cases.model import Case
from backend.core.db import Tx
from backend.core.errors import Invalid, NotAllowed, NotFound, Problem
from backend.core.events import record
from backend.core.i18n import _
from backend.desk.notes import of_desk, write_note

LONGEST_ABSENCE = 366  # days


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    departments: list[str]


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """`first_day` and `last_day` both count."""

    id: UUID
    officer_id: UUID
    stand_in: UUID
    first_day: date
    last_day: date


async def colleagues(tx: Tx, department: str | None = None) -> list[Colleague]:
    """Who works at one of the viewer's desks today, or at this one, by name; herself among them."""
    rows = await tx.db.fetch(
        "SELECT id, name_sealed, key_wrapped, departments FROM desk_colleagues() WHERE $1::text IS NULL OR $1 = ANY (departments)",
        department,
    )
    found = [
        Colleague(
            id=r["id"],
            name=tx.vault.key(r["key_wrapped"]).open(r["name_sealed"], f"name:{r['id']}").decode(),
            departments=r["departments"],
        )
        for r in rows
    ]
    return sorted(found, key=lambda one: (one.name, one.id))


async def assign(tx: Tx, case: Case, to: UUID, note: str) -> None:
    """From now on it stands with `to`; the note goes with it. Invalid when she does not work at this desk."""
    await need_desk_role(tx, case)
    if to not in {one.id for one in await colleagues(tx, case.department_id)}:
        raise Invalid(Problem(_("请从名单里选一位在这个部门办件的人。"), "to"))
    await tx.db.execute("UPDATE cases SET officer_id = $2 WHERE id = $1", case.id, to)
    if note:
        await write_note(tx, case, note, "hand_over")
    said = {"to": str(to)} | ({"back": str(case.officer_id)} if case.officer_id else {})
    await record(tx, [of_desk(tx, case, "assigned", said)])


async def need_desk_role(tx: Tx, case: Case) -> None:
    """Who only reads, a supervisor or an auditor, changes nothing."""
    if not await tx.db.fetchval("SELECT examines($1, ARRAY['window', 'reviewer', 'approver', 'head'])", case.id):
        raise NotAllowed(_("这一步不由您来办。"), next_step=f"/desk/cases/{case.number}", next_say=_("看这一件"))


async def absences(tx: Tx) -> list[Absence]:
    """Those of today and to come at the viewer's desks, the nearest first."""
    rows = await tx.db.fetch(
        """SELECT id, officer_id, stand_in, first_day, last_day FROM absences
           WHERE ended_at IS NULL AND last_day >= $1 ORDER BY first_day, id LIMIT 200""",
        tx.today,
    )
    return msgspec.convert(rows, list[Absence])


async def say_absent(tx: Tx, first: date | None, last: date | None, stand_in: UUID | None) -> None:
    """Every problem at once. Two absences may overlap: then both stand in."""
    known = {one.id for one in await colleagues(tx)} - {tx.viewer.id}
    problems = []
    if first is None or last is None:
        problems.append(Problem(_("请写清从哪天到哪天不在。"), "first"))
    elif last < max(first, tx.today) or (last - first).days > LONGEST_ABSENCE:
        problems.append(Problem(_("最后一天不能早于第一天和今天，也不能超过一年。"), "last"))
    if stand_in not in known:
        problems.append(Problem(_("请选一位同部门的人代看。"), "stand_in"))
    if problems:
        raise Invalid(*problems)
    await tx.db.execute(
        "INSERT INTO absences (id, officer_id, stand_in, first_day, last_day, said_at) VALUES ($1, $2, $3, $4, $5, $6)",
        uuid4(), tx.viewer.id, stand_in, first, last, tx.now,
    )  # fmt: skip


async def back_again(tx: Tx, absence: UUID) -> None:
    if not await tx.db.fetchval(
        "UPDATE absences SET ended_at = $2 WHERE id = $1 AND officer_id = $3 AND ended_at IS NULL RETURNING true",
        absence, tx.now, tx.viewer.id,
    ):  # fmt: skip
        raise NotFound()
