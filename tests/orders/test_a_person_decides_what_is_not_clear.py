"""The machine may grant and never refuses: a contradiction, a silence, a doubt reaches a desk with its reasons."""

import httpx
import pytest
import pytest_asyncio

from backend.core.crypto import Vault
from backend.core.db import Tx, connect
from backend.registers.actions import keep_record
from tests.orders.shopping import fill_in, put_in, reviewed, transaction
from tests.web import Site

ITEM = "高龄老人长寿补贴"
FATHER = "460199194403051015"
POPULATION = {
    "person.name": "林长福",
    "person.birth_date": "1944-03-05",
    "person.household": "460105",
    "person.alive": True,
}


async def register_says(site: Site, register: str, facts: dict[str, object]) -> None:
    owner = await connect(site.app.state.settings.login("owner"))
    vault = Vault(site.app.state.settings.master_key)
    await keep_record(Tx(owner, vault, site.clock.now), register, FATHER, facts)
    await owner.close()


@pytest_asyncio.fixture
async def daughter(site: Site, daughter: httpx.AsyncClient) -> httpx.AsyncClient:
    """With an empty cart."""
    async with transaction(site, daughter) as tx:
        for table in ("cart_lines", "answers", "cart_materials"):
            await tx.db.execute(f"DELETE FROM {table}")
    return daughter


async def filed(site: Site, person: httpx.AsyncClient, **answers: str) -> tuple[str, dict]:
    """State and finding of the one thing filed with these answers."""
    await put_in(site, person, [ITEM])
    await fill_in(site, person, **answers)
    body = await reviewed(site, person)
    answer = await person.post("/api/v1/orders", json=body, headers={"Idempotency-Key": "a-key-of-this-test"})
    assert answer.status_code == 201, answer.text
    async with transaction(site, person) as tx:
        row = await tx.db.fetchrow("SELECT state, rules FROM cases")
    return row["state"], {rule["rule"]: rule["verdict"] for rule in row["rules"]["rules"]}


@pytest.fixture
def silent() -> dict[str, object]:
    return {"person.name": "林长福"}


async def test_when_everything_is_clear_it_is_granted(site, daughter):
    state, rules = await filed(site, daughter)
    assert state == "granted"
    assert set(rules.values()) == {True}


async def test_a_register_that_contradicts_the_form_sends_it_to_a_person(site, daughter):
    await register_says(site, "population", POPULATION | {"person.household": "460106"})
    state, rules = await filed(site, daughter, person__household="460105")
    assert state == "submitted"
    assert rules["户籍一致"] is False
    assert rules["健在"] is True


async def test_a_register_that_is_silent_sends_it_to_a_person(site, daughter, silent):
    await register_says(site, "population", silent)
    state, rules = await filed(site, daughter)
    assert state == "submitted"
    assert rules["健在"] is None


async def test_a_card_of_the_daughter_sends_it_to_a_person(site, daughter):
    state, rules = await filed(site, daughter, bank_account__holder="林小燕")
    assert state == "submitted"
    assert rules["本人账户"] is False


async def test_another_id_number_than_the_one_he_is_registered_with_sends_it_to_a_person(site, daughter):
    state, rules = await filed(site, daughter, person__id_number="460199197308162028")
    assert state == "submitted"
    assert rules["填写的证件号码就是登记的号码"] is False


async def test_the_reasons_stand_on_the_desk_and_not_on_the_receipt_as_a_refusal(site, daughter):
    await register_says(site, "population", POPULATION | {"person.household": "460106"})
    await filed(site, daughter, person__household="460105")
    async with transaction(site, daughter) as tx:
        number = await tx.db.fetchval("SELECT number FROM orders")
    page = (await daughter.get(f"/orders/{number}")).text
    assert "已提交" in page
    assert "户籍一致" not in page


async def test_nothing_private_is_written_in_clear(site, daughter):
    await filed(site, daughter)
    owner = await connect(site.app.state.settings.login("owner"))
    tables = (
        "orders",
        "cases",
        "case_files",
        "events",
        "idempotency_keys",
        "facts",
        "answers",
        "carts",
        "cart_lines",
        "files",
    )
    for table in tables:
        for row in await owner.fetch(f"SELECT t::text AS whole FROM {table} t"):
            for marker in ("林长福", FATHER, "6222020000000000000", "13900000001", "演示路"):
                assert marker not in row["whole"], table
                assert marker.encode().hex() not in row["whole"], table
    await owner.close()
