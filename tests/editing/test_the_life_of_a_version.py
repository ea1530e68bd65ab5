"""State × move × who, in SQL: the database refuses what the table of moves does not know, whoever writes the statement."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from backend.catalogue.states import LABELS, MOVES, OPEN, TABLE, State, Who, moves_from
from backend.catalogue.trigger import trigger_sql
from backend.core.embedded import EmbeddedPostgres
from backend.settings import ROLES
from tests.editing.desk import OLD
from tests.web import StoppedClock

MIGRATION = Path(__file__).resolve().parents[2] / "backend/migrations/0018_item_versions.sql"
DEPARTMENT = "民政局"
OFFICERS = {"editor": Who.EDITOR, "checker": Who.CHECKER, "legal": Who.LEGAL}


def test_the_committed_trigger_is_the_one_the_table_makes():
    assert MIGRATION.read_text("utf-8").endswith(trigger_sql())


def test_every_state_has_a_label_and_can_be_reached():
    assert set(LABELS) == set(State)
    assert {move.after for move in TABLE} == set(State)
    assert len(MOVES) == len(TABLE)


def test_nobody_checks_or_reviews_what_she_wrote_herself():
    everything = frozenset(Who) - {Who.PACK}
    for state in OPEN:
        offered = {move.name for move in moves_from(state, everything, wrote=True)}
        assert offered.isdisjoint({"checked", "reviewed"})


class Bench(msgspec.Struct):
    """A version that was begun by the editor, and who may try what with it."""

    owner: asyncpg.Connection
    officers: dict[str, UUID]

    async def as_officer(self, role: str) -> asyncpg.Connection:
        await self.owner.execute("RESET ROLE")
        await self.owner.execute("SELECT set_config('app.viewer', $1, true)", str(self.officers[role]))
        await self.owner.execute(f"SET LOCAL ROLE {ROLES['web']}")
        return self.owner

    async def forced(self, state: State) -> None:
        """Puts the draft into a state past the trigger, as only the owner can."""
        await self.owner.execute("RESET ROLE")
        await self.owner.execute("SET LOCAL session_replication_role = replica")
        await self.owner.execute(
            "UPDATE item_versions SET effective_until = '2027-01-01' WHERE code = $1 AND version = 1", OLD
        )
        await self.owner.execute(
            """UPDATE item_versions SET state = $1, review = jsonb_build_object('sha256', encode(sha256, 'hex')),
                      effective_from = '2027-01-01', published_at = now() WHERE code = $2 AND version = 2""",
            state,
            OLD,
        )
        await self.owner.execute("SET LOCAL session_replication_role = origin")


@pytest_asyncio.fixture
async def bench(postgres: EmbeddedPostgres, database: str) -> AsyncIterator[Bench]:
    """As the server's own superuser: she alone may be owner and web in one transaction."""
    owner = await asyncpg.connect(postgres.url("postgres", database))
    outer = owner.transaction()
    await outer.start()
    await owner.execute("SELECT set_config('app.now', $1, true)", StoppedClock()().isoformat())
    found = await owner.fetch("SELECT handle, id FROM accounts WHERE handle LIKE 'officer-%'")
    officers = {row["handle"].removeprefix("officer-"): row["id"] for row in found}
    bench = Bench(owner, officers)
    await begun(await bench.as_officer("editor"), officers["editor"])
    yield bench
    await outer.rollback()
    await owner.close()


async def begun(db: asyncpg.Connection, editor: UUID) -> None:
    await db.execute(
        """INSERT INTO item_versions (code, version, pack_id, sha256, data, department_id, state, effective_from, published_at)
           SELECT code, 2, pack_id, sha256, data, department_id, 'draft', NULL, NULL FROM item_versions WHERE code = $1 AND version = 1""",
        OLD,
    )
    await event(db, 1, "begun", editor)


async def event(db: asyncpg.Connection, revision: int, kind: str, actor: UUID) -> None:
    await db.execute(
        "INSERT INTO item_events (code, version, revision, department_id, kind, actor_id, actor_name) VALUES ($1, 2, $2, $3, $4, $5, '某人')",
        OLD,
        revision,
        DEPARTMENT,
        kind,
        actor,
    )


MOVE = """UPDATE item_versions SET state = $1, revision = revision + 1, review = jsonb_build_object('sha256', encode(sha256, 'hex'))
           WHERE code = $2 AND version = 2"""


