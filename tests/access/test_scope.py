"""An agent sees of her principal what the things in her mandate ask for: by the policies alone, and by the queries alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.cart.actions import Wanted, add_lines
from backend.cart.queries import open_draft
from backend.catalogue.queries import city as published
from backend.core.db import Tx, connect, prepare
from backend.core.embedded import EmbeddedPostgres
from backend.core.viewer import open_viewer
from backend.parties.queries import parties_of, scope_of
from tests.access.city import OTHER_MATTER, City
from tests.access.conftest import Prepared
from tests.access.table import DAUGHTER, FATHER, NEIGHBOUR, STRANGER
from tests.access.test_rows import look_as
from tests.web import Site, StoppedClock

ASKED = "SELECT unnest(elements) FROM item_scopes WHERE code = $1"


@pytest.fixture
async def matter(owner: asyncpg.Connection) -> str:
    """The code of the one thing the neighbour may do for the father."""
    return await owner.fetchval("SELECT code FROM items WHERE name = $1 AND kind = 'item'", OTHER_MATTER)


@asynccontextmanager
async def seen_by(prepared: Prepared, city: City, reader: str) -> AsyncIterator[asyncpg.Connection]:
    """The web role with this person as its viewer; whatever she writes did not happen afterwards."""
    web = await connect(prepared.settings.login("web"))
    transaction = web.transaction()
    await transaction.start()
    await look_as(web, city, reader)
    try:
        yield web
    finally:
        await transaction.rollback()
        await web.close()


@asynccontextmanager
async def as_admin(postgres: EmbeddedPostgres, prepared: Prepared) -> AsyncIterator[asyncpg.Connection]:
    """Who may switch policies off and become the web role: undone afterwards."""
    admin = await asyncpg.connect(postgres.url("postgres", prepared.database))
    await prepare(admin)
    transaction = admin.transaction()
    await transaction.start()
    try:
        yield admin
    finally:
        await transaction.rollback()
        await admin.close()


async def test_what_an_item_asks_for_is_kept_with_it(owner: asyncpg.Connection, matter: str) -> None:
    item = (pack := (await published(owner)).pack).items[OTHER_MATTER]
    row = await owner.fetchrow("SELECT agent, kinds, elements, materials FROM item_scopes WHERE code = $1", matter)
    asked = {item.element_of(ask.fact) for ask in item.asks}
    materials = {item.material_of(need.material) for need in item.materials}
    assert row["agent"] is item.agent
    assert asked <= set(row["elements"]) & set(pack.elements)
    assert set(row["materials"]) == materials
    assert {role.kind for role in item.roles.values()} <= set(row["kinds"])
    assert {element for element in row["elements"] if element.startswith("pledge.")} == {
        f"pledge.{m}" for m in materials
    }


async def test_every_item_that_can_be_filed_has_its_scope(owner: asyncpg.Connection) -> None:
    without = "SELECT count(*) FROM items i LEFT JOIN item_scopes s USING (code) WHERE i.kind = 'item' AND i.version IS NOT NULL AND s.code IS NULL"
    assert await owner.fetchval(without) == 0


async def test_the_neighbour_reads_exactly_the_facts_her_one_matter_asks_for(
    prepared: Prepared, city: City, owner: asyncpg.Connection, matter: str
) -> None:
    asked = {row[0] for row in await owner.fetch(ASKED, matter)}
    his = {row["element"] for row in await owner.fetch(
        "SELECT f.element FROM facts f JOIN parties p ON p.id = f.party_id WHERE p.principal_id = $1", city.ids[FATHER])}  # fmt: skip
    async with seen_by(prepared, city, NEIGHBOUR) as web:
        read = {row["element"] for row in await web.fetch(
            "SELECT f.element FROM facts f JOIN parties p ON p.id = f.party_id WHERE p.principal_id = $1", city.ids[FATHER])}  # fmt: skip
        kinds = {
            row["kind"] for row in await web.fetch("SELECT kind FROM parties WHERE principal_id = $1", city.ids[FATHER])
        }
    assert read == his & asked
    assert his - asked, "without anything out of scope this proves nothing"
    assert "bank_account" not in kinds


@pytest.mark.parametrize("action", ["see", "correct", "submit"])
async def test_facts_are_for_filling_in_only(
    action: str, postgres: EmbeddedPostgres, prepared: Prepared, city: City
) -> None:
    async with as_admin(postgres, prepared) as admin:
        mandate = city.targets["mandate of daughter"]
        await admin.execute("UPDATE mandates SET actions = ARRAY[$2] WHERE id = $1", mandate, action)
        await admin.execute("SET LOCAL ROLE suishouban_web")
        await look_as(admin, city, DAUGHTER)
        facts = "SELECT count(*) FROM facts f JOIN parties p ON p.id = f.party_id WHERE p.principal_id = $1"
        assert await admin.fetchval(facts, city.ids[FATHER]) == 0
        assert await admin.fetchval("SELECT count(*) FROM cart_lines") == 0


async def test_the_queries_alone_show_no_more_either(
    postgres: EmbeddedPostgres, prepared: Prepared, city: City, site: Site, owner: asyncpg.Connection, matter: str
) -> None:
    """The other control: with the policies of these tables off, what Python loads is still in scope only."""
    asked = {row[0] for row in await owner.fetch(ASKED, matter)}
    async with as_admin(postgres, prepared) as admin:
        for table in ("facts", "parties", "carts", "cart_lines", "answers", "cart_materials", "files"):
            await admin.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        await admin.execute("SET LOCAL ROLE suishouban_web")
        now = StoppedClock()()
        viewer = await open_viewer(admin, site.app.state.vault, city.tokens[NEIGHBOUR], now)
        tx = Tx(admin, site.app.state.vault, now, viewer)
        parties, facts = await parties_of(tx, await scope_of(tx))
        await add_lines(tx, [Wanted(matter)])
        draft = await open_draft(tx)
    assert facts
    assert {element for _party, element in facts} <= asked
    assert {party.kind for party in parties.values()} == {"person"}
    assert draft is not None
    assert {element for _subject, element in draft.told.known} <= asked, "what registers say is bounded as well"
    assert {element for _subject, element in draft.told.answers} <= asked


NOT_ALLOWED = "new row violates row-level security"
PHOTO = "INSERT INTO case_files (case_id, subject, material, file_id) VALUES ($1, $1, 'person.id_card', $2)"


@pytest.mark.parametrize("who", [FATHER, DAUGHTER, NEIGHBOUR, STRANGER, "civil", "auditor", "market"])
async def test_nobody_slips_a_photo_into_a_case_that_does_not_wait_for_one(
    who: str, prepared: Prepared, city: City
) -> None:
    async with seen_by(prepared, city, who) as web:
        case = await _case_id(prepared, city)
        await web.execute("SELECT set_config('app.now', '2026-09-25T02:00:01Z', true)")  # a second after it was filed
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match=NOT_ALLOWED):
            await web.execute(PHOTO, case, city.targets["held file"])


async def test_a_case_that_waits_for_a_correction_takes_its_own_peoples_photos_only(
    postgres: EmbeddedPostgres, prepared: Prepared, city: City
) -> None:
    case, held = await _case_id(prepared, city), city.targets["held file"]
    async with as_admin(postgres, prepared) as admin:
        foreign = await admin.fetchval("SELECT id FROM files WHERE principal_id = $1 LIMIT 1", city.ids["aunt"])
        await admin.execute("ALTER TABLE cases DISABLE TRIGGER USER")
        await admin.execute("UPDATE cases SET state = 'correcting' WHERE id = $1", case)
        await admin.execute("SET LOCAL ROLE suishouban_web")
        allowed = set()
        for who, file in ((DAUGHTER, held), (NEIGHBOUR, held), ("civil", held), (DAUGHTER, foreign)):
            await look_as(admin, city, who)
            with suppress(asyncpg.InsufficientPrivilegeError):
                async with admin.transaction():
                    await admin.execute(PHOTO, case, file)
                allowed.add((who, file))
    assert allowed == {(DAUGHTER, held)}


async def _case_id(prepared: Prepared, city: City) -> UUID:
    owner = await connect(prepared.settings.login("owner"))
    try:
        return await owner.fetchval("SELECT id FROM cases WHERE number = $1", city.targets["case"])
    finally:
        await owner.close()


def forbidden(city: City, case: UUID, matter: str) -> dict[str, tuple[str, str, tuple[object, ...]]]:
    """What is tried → (by whom, SQL, its arguments)."""
    father, daughter, neighbour = city.ids[FATHER], city.ids[DAUGHTER], city.ids[NEIGHBOUR]
    cart, line = (
        city.targets["cart"],
        "INSERT INTO cart_lines (id, cart_id, position, item_code, item_version) VALUES ($1, $2, 99, $3, 1)",
    )
    order = """INSERT INTO orders (id, number, principal_id, actor_id, mandate_id, cart_id, channel, filed_at)
               VALUES ($1, 'x', $2, $3, $4, $5, 'online', now())"""
    event = "INSERT INTO events (case_id, principal_id, kind, actor_kind, actor_id, at) VALUES ($1, $2, 'noted', 'citizen', $3, now())"
    return {
        "a fact that is out of scope": (NEIGHBOUR, "INSERT INTO facts (party_id, element, source, sealed, trust, at) VALUES ($1, 'person.nursing_level', 'filing', '', 'D', now())", (father,)),
        "a party of a kind out of scope": (NEIGHBOUR, "INSERT INTO parties (id, principal_id, kind) VALUES ($1, $2, 'bank_account')", (uuid4(), father)),
        "a second self": (DAUGHTER, "INSERT INTO parties (id, principal_id, kind, is_self) VALUES ($1, $2, 'person', true)", (uuid4(), father)),
        "a line in somebody else's cart": (FATHER, line, (uuid4(), cart, city.targets["item"])),
        "a line out of scope": (NEIGHBOUR, "WITH c AS (INSERT INTO carts (id, principal_id, actor_id) VALUES ($2, $4, $5) RETURNING id) " + line,
                                (uuid4(), uuid4(), city.targets["item"], father, neighbour)),
        "an answer in somebody else's cart": (FATHER, "INSERT INTO answers (cart_id, subject, element, sealed) VALUES ($1, $2, 'person.name', '')", (cart, uuid4())),
        "a cart for a stranger": (STRANGER, "INSERT INTO carts (id, principal_id, actor_id) VALUES ($1, $2, $3)", (uuid4(), father, city.ids[STRANGER])),
        "an order under another's mandate": (NEIGHBOUR, order, (uuid4(), father, neighbour, city.targets["mandate of daughter"], cart)),
        "an order without a mandate": (DAUGHTER, order.replace("$4", "NULL::uuid").replace("$5", "$4"), (uuid4(), father, daughter, cart)),
        "an order in another's name": (STRANGER, order, (uuid4(), father, daughter, city.targets["mandate of daughter"], cart)),
        "an event about a case out of sight": (STRANGER, event, (case, father, city.ids[STRANGER])),
        "an event in another's name": (DAUGHTER, event, (case, father, father)),
        "an event told to another person": ("civil", event, (case, city.ids["aunt"], city.ids["civil"])),
        "a line of the journal in another's name": (DAUGHTER, "INSERT INTO mandate_events (mandate_id, kind, actor_id) VALUES ($1, 'granted', $2)", (city.targets["mandate of daughter"], father)),
        "a line in a journal that is not hers": (NEIGHBOUR, "INSERT INTO mandate_events (mandate_id, kind, actor_id) VALUES ($1, 'granted', $2)", (city.targets["mandate of daughter"], neighbour)),
        "a mandate to herself": (DAUGHTER, """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent, consent_hash, valid_from, valid_to, granted_at)
            VALUES ($1, $2, $3, 'entrusted', 'self', '{see}', '', '', '2026-09-01', '2026-10-01', now())""", (uuid4(), city.ids["aunt"], daughter)),
    }  # fmt: skip


@pytest.mark.parametrize("what", sorted(forbidden(City(ids=dict.fromkeys((FATHER, DAUGHTER, NEIGHBOUR, STRANGER, "aunt", "civil"), uuid4()),
                                                       targets=dict.fromkeys(("cart", "item", "mandate of daughter"))), uuid4(), "")))  # fmt: skip
async def test_the_database_alone_refuses_to_write(what: str, prepared: Prepared, city: City, matter: str) -> None:
    who, sql, arguments = forbidden(city, await _case_id(prepared, city), matter)[what]
    async with seen_by(prepared, city, who) as web:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await web.execute(sql, *arguments)


async def test_what_is_updated_without_a_right_is_simply_not_found(prepared: Prepared, city: City) -> None:
    """An UPDATE or DELETE touches what its policy shows: nothing of anybody else's."""
    for who in (NEIGHBOUR, STRANGER, FATHER, "civil"):
        async with seen_by(prepared, city, who) as web:
            for sql in (
                "UPDATE answers SET sealed = ''", "DELETE FROM answers", "DELETE FROM cart_lines", "UPDATE cart_lines SET bound = '{}'",
                "DELETE FROM cart_materials", "UPDATE carts SET state = 'filed'",
            ):  # fmt: skip
                assert (await web.execute(sql)).endswith(" 0"), (who, sql)


