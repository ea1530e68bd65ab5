"""The officer's desk: the queue, a case, and the moves she may make."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.accounts.levels import LABELS
from backend.cases.actions import move
from backend.cases.clocks import replay, running
from backend.cases.model import Case, Event
from backend.cases.queries import case_for, events_of
from backend.cases.rules import GROUNDS, too_late_or_again
from backend.cases.states import MOVES, OPEN, Clock, Move, State, Who, moves_from
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, Problem
from backend.core.events import NewEvent, record
from backend.core.i18n import _
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.core.workdays import calendar
from backend.desk import routes_counter
from backend.desk.forms import said_of
from backend.desk.model import DESK_LABELS
from backend.desk.queries import PAGE, applicant_of, filed_in, materials_in, next_in_queue, queue_of, tally_of
from backend.desk.signing import known_and_signed

EVENT_WORDS = {name: made.says for name, made in MOVES.items()} | {"looked": _("看了完整的号码和地址")}


@get("/desk", opt=OFFICER, include_in_schema=False)
async def queue(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    asked = request.query_params
    state = State(asked["state"]) if asked.get("state") in set(OPEN) else None
    rows = await queue_of(tx, _place(asked.get("after", "")), state)
    more = f"{rows[-1].due}_{rows[-1].id}" if len(rows) == PAGE else None
    states = [(s.value, DESK_LABELS[s]) for s in OPEN]
    return page(
        request, tx, "desk/queue.html", rows=rows, more=more, tally=await tally_of(tx), state=state, states=states
    )


@get("/desk/cases/{number:str}", opt=OFFICER, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[str]:
    return await _case_page(request, tx, await case_for(tx.db, tx.viewer, number), Form([], []), [])


@post("/desk/cases/{number:str}/look", opt=OFFICER, include_in_schema=False)
async def look(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[str]:
    """Opens the masked fields, and leaves an event that says who looked."""
    case = await case_for(tx.db, tx.viewer, number)
    looked = NewEvent(
        kind="looked", principal_id=case.principal_id, actor_kind="officer", actor_id=tx.viewer.id, case_id=case.id,
        department_id=case.department_id, public=False,
    )  # fmt: skip
    await record(tx, [looked])
    return await _case_page(request, tx, case, Form([], []), [], masked=False)


@post("/desk/cases/{number:str}/moves", opt=OFFICER, include_in_schema=False)
async def make_move(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[Any]:
    """One move on the case as she saw it: another version on the page is a conflict, and what she wrote is kept."""
    form, case = await read_form(request), await case_for(tx.db, tx.viewer, number)
    try:
        async with tx.db.transaction():
            _same_version(form, case)
            await move(tx, case, _name(form, case), said_of(form))
    except Invalid as invalid:
        return await _case_page(request, tx, case, form, list(invalid.problems), status=422)
    except Conflict as conflict:
        return await _case_page(request, tx, case, form, list(conflict.problems), status=409)
    return see_other(f"/desk/cases/{case.number}?moved={form.text('move')}")


def _name(form: Form, case: Case) -> str:
    """Only moves the table knows for this state; the gate says who may."""
    name = form.text("move")
    if name not in {m.name for m in moves_from(case.state, frozenset(Who))}:
        raise Conflict(_("这件事刚才有了新的变化，请看最新进度，再决定怎么做。"))
    return name


def _same_version(form: Form, case: Case) -> None:
    if form.text("version") != str(case.version):
        raise Conflict(_("这件事刚才有了新的变化，请看最新进度，再决定怎么做。"))


async def _case_page(
    request: Request, tx: Tx, case: Case, form: Form, problems: list[Problem], *, status: int = 200, masked: bool = True
) -> Response[str]:
    events = await events_of(tx.db, case.id)
    count = running(replay(events, case.limits))
    level, signed = await known_and_signed(tx, case)
    explained = count.explained(tx.today, await calendar(tx.db, count.start)) if count else None
    return page(
        request, tx, "desk/case.html", status=status, case=case, form=form, problems=problems, masked=masked,
        label=DESK_LABELS[case.state], names=await applicant_of(tx, case), facts=await filed_in(tx, case, masked=masked),
        materials=await materials_in(tx, case), events=events[::-1], explained=explained, grounds=GROUNDS,
        level=LABELS[level], signed=signed, words=EVENT_WORDS, moves=_open_moves(tx, case, events), moved=request.query_params.get("moved"), following=await next_in_queue(tx, case),
    )  # fmt: skip


def _open_moves(tx: Tx, case: Case, events: list[Event]) -> list[Move]:
    """What she may do now, without what has been done already or comes too late."""
    roles = frozenset(who for who in Who if who.value in tx.viewer.roles)
    due_day = case.due if case.due_clock is Clock.DECISION else None
    return [m for m in moves_from(case.state, roles) if not too_late_or_again(m, events, due_day, tx.today)]


def _place(text: str) -> tuple[date, UUID] | None:
    """Where a page begins, from its address; anything unreadable is the first page."""
    day, _, row = text.partition("_")
    try:
        return date.fromisoformat(day), UUID(row)
    except ValueError:
        return None


ROUTES = [queue, show, look, make_move, *routes_counter.ROUTES]
