"""State × move × who, through the gate: allowed exactly where the table says so."""

from itertools import product
from typing import Any

import asyncpg
import pytest

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.cases.actions import move
from backend.cases.model import Case
from backend.cases.queries import case_by_id
from backend.cases.states import MOVES, TABLE, State, Who
from backend.core.db import Tx, connect
from backend.core.errors import Conflict, NotAllowed
from tests.cases.town import DEPARTMENT, Town

DATA: dict[str, Any] = {
    "problems": [{"say": "请补一张照片。"}], "reason": "理由", "authority": "市住房局", "ground": "hearing", "days": 5,
    "expired": "2026-12-31", "receiver": "applicant",
}  # fmt: skip
# The shortest way into each state, as (who, move).
WAYS: dict[State, list[tuple[str, str]]] = {
    State.WAITING: [],
    State.SUBMITTED: [],
    State.CORRECTING: [("officer", "correction_asked")],
    State.ACCEPTED: [("officer", "accepted")],
    State.SUSPENDED: [("officer", "accepted"), ("officer", "suspended")],
    State.GRANTED: [("officer", "accepted"), ("officer", "granted")],
    State.CERTIFIED: [("officer", "accepted"), ("officer", "granted"), ("machine", "certificate_made")],
    State.DELIVERED: [("officer", "accepted"), ("officer", "granted"), ("machine", "delivered")],
    State.REFUSED: [("officer", "accepted"), ("officer", "refused")],
    State.NOT_ACCEPTED: [("officer", "not_accepted")],
    State.NOT_COMPETENT: [("officer", "not_competent")],
    State.WITHDRAWN: [("father", "withdrawn")],
    State.RETURNED: [("officer", "correction_asked"), ("officer", "returned")],
    State.TRANSFERRED: [("officer", "transferred")],
    State.VOID: [("officer", "voided")],
}


class Undo(Exception):
    """Ends a transaction that must leave nothing."""


async def case_in(town: Town, state: State) -> Case:
    case = await town.filed(waiting=state is State.WAITING)
    for who, name in WAYS[state]:
        case = await town.moved(case, who, name, **{key: DATA[key] for key in MOVES[name].requires})
    assert case.state is state
    return case


async def people_of_one_role_each(town: Town) -> None:
    if "reviewer" in town.ids:
        return
    owner = await connect(town.settings.login("owner"))
    async with owner.transaction():
        await owner.execute("SELECT set_config('app.now', $1, true)", town.now.isoformat())
        for role in ("window", "reviewer", "approver", "head"):
            officer = NewAccount(kind="officer", name=role, roles={DEPARTMENT: (role,)})
            town.ids[role] = await open_account(Tx(owner, town.vault, town.now), officer)
    await owner.close()
    town.ids["citizen"] = town.ids["father"]


async def outcome(town: Town, who: Who, case: Case, name: str) -> str:
    """moved, not allowed or conflict; nothing is kept."""
    transaction = town.machine() if who is Who.MACHINE else town.tx(who.value)
    try:
        async with transaction as tx:
            await move(tx, case, name, DATA, machine=who is Who.MACHINE)
            raise Undo
    except Undo:
        return "moved"
    except NotAllowed:
        return "not allowed"
    except Conflict:
        return "conflict"


@pytest.mark.parametrize("state", list(State))
async def test_each_may_make_exactly_the_moves_the_table_gives_her(town: Town, state: State) -> None:
    await people_of_one_role_each(town)
    case = await case_in(town, state)
    asked_once = any(name == "correction_asked" for _, name in WAYS[state])
    for made, who in product([m for m in TABLE if m.before], Who):
        expected = "not allowed" if who not in made.by else "moved" if state in made.before else "conflict"
        if expected == "moved" and made.name == "correction_asked_again" and not asked_once:
            expected = "not allowed"  # a second notice needs a first
        if expected == "moved" and made.name == "delay_explained":
            expected = "not allowed"  # nothing is late here
        assert await outcome(town, who, case, made.name) == expected, (state, made.name, who)


async def test_a_supervisor_or_auditor_moves_nothing(town: Town) -> None:
    case = await town.filed()
    for made in TABLE:
        if made.before:
            with pytest.raises(NotAllowed):
                await town.moved(case, "elsewhere", made.name, **DATA)


async def test_raw_sql_of_a_stranger_moves_nothing(town: Town) -> None:
    """The second line: with the gate left out, row-level security still says no."""
    case = await town.filed()
    for who in ("stranger", "foreign"):
        async with town.tx(who) as tx:
            done = await tx.db.execute("UPDATE cases SET state = 'accepted', version = 2 WHERE id = $1", case.id)
            assert done == "UPDATE 0"
    async with town.machine() as tx:
        assert (await case_by_id(tx.db, case.id)).version == 1


async def test_nobody_writes_an_event_in_anothers_name(town: Town) -> None:
    case = await town.filed()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with town.tx("father") as tx:
            await tx.db.execute(
                "INSERT INTO events (case_id, principal_id, kind, actor_kind, actor_id, at) VALUES ($1, $2, 'granted', 'officer', $3, now())",
                case.id,
                case.principal_id,
                town.ids["officer"],
            )
