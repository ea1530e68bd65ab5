"""Every table that holds something of a person is told of in her export, and deleted or kept for a reason when she leaves.

Red because of a new table? Give it a section in backend/rights/collect_*.py (or a reason in LEFT_OUT of gathering.py),
and a statement in DELETED (with `GRANT DELETE … TO suishouban_worker`) or a reason in KEPT of erasing.py.
"""

import asyncpg
import pytest

from backend.rights.erasing import DELETED, KEPT
from backend.rights.exporting import SECTIONS
from backend.rights.gathering import LEFT_OUT

# What is published to everybody: an editor's name beside it makes nothing that hangs on it personal.
PUBLISHED = ("items", "item_versions", "departments", "packs", "scenarios", "organisations", "service_points")
PERSON = ("account_id", "principal_id", "person_id", "actor_id", "agent_id", "party_id", "given_by", "officer_id")


async def tables_of_people(db: asyncpg.Connection) -> set[str]:
    """Whoever refers to an account, or to a table that does, or has a column that is called like a person."""
    rows = await db.fetch(
        """WITH RECURSIVE links AS (
               SELECT DISTINCT conrelid AS child, confrelid AS parent FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid),
           of_people AS (SELECT 'accounts'::regclass::oid AS relid
                         UNION SELECT l.child FROM links l JOIN of_people p ON p.relid = l.parent
                         WHERE NOT l.child::regclass::text = ANY($2))
           SELECT relid::regclass::text AS name FROM of_people
           UNION SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
           WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.column_name = ANY($1)""",
        list(PERSON),
        list(PUBLISHED),
    )
    return {row["name"] for row in rows}


async def test_every_table_of_people_is_exported_or_left_out_for_a_reason(db: asyncpg.Connection) -> None:
    told = {table for section in SECTIONS.values() for table in section.tables}
    assert await tables_of_people(db) - told - set(LEFT_OUT) == set()
    assert told & set(LEFT_OUT) == set(), "decided twice"


async def test_every_table_of_people_is_deleted_or_kept_for_a_reason(db: asyncpg.Connection) -> None:
    assert await tables_of_people(db) - set(DELETED) - set(KEPT) == set()
    assert set(DELETED) & set(KEPT) <= {"files"}, "decided twice"


@pytest.mark.parametrize("table", sorted(DELETED))
async def test_the_worker_may_delete_what_it_has_to(table: str, db: asyncpg.Connection) -> None:
    assert await db.fetchval("SELECT has_table_privilege('suishouban_worker', $1, 'DELETE')", table)


async def test_no_reason_is_for_a_table_that_is_not_there(db: asyncpg.Connection) -> None:
    there = {row["relname"] for row in await db.fetch("SELECT relname FROM pg_class WHERE relkind = 'r'")}
    told = {table for section in SECTIONS.values() for table in section.tables}
    assert (told | set(LEFT_OUT) | set(DELETED) | set(KEPT)) - there == set()
