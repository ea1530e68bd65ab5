"""Every event is sealed into its office's chain, and whoever changes one, even as superuser, is found by the first bad row."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from backend.__main__ import main
from backend.core.db import connect
from backend.core.seals import Fault, faults, read_heads, rewritten, seal, write_heads, written_heads
from backend.rights.erasing import _replace_key
from tests.cases.town import DEPARTMENT
from tests.documents.conftest import Office

CASES = 5


class Sealed:
    """The town with everything sealed, the superuser's hands in a transaction that is rolled back, and the ids of the office's
    chain in order."""

    def __init__(self, office: Office, owner: asyncpg.Connection, ids: list[int]) -> None:
        self.town, self.work, self.owner, self.ids = office.town, office.work, owner, ids


@pytest_asyncio.fixture(scope="module")
async def busy(shared_office: Office) -> Office:
    """Cases have been accepted by the office."""
    for _ in range(CASES):
        await shared_office.town.moved(await shared_office.town.filed(), "officer", "accepted")
    return shared_office


@pytest_asyncio.fixture
async def sealed(busy: Office) -> AsyncIterator[Sealed]:
    await seal(busy.work)
    owner = await connect(busy.town.settings.login("owner"))
    rows = await owner.fetch("SELECT event_id FROM event_seals WHERE office = $1 ORDER BY n", DEPARTMENT)
    transaction = owner.transaction()
    await transaction.start()
    yield Sealed(busy, owner, [row["event_id"] for row in rows])
    await transaction.rollback()
    await owner.close()


async def tampered(owner: asyncpg.Connection, *statements: str) -> list[Fault]:
    """What the walk finds after somebody with every right switched the triggers off and did this."""
    tables = ("events", "event_seals", "event_chains")
    for table in tables:
        await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement in statements:
        await owner.execute(statement)
    for table in tables:
        await owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    return await faults(owner)


async def test_an_untouched_log_is_whole_and_sealing_again_adds_nothing(sealed: Sealed) -> None:
    assert len(sealed.ids) >= 2 * CASES
    assert await faults(sealed.owner) == []
    await seal(sealed.work)
    assert await sealed.owner.fetchval("SELECT max(n) FROM event_seals WHERE office = $1", DEPARTMENT) == len(
        sealed.ids
    )


async def test_each_office_has_a_chain_of_its_own_and_so_has_what_belongs_to_none(sealed: Sealed) -> None:
    rows = await sealed.owner.fetch(
        """SELECT coalesce(department_id, '') AS office, count(*) AS n FROM events GROUP BY 1
           EXCEPT SELECT office, n FROM event_chains"""
    )
    assert rows == []


@pytest.mark.parametrize("place", [1, 4, 10])
async def test_an_altered_event_is_named(sealed: Sealed, place: int) -> None:
    wrong = sealed.ids[place - 1]
    found = await tampered(
        sealed.owner, f'UPDATE events SET data = data || \'{{"reason": "别的理由"}}\' WHERE id = {wrong}'
    )
    assert found == [Fault(DEPARTMENT, place, wrong, "content")]


async def test_every_column_counts(sealed: Sealed) -> None:
    for change in ("kind = 'withdrawn'", "at = at + interval '1 microsecond'", "public = NOT public", "actor_kind = 'machine'",
                   "actor_id = principal_id", "principal_id = actor_id", "order_id = NULL", "case_id = NULL"):  # fmt: skip
        transaction = sealed.owner.transaction()
        await transaction.start()
        found = await tampered(sealed.owner, f"UPDATE events SET {change} WHERE id = {sealed.ids[5]}")
        await transaction.rollback()
        assert [fault.event_id for fault in found] == [sealed.ids[5]], change


async def test_a_deleted_event_is_missed_also_when_its_seal_goes_with_it(sealed: Sealed) -> None:
    assert await tampered(sealed.owner, f"DELETE FROM events WHERE id = {sealed.ids[3]}") == [
        Fault(DEPARTMENT, 4, sealed.ids[3], "missing")
    ]
    found = await tampered(sealed.owner, f"DELETE FROM event_seals WHERE event_id = {sealed.ids[3]}")
    assert found == [Fault(DEPARTMENT, 4, sealed.ids[4], "order")]


async def test_two_events_that_changed_places_are_found_at_the_first(sealed: Sealed) -> None:
    swap = f"""UPDATE events e SET data = o.data, at = o.at, kind = o.kind, case_id = o.case_id, actor_id = o.actor_id, actor_kind = o.actor_kind
               FROM (SELECT * FROM events) o WHERE (e.id, o.id) IN (({sealed.ids[2]}, {sealed.ids[6]}), ({sealed.ids[6]}, {sealed.ids[2]}))"""
    found = await tampered(sealed.owner, "DROP INDEX one_event_a_version", swap)
    assert [(fault.place, fault.event_id) for fault in found] == [(3, sealed.ids[2])]


async def test_an_event_put_in_among_sealed_ones_is_found(sealed: Sealed) -> None:
    await sealed.owner.execute("UPDATE event_watermark SET event_id = (SELECT max(id) FROM events)")
    await sealed.owner.execute(
        "SELECT setval(pg_get_serial_sequence('events', 'id'), (SELECT max(id) + 10 FROM events))"
    )
    put_in = f"""INSERT INTO events (id, principal_id, department_id, kind, actor_kind, at)
                 OVERRIDING SYSTEM VALUE SELECT -7, principal_id, department_id, 'granted', 'machine', at FROM events WHERE id = {sealed.ids[4]}"""
    found = await tampered(sealed.owner, put_in)
    assert [(fault.event_id, fault.fault) for fault in found] == [(-7, "added")]


async def test_cutting_off_the_end_is_found(sealed: Sealed) -> None:
    gone = f"event_id = {sealed.ids[-1]}"
    found = await tampered(
        sealed.owner, f"DELETE FROM event_seals WHERE {gone}", f"DELETE FROM events WHERE id = {sealed.ids[-1]}"
    )
    assert found == [Fault(DEPARTMENT, len(sealed.ids), None, "end")]


async def test_one_office_can_be_walked_alone(sealed: Sealed) -> None:
    await tampered(sealed.owner, f"DELETE FROM events WHERE id = {sealed.ids[0]}")
    assert [fault.event_id for fault in await faults(sealed.owner, DEPARTMENT)] == [sealed.ids[0]]
    assert await faults(sealed.owner, "住房局") == []


async def test_an_event_whose_transaction_ends_late_is_sealed_too(sealed: Sealed) -> None:
    """Its id is lower than those that were sealed while it was open."""
    async with sealed.town.worker.acquire() as slow:
        open_one = slow.transaction()
        await open_one.start()
        late = await slow.fetchval(
            "INSERT INTO events (principal_id, department_id, kind, actor_kind, at) VALUES ($1, $2, 'looked', 'machine', now()) RETURNING id",
            sealed.town.ids["father"], DEPARTMENT,
        )  # fmt: skip
        await sealed.town.filed()
        await seal(sealed.work)
        assert await sealed.owner.fetchval("SELECT max(event_id) FROM event_seals") > late
        await open_one.commit()
    await seal(sealed.work)
    assert await sealed.owner.fetchval("SELECT true FROM event_seals WHERE event_id = $1", late)
    assert await faults(sealed.owner) == []


async def test_web_and_worker_can_neither_write_seals_nor_change_an_event(sealed: Sealed) -> None:
    for pool in (sealed.town.pool, sealed.town.worker):
        for statement in ("UPDATE events SET kind = 'x'", "DELETE FROM events", "DELETE FROM event_seals",
                          "INSERT INTO event_seals (event_id, office, n, hash) VALUES (1, '', 1, '')", "UPDATE event_chains SET n = 0",
                          "TRUNCATE events", "SELECT * FROM event_chains"):  # fmt: skip
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await pool.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE events SET kind = 'x'", "DELETE FROM events", "TRUNCATE events CASCADE",
                                       "DELETE FROM event_seals", "UPDATE event_seals SET n = n"])  # fmt: skip
async def test_even_the_owner_is_stopped_by_the_triggers(sealed: Sealed, statement: str) -> None:
    with pytest.raises(asyncpg.RestrictViolationError):
        await sealed.owner.execute(statement)


async def test_forgetting_a_person_breaks_no_chain(sealed: Sealed) -> None:
    async with sealed.town.machine() as tx:
        await _replace_key(tx, sealed.town.ids["father"])
    await seal(sealed.work)
    assert await faults(sealed.owner) == []


async def test_whoever_rewrites_event_and_seals_is_found_by_what_was_written_down_outside(sealed: Sealed) -> None:
    await write_heads(sealed.work)
    await write_heads(sealed.work)
    heads = read_heads(written_heads(sealed.town.settings.data))
    assert [head.n for head in heads if head.office == DEPARTMENT][-1] == len(sealed.ids)
    assert len({(head.office, head.n) for head in heads}) == len(heads), "only what has grown"
    assert await rewritten(sealed.owner, heads) == []
    everything_again = """DO $$ BEGIN
        DELETE FROM event_seals; DELETE FROM event_chains; UPDATE event_watermark SET event_id = 0; PERFORM seal_events(100000); END $$"""
    altered = f"UPDATE events SET data = '{{}}' WHERE id = {sealed.ids[1]}"
    assert await tampered(sealed.owner, altered, everything_again) == [], "the chain alone does not see it"
    assert [(fault.office, fault.fault) for fault in await rewritten(sealed.owner, heads)] == [
        (DEPARTMENT, "rewritten")
    ]
    assert await rewritten(sealed.owner, heads, "住房局") == []


async def test_the_command_names_the_first_bad_row_and_fails(
    own_office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await own_office.town.filed()
    await seal(own_office.work)
    settings = own_office.town.settings
    for name in ("database_url", "database_url_web", "database_url_worker"):
        monkeypatch.setenv(name.upper(), getattr(settings, name))
    monkeypatch.setenv("DATA", str(settings.data))
    assert await asyncio.to_thread(main, ["audit", "verify", "--office", DEPARTMENT]) == 0
    owner = await connect(settings.login("owner"))
    wrong = await owner.fetchval("SELECT max(event_id) FROM event_seals WHERE office = $1", DEPARTMENT)
    await tampered(owner, f"UPDATE events SET public = NOT public WHERE id = {wrong}")
    await owner.close()
    assert await asyncio.to_thread(main, ["audit", "verify"]) == 1
    assert f"{DEPARTMENT}, line 1: content (event {wrong})" in capsys.readouterr().out
