"""The database refuses what the table of moves does not know, whoever writes the SQL."""

from itertools import product

import asyncpg
import pytest

from backend.cases.model import Case
from backend.cases.states import TABLE, State, pairs
from backend.core.db import connect
from tests.cases.town import Town

LEGAL = {(before, after) for before, after, _ in pairs()}
BIRTHS = {move.leads_to(None) for move in TABLE if not move.before}


async def forced(db: asyncpg.Connection, case: Case, state: State) -> None:
    """Puts the case into a state past the trigger, as only the owner can."""
    await db.execute("ALTER TABLE cases DISABLE TRIGGER USER")
    await db.execute("UPDATE cases SET state = $2 WHERE id = $1", case.id, state)
    await db.execute("ALTER TABLE cases ENABLE TRIGGER USER")


async def test_every_pair_of_states_is_refused_by_raw_sql_unless_a_move_makes_it(town: Town) -> None:
    case, allowed = await town.filed(), set()
    owner = await connect(town.settings.login("owner"))
    for before, after in product(State, State):
        transaction = owner.transaction()
        await transaction.start()
        await forced(owner, case, before)
        try:
            await owner.execute("UPDATE cases SET state = $2, version = version + 1 WHERE id = $1", case.id, after)
            allowed.add((before, after))
        except asyncpg.CheckViolationError:
            continue
        finally:
            await transaction.rollback()
    await owner.close()
    assert allowed == LEGAL


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE cases SET state = 'accepted' WHERE id = $1", "counts the version up"),
        ("UPDATE cases SET state = 'accepted', version = version + 2 WHERE id = $1", "no move leads"),
        ("UPDATE cases SET version = version + 1 WHERE id = $1", "without its event"),
        ("UPDATE cases SET received_at = received_at - interval '1 day' WHERE id = $1", "received once"),
        ("UPDATE cases SET state = 'lost', version = version + 1 WHERE id = $1", "no move leads|known_state"),
        ("DELETE FROM cases WHERE id = $1", "append-only"),
        ("DELETE FROM events WHERE case_id = $1", "append-only"),
        ("UPDATE events SET kind = 'granted' WHERE case_id = $1", "append-only"),
    ],
)
async def test_the_owner_herself_cannot_bend_a_case(town: Town, sql: str, said: str) -> None:
    case = await town.filed()
    owner = await connect(town.settings.login("owner"))
    with pytest.raises((asyncpg.CheckViolationError, asyncpg.RestrictViolationError), match=said):
        await owner.execute(sql, case.id)
    await owner.close()


async def test_a_move_without_its_event_does_not_commit(town: Town) -> None:
    case = await town.filed()
    owner = await connect(town.settings.login("owner"))
    with pytest.raises(asyncpg.CheckViolationError, match="without its event"):
        await owner.execute("UPDATE cases SET state = 'accepted', version = 2 WHERE id = $1", case.id)
    assert await owner.fetchval("SELECT state FROM cases WHERE id = $1", case.id) == "submitted"
    await owner.close()


@pytest.mark.parametrize("state", sorted(set(State) - BIRTHS))
async def test_a_case_begins_submitted_or_waiting(town: Town, state: State) -> None:
    case = await town.filed()
    owner = await connect(town.settings.login("owner"))
    with pytest.raises(asyncpg.CheckViolationError, match="cannot begin as"):
        await owner.execute(
            """INSERT INTO cases (id, number, order_id, principal_id, actor_id, item_code, item_version, department_id, state, bound, facts_sealed, received_at)
               SELECT gen_random_uuid(), 'x', order_id, principal_id, actor_id, item_code, item_version, department_id, $2, bound, facts_sealed, received_at
               FROM cases WHERE id = $1""",
            case.id,
            state,
        )
    await owner.close()


async def test_the_web_role_can_neither_rewrite_what_was_filed_nor_the_log(town: Town) -> None:
    case = await town.filed()
    for sql in (
        "UPDATE cases SET number = 'x' WHERE id = $1",
        "UPDATE cases SET principal_id = viewer() WHERE id = $1",
        "UPDATE cases SET item_version = 2 WHERE id = $1",
        "DELETE FROM cases WHERE id = $1",
        "UPDATE events SET at = now() WHERE case_id = $1",
        "DELETE FROM events WHERE case_id = $1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with town.tx("officer") as tx:
                await tx.db.execute(sql, case.id)


async def test_one_extension_and_two_correction_notices_at_most_even_by_raw_sql(town: Town) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    await town.moved(case, "officer", "extended", reason="案情复杂", days=5)
    owner = await connect(town.settings.login("owner"))
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(
            "INSERT INTO events (case_id, principal_id, kind, actor_kind, at) VALUES ($1, $2, 'extended', 'machine', now())",
            case.id,
            case.principal_id,
        )
    await owner.close()