async def test_only_the_tables_moves_by_the_tables_roles_are_possible(bench: Bench):
    allowed = {tried for tried in product(State, State, OFFICERS) if await possible(bench, *tried)}
    assert allowed == {
        (before, move.after, role)
        for move in TABLE
        for before in move.before
        for role, who in OFFICERS.items()
        if who in move.by
    }


async def possible(bench: Bench, before: State, after: State, role: str) -> bool:
    inner = bench.owner.transaction()
    await inner.start()
    try:
        await bench.forced(before)
        db = await bench.as_officer(role)
        return (await db.execute(MOVE, after, OLD)) == "UPDATE 1"
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.InsufficientPrivilegeError):
        return False
    finally:
        await inner.rollback()


async def test_the_author_can_neither_check_nor_review_even_with_the_role(bench: Bench):
    await bench.owner.execute("RESET ROLE")
    for role in ("checker", "legal"):
        await bench.owner.execute(
            "INSERT INTO officer_roles (account_id, department_id, role, valid_from) VALUES ($1, $2, $3, '2026-01-01')",
            bench.officers["editor"], DEPARTMENT, role,
        )  # fmt: skip
    for before, after in ((State.CHECKING, State.CHECKED), (State.CHECKED, State.REVIEWED)):
        await bench.forced(before)
        db = await bench.as_officer("editor")
        with pytest.raises(asyncpg.CheckViolationError, match="never done by who wrote it"):
            async with db.transaction():
                await db.execute(MOVE, after, OLD)


async def test_a_review_of_another_text_does_not_publish_this_one(bench: Bench):
    await bench.forced(State.CHECKED)
    db = await bench.as_officer("legal")
    with pytest.raises(asyncpg.CheckViolationError, match="another text"):
        await db.execute(MOVE.replace("encode(sha256, 'hex')", "'00'"), State.REVIEWED, OLD)


async def test_the_text_of_a_version_stands_once_it_left_the_desk(bench: Bench):
    for state in set(State) - {State.DRAFT}:
        await bench.forced(state)
        db = await bench.as_officer("editor")
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            async with db.transaction():
                await db.execute("UPDATE item_versions SET data = '{}', sha256 = sha256('{}'), revision = revision + 1 WHERE code = $1 AND version = 2", OLD)  # fmt: skip


async def test_a_move_without_its_event_does_not_commit(bench: Bench):
    await bench.owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
    db = await bench.as_officer("editor")
    with pytest.raises(asyncpg.CheckViolationError, match="without its event"):
        await db.execute(MOVE, State.CHECKING, OLD)


async def test_two_versions_are_never_in_force_on_one_day(bench: Bench):
    await bench.forced(State.REVIEWED)
    db = await bench.as_officer("editor")
    with pytest.raises(asyncpg.ExclusionViolationError):
        await db.execute(MOVE.replace("review =", "effective_from = '2026-10-01', published_at = now(), review ="), State.PUBLISHED, OLD)  # fmt: skip


async def test_one_item_has_one_draft(bench: Bench):
    db = await bench.as_officer("editor")
    with pytest.raises(asyncpg.UniqueViolationError):
        await db.execute(
            """INSERT INTO item_versions (code, version, pack_id, sha256, data, department_id, state, effective_from, published_at)
               SELECT code, 3, pack_id, sha256, data, department_id, 'draft', NULL, NULL FROM item_versions WHERE code = $1 AND version = 1""",
            OLD,
        )


async def test_nobody_else_reads_a_draft_or_its_history(bench: Bench):
    for who in ("civil", "housing"):
        db = await bench.as_officer(who)
        assert await db.fetchval("SELECT count(*) FROM item_versions WHERE state = 'draft'") == 0
        assert await db.fetchval("SELECT count(*) FROM item_events") == 0
    db = await bench.as_officer("legal")
    assert await db.fetchval("SELECT count(*) FROM item_versions WHERE state = 'draft'") == 1


async def test_an_unreviewed_version_takes_no_line_and_no_case(bench: Bench):
    await bench.owner.execute("RESET ROLE")
    cart = await bench.owner.fetchval(
        """INSERT INTO carts (id, principal_id, actor_id) SELECT gen_random_uuid(), id, id FROM accounts WHERE handle = 'father' RETURNING id"""
    )
    for state in set(State) - {State.PUBLISHED}:
        await bench.forced(state)
        with pytest.raises(asyncpg.CheckViolationError, match="not in force"):
            async with bench.owner.transaction():
                await bench.owner.execute(
                    "INSERT INTO cart_lines (id, cart_id, position, item_code, item_version) VALUES (gen_random_uuid(), $1, 1, $2, 2)",
                    cart,
                    OLD,
                )
