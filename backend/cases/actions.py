"""The one gate through which a case moves; its first move, filing, is in `filing.py`.

Allowed? → UPDATE … WHERE state and version are as read → event → due date → notice job. Automatic and manual are the
same move with another actor.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from backend.cases.clocks import Count, replay, running
from backend.cases.issuing import issue_certificates
from backend.cases.joint import not_all_spoke, send_out
from backend.cases.model import Case
from backend.cases.queries import case_by_id, events_of, roles_in, room_for
from backend.cases.queries_joint import joint_of
from backend.cases.rules import no_room
from backend.cases.states import CLOSED, MOVES, OPEN, Clock, Move, State, Who
from backend.cases.steps import Now, Step, colour_on, due_data, moved_on, step
from backend.catalogue.queries import city_in
from backend.core.clock import Due, local_day
from backend.core.db import Tx
from backend.core.errors import NotAllowed
from backend.core.events import NewEvent, record
from backend.core.i18n import _
from backend.core.jobs import Named
from backend.core.workdays import calendar_in
from backend.mandates.journal import note_use

BY_GOVERNMENT = _("几个部门一起办的，延长要由本级政府的负责人批准，请在“一起办”里申请。")
WRITTEN = (
    "version", "state", "accepted_at", "decided_at", "due", "due_clock", "due_provisional", "received_at", "colour", "archived_at",
)  # fmt: skip


async def move(tx: Tx, case: Case, name: str, data: Mapping[str, Any] | None = None, *, machine: bool = False) -> Case:
    """Moves `case`, as it was loaded, or refuses: Conflict if it has changed since, NotAllowed, or Invalid data."""
    wanted, events = MOVES[name], await events_of(tx.db, case.id)
    await _allow(tx, case, wanted, machine)
    joint = wanted.name == "extended" and await _by_government(tx, case, data or {})
    made = step(case, wanted, events, data or {}, await now_of(tx, case), joint=joint)
    await _in_turn(tx, case, wanted)
    await write_steps(tx, [made], machine=machine)
    if not machine:
        await note_use(tx, name, [case.item_name], case.number)
    certificates = await issue_certificates(tx, [(made.after, None)]) if wanted.after is State.GRANTED else []
    await record(tx, [left_by(tx, made, machine)], also=[*jobs_after(made), *certificates])
    if wanted.after is State.ACCEPTED and case.accepted_at is None:
        await send_out(tx, case)
    return await case_by_id(tx.db, case.id)


async def _by_government(tx: Tx, case: Case, said: Mapping[str, Any]) -> bool:
    """Whether several departments handle it; then its extension is the government's."""
    joint = await joint_of(tx.db, case) is not None
    if joint and "approved_by" not in said:
        raise NotAllowed(BY_GOVERNMENT, next_step=f"/desk/cases/{case.number}", next_say=_("回到这件事"))
    return joint


def jobs_after(made: Step) -> list[Named]:
    """What is done once this is committed: what waited for the result goes on, and the result is made."""
    found: list[Named] = []
    if made.move.after in CLOSED and made.before.state in OPEN:
        found.append(("settle_waiting", {"order": made.before.order_id}))
    if made.move.after is State.GRANTED:
        found.append(("make_result", {"case": made.before.id}))
    return found


async def now_of(tx: Tx, case: Case) -> Now:
    days = await calendar_in(tx, local_day(case.received_at))
    return Now(at=tx.now, today=tx.today, places=(await city_in(tx)).pack.city.clocks, days=days)


async def may_move(tx: Tx, case: Case, name: str) -> bool:
    """Whether the viewer could make this move now, as far as who she is and where the case stands."""
    wanted = MOVES[name]
    return case.state in wanted.before and bool(wanted.by & await _who(tx, case, wanted, machine=False))


async def _allow(tx: Tx, case: Case, wanted: Move, machine: bool) -> None:
    """Who may make this move at all; then whether the case stands where it begins."""
    if not wanted.by & await _who(tx, case, wanted, machine):
        raise NotAllowed(_("这一步不由您来办。"), next_step=f"/cases/{case.number}", next_say=_("看进度"))
    if case.state not in wanted.before:
        raise moved_on(case)


async def _who(tx: Tx, case: Case, wanted: Move, machine: bool) -> frozenset[Who]:
    if machine:
        return frozenset({Who.MACHINE})
    if tx.viewer.officer:
        held = await roles_in(tx.db, tx.viewer.id, case.department_id)
        return frozenset(who for who in Who if who.value in held)
    may = tx.viewer.principal_id == case.principal_id and await tx.db.fetchval(
        "SELECT may_act_under($1, $2, $3, $4)", tx.viewer.mandate_id, case.principal_id, wanted.mandate, case.item_code
    )
    return frozenset({Who.CITIZEN}) if may else frozenset()


