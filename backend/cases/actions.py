"""The one gate through which a case moves; its first move, filing, is in `filing.py`.

Allowed? → UPDATE … WHERE state and version are as read → event → due date → notice job. Automatic and manual are the
same move with another actor.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from backend.cases.clocks import Count, colour_of, replay, running, told_limit
from backend.cases.issuing import issue_certificate
from backend.cases.joint import not_all_spoke, send_out
from backend.cases.model import Case, Event
from backend.cases.queries import case_by_id, events_of, roles_in, room_for
from backend.cases.queries_joint import joint_of
from backend.cases.rules import no_room, problems_with, too_late_or_again
from backend.cases.states import CLOSED, MOVES, OPEN, RUNS, Clock, Effect, Move, State, Who
from backend.catalogue.policy_model import Clocks
from backend.catalogue.queries import city
from backend.core.clock import Due
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed
from backend.core.events import NewEvent, record
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.core.workdays import calendar
from backend.mandates.journal import note_use

BY_GOVERNMENT = _("几个部门一起办的，延长要由本级政府的负责人批准，请在“一起办”里申请。")
MOVED_ON = _("这件事刚才有了新的变化，请看最新进度，再决定怎么做。")


async def move(tx: Tx, case: Case, name: str, data: Mapping[str, Any] | None = None, *, machine: bool = False) -> Case:
    """Moves `case`, as it was loaded, or refuses: Conflict if it has changed since, NotAllowed, or Invalid data."""
    wanted, events = MOVES[name], await events_of(tx.db, case.id)
    places = (await city(tx.db)).pack.city.clocks
    await _allow(tx, case, wanted, machine)
    said = {**_started_with(wanted, places), **(data or {})}
    await _check(tx, case, wanted, events, said, places)
    await _in_turn(tx, case, wanted)
    count = running(replay([*events, as_seen(tx, wanted, said)], case.limits))
    end = await due_of(tx, count)
    colour = await colour_now(tx, end, places)
    if not await _update(tx, case, wanted, count, end, colour, machine):
        raise Conflict(MOVED_ON, next_step=f"/cases/{case.number}", next_say=_("看最新进度"))
    if not machine:
        await note_use(tx, name, [case.item_name], case.number)
    after = wanted.leads_to(case.state)
    left = {**said, "version": case.version + 1, "from": case.state, "to": after, **due_data(end, count)}
    await record(tx, [_left(tx, case, wanted, left, machine)])
    await _follow(tx, case, wanted)
    return await case_by_id(tx.db, case.id)


async def _follow(tx: Tx, case: Case, made: Move) -> None:
    """What others do once this is committed: what waited for the result goes on, and the result is made."""
    if made.after in CLOSED and case.state in OPEN:
        await enqueue(tx.db, "settle_waiting", {"order": case.order_id})
    if made.after is State.ACCEPTED and case.accepted_at is None:
        await send_out(tx, case)
    if made.after is State.GRANTED:
        await issue_certificate(tx, case)
        await enqueue(tx.db, "make_result", {"case": case.id})


def _started_with(wanted: Move, places: Clocks) -> dict[str, Any]:
    started = wanted.effect is Effect.START and wanted.after
    return told_limit(RUNS.get(wanted.after), places) if started and wanted.after else {}


async def may_move(tx: Tx, case: Case, name: str) -> bool:
    """Whether the viewer could make this move now, as far as who she is and where the case stands."""
    wanted = MOVES[name]
    return case.state in wanted.before and bool(wanted.by & await _who(tx, case, wanted, machine=False))


async def _allow(tx: Tx, case: Case, wanted: Move, machine: bool) -> None:
    """Who may make this move at all, then whether the case stands where the move begins."""
    if not wanted.by & await _who(tx, case, wanted, machine):
        raise NotAllowed(_("这一步不由您来办。"), next_step=f"/cases/{case.number}", next_say=_("看进度"))
    if case.state not in wanted.before:
        raise Conflict(MOVED_ON, next_step=f"/cases/{case.number}", next_say=_("看最新进度"))


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


async def _check(tx: Tx, case: Case, wanted: Move, events: list[Event], said: dict[str, Any], places: Clocks) -> None:
    joint = wanted.name == "extended" and await joint_of(tx.db, case) is not None
    if joint and "approved_by" not in said:
        raise NotAllowed(BY_GOVERNMENT, next_step=f"/desk/cases/{case.number}", next_say=_("回到这件事"))
    if problems := problems_with(wanted, said, events, places, joint=joint):
        raise Invalid(*problems)
    if problems := too_late_or_again(wanted, events, case.due, tx.today):
        raise NotAllowed(*problems, next_step=f"/cases/{case.number}", next_say=_("看进度"))


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


def as_seen(tx: Tx, made: Move, said: dict[str, Any]) -> Event:
    """The event as the clocks will see it."""
    return Event(id=0, kind=made.name, actor_kind="machine", actor_id=None, at=tx.now, public=True, data=said)


async def due_of(tx: Tx, count: Count | None) -> Due | None:
    return count.due(tx.today, await calendar(tx.db, count.start)) if count else None


async def colour_now(tx: Tx, end: Due | None, places: Clocks) -> str:
    """The card of this date today; none while it may still change by itself."""
    firm = end if end and not end.open_pause else None
    return colour_of(firm.due, tx.today, places.yellow, await calendar(tx.db, tx.today)) if firm else ""


def due_data(end: Due | None, count: Count | None) -> dict[str, Any]:
    return {"due": end.due, "clock": count.clock, "provisional": end.provisional} if end and count else {}


async def _update(
    tx: Tx, case: Case, made: Move, count: Count | None, end: Due | None, colour: str, machine: bool
) -> bool:
    """Writes only if nobody moved it in between."""
    officer = None if machine or not tx.viewer.officer else tx.viewer.id
    after = made.leads_to(case.state)
    accepted = count.since if count and after is State.ACCEPTED and case.accepted_at is None else None
    return bool(
        await tx.db.fetchval(
            """UPDATE cases SET state = $4, version = version + 1, accepted_at = coalesce(accepted_at, $5), decided_at = $6,
                      due = $7, due_clock = $8, due_provisional = $9, officer_id = coalesce(officer_id, $10),
                      received_at = coalesce($11, received_at), colour = $12, archived_at = coalesce(archived_at, $13)
               WHERE id = $1 AND state = $2 AND version = $3 RETURNING true""",
            case.id, case.state, case.version, after, accepted,
            (case.decided_at or tx.now) if after in CLOSED else None,
            end and end.due, count and count.clock, bool(end and end.provisional), officer,
            tx.now if made.name == "released" else None, colour, tx.now if made.name == "archived" else None,
        )
    )  # fmt: skip


def _left(tx: Tx, case: Case, made: Move, data: dict[str, Any], machine: bool) -> NewEvent:
    actor = "machine" if machine else "officer" if tx.viewer.officer else "agent" if tx.viewer.acting else "citizen"
    return NewEvent(
        kind=made.name,
        principal_id=case.principal_id,
        actor_kind=actor,
        actor_id=None if machine else tx.viewer.id,
        mandate_id=None if machine else tx.viewer.mandate_id,
        case_id=case.id,
        order_id=case.order_id,
        department_id=case.department_id,
        data=msgspec.to_builtins(data),
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
    colour = await colour_now(tx, end, (await city(tx.db)).pack.city.clocks)
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
