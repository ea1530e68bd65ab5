"""Numbered migrations: applied once, in order, whole or not at all, never changed afterwards."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from backend.core.embedded import EmbeddedPostgres
from backend.core.migrate import MigrationError, migrate, migrate_for, read, see_to_roles
from backend.settings import ROLES, load

FIRST = "create table leaf (id integer primary key); insert into leaf values (1);"
SECOND = "alter table leaf add column colour text not null default 'green';"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_leaf.sql").write_text(FIRST)
    (tmp_path / "0002_colour.sql").write_text(SECOND)
    return tmp_path


@pytest_asyncio.fixture
async def empty(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """The superuser's URL of an empty database."""
    admin = await asyncpg.connect(postgres.url("postgres", "postgres"))
    await admin.execute("create database empty")
    yield postgres.url("postgres", "empty")
    await admin.execute("drop database empty with (force)")
    await admin.close()


@pytest_asyncio.fixture
async def bare(empty: str, template: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty)
    yield connection
    await connection.close()


async def test_each_migration_runs_once_and_is_remembered(bare: asyncpg.Connection, folder: Path) -> None:
    assert [one.name for one in await migrate(bare, read(folder))] == ["leaf", "colour"]
    assert await migrate(bare, read(folder)) == []
    assert await bare.fetchval("select colour from leaf") == "green"
    assert await bare.fetchval("select count(*) from schema_migrations where length(sha256) = 64") == 2


async def test_a_migration_that_fails_leaves_nothing_and_names_its_line(bare: asyncpg.Connection, folder: Path) -> None:
    (folder / "0002_colour.sql").write_text("create table half (id integer);\n\nalter table leaf add colour no_type;")
    with pytest.raises(MigrationError, match=r"0002_colour, line 3: .*no_type"):
        await migrate(bare, read(folder))
    assert await bare.fetchval("select to_regclass('half')") is None
    assert await bare.fetchval("select max(number) from schema_migrations") == 1


async def test_a_file_changed_after_it_ran_is_refused(bare: asyncpg.Connection, folder: Path) -> None:
    await migrate(bare, read(folder))
    (folder / "0001_leaf.sql").write_text(FIRST + " -- better")
    with pytest.raises(MigrationError, match="0001_leaf was changed"):
        await migrate(bare, read(folder))


async def test_a_database_newer_than_the_program_is_refused(bare: asyncpg.Connection, folder: Path) -> None:
    await migrate(bare, read(folder))
    (folder / "0002_colour.sql").unlink()
    with pytest.raises(MigrationError, match="only knows 1"):
        await migrate(bare, read(folder))


@pytest.mark.parametrize("name", ["0004_gap.sql", "0002_twice.sql", "3_short.sql", "0003_No.sql"])
def test_gaps_twins_and_odd_names_are_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("select 1;")
    with pytest.raises(MigrationError):
        read(folder)


@pytest.mark.parametrize("text", ["", "-- later\n"])
def test_a_migration_without_a_statement_is_refused(folder: Path, text: str) -> None:
    (folder / "0003_later.sql").write_text(text)
    with pytest.raises(MigrationError, match=r"0003_later.sql holds no statement"):
        read(folder)


async def test_two_processes_at_once_apply_each_migration_once(empty: str, folder: Path, template: str) -> None:
    connections = [await asyncpg.connect(empty) for _ in range(4)]
    applied = await asyncio.gather(*(migrate(one, read(folder)) for one in connections))
    assert sorted(one.number for some in applied for one in some) == [1, 2]
    for one in connections:
        await one.close()


async def test_a_migration_waits_for_a_table_without_blocking_the_site(empty: str, folder: Path, template: str) -> None:
    site, owner = await asyncpg.connect(empty), await asyncpg.connect(empty)
    await migrate(owner, read(folder)[:1])
    busy = site.transaction()
    await busy.start()
    await site.execute("select * from leaf")
    waiting = asyncio.create_task(migrate(owner, read(folder)))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await busy.commit()
    assert [one.name for one in await waiting] == ["colour"]
    await site.close()
    await owner.close()


async def test_an_outside_server_gets_the_group_roles_and_the_user_may_take_them_on(
    postgres: EmbeddedPostgres, template: str
) -> None:
    admin = await asyncpg.connect(postgres.url("postgres", "postgres"))
    try:
        await admin.execute("create role outsider login createrole")
        await admin.execute(f"grant {ROLES['web']}, {ROLES['worker']} to outsider with admin option, set false")
        outsider = await asyncpg.connect(postgres.url("outsider", "postgres"))
        await see_to_roles(outsider, [ROLES["web"]])
        await outsider.execute(f"set role {ROLES['web']}")
        await outsider.close()
    finally:
        await admin.execute("drop role outsider")
        await admin.close()


async def test_a_user_who_may_not_make_roles_is_told_what_to_ask_for(postgres: EmbeddedPostgres, template: str) -> None:
    with pytest.raises(MigrationError, match="CREATE ROLE suishouban_web NOLOGIN"):
        await migrate_for(load({"DATABASE_URL": postgres.url(ROLES["worker"], template)}))


async def test_an_unreachable_server_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="DATABASE_URL"):
        await migrate_for(load({"DATABASE_URL": f"postgresql://nobody@/nothing?host={tmp_path}"}))


async def test_web_and_worker_have_no_way_around_row_level_security(db: asyncpg.Connection) -> None:
    rows = await db.fetch(
        "select rolname from pg_roles where rolname = any($1) and (rolsuper or rolbypassrls or rolcreaterole)",
        list(ROLES.values()),
    )
    assert rows == []