async def _in_turn(tx: Tx, case: Case, wanted: Move) -> None:
    """What is limited in number is granted in the order of acceptance; what several handle, when all have spoken."""
    if wanted.after is not State.GRANTED:
        return
    if problems := await not_all_spoke(tx, case):
        raise NotAllowed(*problems, next_step=f"/desk/cases/{case.number}", next_say=_("看各部门的意见"))
    if (room := await room_for(tx.db, case.id)) is None:
        return
    if problems := no_room(room.quota, room.granted, room.earlier):
        raise NotAllowed(*problems, next_step=f"/cases/{case.number}", next_say=_("看进度"))


async def due_of(tx: Tx, count: Count | None) -> Due | None:
    return count.due(tx.today, await calendar_in(tx, count.start)) if count else None


async def write_steps(tx: Tx, steps: Sequence[Step], *, machine: bool) -> None:
    """One step each of so many cases, in one statement; Conflict, and nothing of it stays, if one was moved in between."""
    rows = [
        {name: getattr(made.after, name) for name in WRITTEN} | {"id": made.before.id, "was": made.before.state}
        for made in steps
    ]
    written = await tx.db.fetch(
        """UPDATE cases c SET state = m.state, version = m.version, accepted_at = m.accepted_at, decided_at = m.decided_at, due = m.due,
                  due_clock = m.due_clock, due_provisional = m.due_provisional, officer_id = coalesce(c.officer_id, $2),
                  received_at = m.received_at, colour = m.colour, archived_at = m.archived_at
           FROM jsonb_to_recordset($1) AS m(id uuid, was text, version integer, state text, accepted_at timestamptz, decided_at timestamptz,
                due date, due_clock text, due_provisional boolean, received_at timestamptz, colour text, archived_at timestamptz)
           WHERE c.id = m.id AND c.state = m.was AND c.version = m.version - 1 RETURNING c.id""",
        msgspec.to_builtins(rows),
        None if machine or not tx.viewer.officer else tx.viewer.id,
    )
    if len(written) != len(steps):
        raise moved_on(steps[0].before)


def left_by(tx: Tx, made: Step, machine: bool) -> NewEvent:
    case = made.before
    actor = "machine" if machine else "officer" if tx.viewer.officer else "agent" if tx.viewer.acting else "citizen"
    return NewEvent(
        kind=made.move.name,
        principal_id=case.principal_id,
        actor_kind=actor,
        actor_id=None if machine else tx.viewer.id,
        mandate_id=None if machine else tx.viewer.mandate_id,
        case_id=case.id,
        order_id=case.order_id,
        department_id=case.department_id,
        data=msgspec.to_builtins(made.left),
    )


async def refresh_due(tx: Tx, case: Case) -> None:
    """The cached date again, for a pause that goes on or a calendar that was published. No move; an event only when a
    date that people were told is another one now."""
    count = running(replay(await events_of(tx.db, case.id), case.limits))
    end = await due_of(tx, count)
    if end is None or not await tx.db.fetchval(
        """UPDATE cases SET due = $3, due_provisional = $4
           WHERE id = $1 AND version = $2 AND (due, due_provisional) IS DISTINCT FROM ($3, $4) RETURNING true""",
        case.id, case.version, end.due, end.provisional,
    ):  # fmt: skip
        return
    if end.due != case.due and not end.open_pause and case.state is not State.SUSPENDED:
        await record(tx, [by_machine(case, "date_changed", {"was": case.due, **due_data(end, count)})])


async def recolour(tx: Tx, case: Case) -> None:
    """The card of a date that came near or went by since yesterday, with an event of its own. A date that is over is public."""
    count = running(replay(await events_of(tx.db, case.id), case.limits))
    end = await due_of(tx, count)
    places, days = (await city_in(tx)).pack.city.clocks, await calendar_in(tx, tx.today)
    colour = colour_on(end, tx.today, places, days)
    if colour == case.colour or not await tx.db.fetchval(
        "UPDATE cases SET colour = $3 WHERE id = $1 AND version = $2 RETURNING true", case.id, case.version, colour
    ):
        return
    if colour and count:
        said = {"clock": count.clock, "due": end and end.due}
        public = colour == "red" and count.clock is not Clock.CORRECTION
        await record(tx, [by_machine(case, f"warned_{colour}", said, public=public)])


def by_machine(case: Case, kind: str, data: dict[str, Any], *, public: bool = True) -> NewEvent:
    """What happened to a case without moving it."""
    return NewEvent(
        kind=kind, principal_id=case.principal_id, actor_kind="machine", case_id=case.id, order_id=case.order_id,
        department_id=case.department_id, public=public, data=msgspec.to_builtins(data),
    )  # fmt: skip
