"""Surveys everybody goes to together, and meetings: set, told to the applicant, called off, and what came of them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

import msgspec

from backend.cases.joint import event_of, of_lead
from backend.cases.model import Case
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, Problem
from backend.core.events import record
from backend.core.i18n import _
from backend.core.jobs import enqueue

LEADS = {"reviewer", "approver", "head"}
LONGEST = {"place": 200, "people": 500, "note": 4000}
GONE = _("这次安排已经有结果了，请看最新的情况。")


class NewMeeting(msgspec.Struct, frozen=True):
    """`at` is None when what was typed is no moment."""

    kind: str
    at: datetime | None
    place: str
    people: str
    with_applicant: bool


async def set_meeting(tx: Tx, case: Case, new: NewMeeting) -> None:
    """Invalid: no kind, no moment ahead, no place or nobody to come."""
    await of_lead(tx, case, LEADS)
    if problems := list(_wrong(tx, new)):
        raise Invalid(*problems)
    await tx.db.execute(
        """INSERT INTO joint_meetings (id, case_id, kind, at, place, people, with_applicant, set_by, set_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        uuid4(), case.id, new.kind, new.at, new.place, new.people, new.with_applicant, tx.viewer.id, tx.now,
    )  # fmt: skip
    told = new.kind == "survey" or new.with_applicant
    said = {"at": new.at and new.at.isoformat(), "with_applicant": new.with_applicant}
    await record(tx, [event_of(case, f"{new.kind}_set", said, by=tx.viewer.id, public=told)])


def _wrong(tx: Tx, new: NewMeeting) -> Iterable[Problem]:
    if new.kind not in ("survey", "meeting"):
        yield Problem(_("请选是看现场，还是开碰头会。"), "kind")
    if new.at is None or new.at <= tx.now:
        yield Problem(_("请填以后的日期和时间。"), "day")
    if not 1 <= len(new.place) <= LONGEST["place"]:
        yield Problem(_("请写明在哪里，200 字以内。"), "place")
    if not 1 <= len(new.people) <= LONGEST["people"]:
        yield Problem(_("请写明哪些部门来，500 字以内。"), "people")


async def call_off(tx: Tx, case: Case, meeting: UUID) -> None:
    await of_lead(tx, case, LEADS)
    row = await tx.db.fetchrow(
        """UPDATE joint_meetings SET called_off_at = $3 WHERE id = $1 AND case_id = $2 AND called_off_at IS NULL AND noted_at IS NULL
           RETURNING kind, at, with_applicant""",
        meeting, case.id, tx.now,
    )  # fmt: skip
    if row is None:
        raise Conflict(GONE, next_step=f"/desk/cases/{case.number}", next_say=_("看最新情况"))
    told = row["kind"] == "survey" or row["with_applicant"]
    said = {"at": row["at"].isoformat()}
    await record(tx, [event_of(case, f"{row['kind']}_called_off", said, by=tx.viewer.id, public=told)])


async def note_meeting(tx: Tx, case: Case, meeting: UUID, note: str) -> None:
    """What came of it, for the departments; it may settle an objection, so that the next level is asked."""
    await of_lead(tx, case, LEADS)
    if not 1 <= len(note.strip()) <= LONGEST["note"]:
        raise Invalid(Problem(_("请写下纪要，4000 字以内。"), f"note-{meeting}"))
    kind = await tx.db.fetchval(
        """UPDATE joint_meetings SET note = $3, noted_at = $4, noted_by = $5
           WHERE id = $1 AND case_id = $2 AND called_off_at IS NULL AND noted_at IS NULL RETURNING kind""",
        meeting, case.id, note.strip(), tx.now, tx.viewer.id,
    )  # fmt: skip
    if kind is None:
        raise Conflict(GONE, next_step=f"/desk/cases/{case.number}", next_say=_("看最新情况"))
    await record(tx, [event_of(case, f"{kind}_noted", {}, by=tx.viewer.id, public=False)])
    await enqueue(tx.db, "ask_opinions", {"case": case.id})
