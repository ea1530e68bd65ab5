"""With every check in Python out of the way, the database alone shows nobody a foreign row."""

from collections import Counter

import asyncpg
import pytest

from backend.core.db import connect
from backend.core.embedded import EmbeddedPostgres
from tests.access.city import City
from tests.access.conftest import Prepared
from tests.access.rows import ALL, BROWSERS, NOBODYS, SIGHT, SOME, UNREADABLE, WHOSE, Sight
from tests.access.table import ACTORS, NOBODY, STRANGER


async def look_as(db: asyncpg.Connection, city: City, reader: str) -> None:
    """From here to the end of the transaction this person looks."""
    viewer = str(city.ids.get(reader, ""))
    await db.execute(
        "SELECT set_config('app.viewer', $1, true), set_config('app.now', '2026-09-25T02:00:00Z', true)", viewer
    )


async def read_by(db: asyncpg.Connection, city: City, table: str, reader: str, whose: dict[str, str]) -> dict[str, int]:
    """How many of whose rows a plain SELECT by this person brings."""
    await look_as(db, city, reader)
    return dict(Counter(whose[row["ctid"]] for row in await db.fetch(f"SELECT ctid::text FROM {table}")))


async def whose_rows(owner: asyncpg.Connection, city: City, table: str) -> dict[str, str]:
    handles = {account: handle for handle, account in city.ids.items()}
    return {place: handles[person] for place, person in await owner.fetch(WHOSE[table])}


def in_words(found: dict[str, dict[str, int]], written: Sight, everything: Counter[str]) -> Sight:
    """Counts as the table writes them: `all` or `some` where it says so and that is true."""

    def said(reader: str, whose: str, count: int) -> int | str:
        expected = written.get(reader, {}).get(whose)
        true = {ALL: count == everything[whose], SOME: 0 < count < everything[whose]}
        return expected if isinstance(expected, str) and true[expected] else count

    return {reader: {w: said(reader, w, n) for w, n in rows.items()} for reader, rows in found.items() if rows}


@pytest.fixture(scope="module")
async def whose(prepared: Prepared, city: City) -> dict[str, dict[str, str]]:
    owner = await connect(prepared.settings.login("owner"))
    found = {table: await whose_rows(owner, city, table) for table in WHOSE}
    await owner.close()
    return found


async def test_every_table_stands_in_the_table_of_tables(owner: asyncpg.Connection) -> None:
    there = {row["relname"] for row in await owner.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')")}  # fmt: skip
    assert there == {*WHOSE, *NOBODYS, *UNREADABLE, *BROWSERS}
    assert set(WHOSE) == set(SIGHT)


@pytest.mark.parametrize("table", sorted(WHOSE))
async def test_the_database_alone_shows_nobody_a_foreign_row(
    table: str, prepared: Prepared, city: City, whose: dict[str, dict[str, str]]
) -> None:
    web = await connect(prepared.settings.login("web"))
    found = {}
    for reader in ACTORS:
        async with web.transaction():
            found[reader] = await read_by(web, city, table, reader, whose[table])
    await web.close()
    assert in_words(found, SIGHT[table], Counter(whose[table].values())) == SIGHT[table]


@pytest.mark.parametrize("table", sorted(set(WHOSE) - {"identities"}))
async def test_without_row_security_the_same_look_shows_foreign_rows(
    table: str, postgres: EmbeddedPostgres, prepared: Prepared, city: City, whose: dict[str, dict[str, str]]
) -> None:
    """The control: it is the policies that hide them, not an empty table or a missing right."""
    admin = await asyncpg.connect(postgres.url("postgres", prepared.database))
    before = admin.transaction()
    await before.start()
    await admin.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    await admin.execute("SET LOCAL ROLE suishouban_web")
    found = await read_by(admin, city, table, NOBODY, whose[table])
    await before.rollback()
    await admin.close()
    assert found == Counter(whose[table].values())
    assert found, "an empty table proves nothing"


@pytest.mark.parametrize("table", sorted(UNREADABLE))
async def test_what_no_page_needs_cannot_be_read_at_all(table: str, prepared: Prepared) -> None:
    web = await connect(prepared.settings.login("web"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await web.fetch(f"SELECT 1 FROM {table}")
    await web.close()


@pytest.mark.parametrize("table", sorted(BROWSERS))
async def test_attempts_of_other_browsers_are_hidden(table: str, prepared: Prepared, owner: asyncpg.Connection) -> None:
    web = await connect(prepared.settings.login("web"))
    assert await web.fetchval(f"SELECT count(*) FROM {table}") == 0
    assert await owner.fetchval("SELECT relrowsecurity FROM pg_class WHERE oid = $1::regclass", table)
    await web.close()


async def test_a_session_takes_only_a_mandate_between_its_two_people(prepared: Prepared, city: City) -> None:
    web = await connect(prepared.settings.login("web"))
    async with web.transaction():
        await look_as(web, city, STRANGER)
        with pytest.raises(asyncpg.CheckViolationError):
            await web.execute(
                "UPDATE sessions SET principal_id = $1, mandate_id = $2 WHERE account_id = $3",
                city.ids["father"], city.targets["mandate of daughter"], city.ids[STRANGER],
            )  # fmt: skip
    await web.close()


async def test_nobody_makes_herself_an_officer(prepared: Prepared, city: City) -> None:
    web = await connect(prepared.settings.login("web"))
    async with web.transaction():
        await web.execute("SELECT set_config('app.viewer', '00000000-0000-4000-8000-000000000001', true)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await web.execute(
                """INSERT INTO accounts (id, kind, key_wrapped, name_sealed)
                   VALUES ('00000000-0000-4000-8000-000000000001', 'officer', '', '')"""
            )
    await web.close()
