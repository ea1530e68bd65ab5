"""What several departments have to say about one case, for those who may see it."""

from datetime import date
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.joint_model import AskedCase, JointOpinion, Meeting, Together
from backend.cases.model import Case, CaseFile, Fact
from backend.cases.queries import facts_place
from backend.catalogue.joint_model import Joint
from backend.catalogue.queries import item_version
from backend.core.db import Tx
from backend.core.errors import NotFound


async def joint_of(db: asyncpg.Connection, case: Case) -> Joint | None:
    """Who is asked about such a case, by the version it was filed under; None where one department does it alone."""
    return (await item_version(db, case.item_code, case.item_version)).item.joint


async def together(db: asyncpg.Connection, case: Case) -> Together | None:
    if (joint := await joint_of(db, case)) is None:
        return None
    opinions, meetings = await opinions_of(db, case.id), await meetings_of(db, case.id)
    return Together(
        opinions=tuple(opinions), meetings=tuple(meetings), survey=joint.survey, government=joint.government
    )


async def opinions_of(db: asyncpg.Connection, case_id: UUID) -> list[JointOpinion]:
    rows = await db.fetch(
        """SELECT o.id, o.case_id, o.kind, o.department_id, d.name AS department_name, o.about, o.days, o.silence, o.sees, o.state,
                  o.asked_at, o.due, o.due_provisional, o.answered_at, o.reason, o.words
           FROM joint_opinions o JOIN departments d ON d.id = o.department_id WHERE o.case_id = $1
           ORDER BY o.kind = 'extension', o.kind <> 'first', o.department_id, o.about""",
        case_id,
    )
    return msgspec.convert(rows, list[JointOpinion])


async def meetings_of(db: asyncpg.Connection, case_id: UUID) -> list[Meeting]:
    rows = await db.fetch(
        """SELECT id, kind, at, place, people, with_applicant, called_off_at, note, noted_at
           FROM joint_meetings WHERE case_id = $1 ORDER BY at, id""",
        case_id,
    )
    return msgspec.convert(rows, list[Meeting])


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of what my departments are asked."""

    id: UUID
    kind: str
    item_name: str
    lead: str
    department_name: str
    about: str
    state: str
    due: date | None
    due_provisional: bool


async def asked_of_us(tx: Tx, limit: int = 200) -> list[Line]:
    """What my departments still have to answer, by date. Names of cases and nothing else."""
    rows = await tx.db.fetch(
        """SELECT o.id, o.kind, c.item_name, c.department_name AS lead, d.name AS department_name, o.about, o.state, o.due, o.due_provisional
           FROM joint_opinions o JOIN departments d ON d.id = o.department_id, case_of_opinion(o.id) c
           WHERE o.state IN ('asked', 'escalated') AND o.department_id = ANY($1) ORDER BY o.due, o.id LIMIT $2""",
        list(tx.viewer.departments),
        limit,
    )
    return msgspec.convert(rows, list[Line])


async def opinion_for(tx: Tx, opinion: UUID) -> tuple[JointOpinion, AskedCase]:
    """One that my department is asked for, or gave; NotFound otherwise, also for the lead: hers is the case itself."""
    row = await tx.db.fetchrow(
        """SELECT o.id, o.case_id, o.kind, o.department_id, d.name AS department_name, o.about, o.days, o.silence, o.sees, o.state,
                  o.asked_at, o.due, o.due_provisional, o.answered_at, o.reason, o.words
           FROM joint_opinions o JOIN departments d ON d.id = o.department_id WHERE o.id = $1""",
        opinion,
    )
    case = await tx.db.fetchrow(
        """SELECT id, number, order_id, principal_id, item_code, item_version, item_name, department_name, state, received_at,
                  accepted_at, facts_sealed, key_wrapped FROM case_of_opinion($1)""",
        opinion,
    )
    if row is None or case is None:
        raise NotFound()
    return msgspec.convert(row, JointOpinion), msgspec.convert(case, AskedCase)


def facts_seen(tx: Tx, opinion: JointOpinion, case: AskedCase) -> list[Fact]:
    """Of what was filed the newest of each that the department needs; the rest stays closed."""
    if case.key_wrapped is None:
        return []
    opened = tx.vault.key(case.key_wrapped).open_value(case.facts_sealed, facts_place(case.id))
    newest = {(fact.subject, fact.element): fact for fact in msgspec.convert(opened, list[Fact])}
    seen = set(opinion.sees)
    return [f for f in newest.values() if seen & {f"{f.subject}/{f.element}", f"/{f.element}"}]


async def files_seen(tx: Tx, opinion: UUID) -> list[CaseFile]:
    rows = await tx.db.fetch(
        "SELECT subject, material, variant, position, file_id, added_at, media_type, pages FROM files_of_opinion($1)",
        opinion,
    )
    return msgspec.convert(rows, list[CaseFile])


async def overdue_opinions(db: asyncpg.Connection, today: date) -> list[tuple[UUID, UUID]]:
    """Nobody answered in time: opinion and case. As the worker: all departments."""
    rows = await db.fetch(
        """SELECT id, case_id FROM joint_opinions WHERE state = 'asked' AND NOT due_provisional AND due < $1
           ORDER BY due, id""",
        today,
    )
    return [(row["id"], row["case_id"]) for row in rows]