async def test_a_deed_counts_under_the_mandate_it_is_written_down_with(
    prepared: Prepared, city: City, matter: str
) -> None:
    """Another mandate that would cover it does not help; nor does one that is somebody else's, or none."""
    mine, others = city.targets["mandate of neighbour"], city.targets["mandate of daughter"]
    asked = "SELECT may_act_under($1, $2, 'submit', $3)"
    async with seen_by(prepared, city, NEIGHBOUR) as web:
        said = [await web.fetchval(asked, mandate, city.ids[FATHER], item) for mandate, item in (
            (mine, matter), (mine, city.targets["item"]), (others, matter), (None, matter))]  # fmt: skip
    assert said == [True, False, False, False]


async def test_everything_an_agent_may_do_leaves_out_what_the_item_keeps_for_the_person_herself(
    prepared: Prepared, city: City, owner: asyncpg.Connection
) -> None:
    kept = await owner.fetchval("SELECT code FROM item_scopes WHERE NOT agent ORDER BY code LIMIT 1")
    assert kept, "without such an item this proves nothing"
    async with seen_by(prepared, city, DAUGHTER) as web:
        assert await web.fetchval("SELECT may_act($1, 'see', $2)", city.ids[FATHER], kept) is False
        assert await web.fetchval("SELECT may_act($1, 'see', $2)", city.ids[FATHER], city.targets["item"]) is True
        assert await web.fetchval("SELECT mandate_covers('guardian', NULL, $1)", kept) is True
