"""The five things that Haikou names as automated are granted in the filing itself; so is what a certificate held already proves. What a
register knows of a stranger's flat helps nobody."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from backend.core.crypto import Vault
from backend.core.db import Tx, connect
from backend.demo.actions import read_cast
from backend.demo.holdings import load_holdings
from tests.demo import HAIKOU
from tests.orders.shopping import ANSWERS, fill_in, put_in, reviewed, transaction
from tests.web import Site

BOOKSHOP = "92460199AA0DEM002Q"
FLAT, OTHERS_FLAT = "琼演示（2021）不动产权第000001号", "琼演示（2018）不动产权第000002号"


@pytest_asyncio.fixture
async def town(site: Site) -> AsyncIterator[Site]:
    """With what the cast holds in the demo."""
    settings = site.app.state.settings
    owner = await connect(settings.login("owner"))
    async with owner.transaction():
        await owner.execute("SELECT set_config('app.now', $1, true)", site.clock.now.isoformat())
        vault = Vault(settings.master_key or "", settings.certificate_keys)
        held = await load_holdings(Tx(owner, vault, site.clock.now), read_cast(HAIKOU))
    await owner.close()
    assert held >= 20
    yield site


async def filed(site: Site, person: httpx.AsyncClient, item: str, **answers: str) -> tuple[str, dict[str, bool | None]]:
    """State and what each rule found, of this one thing filed."""
    async with transaction(site, person) as tx:
        await tx.db.execute("DELETE FROM cart_lines")
    await put_in(site, person, [item])
    await fill_in(site, person, **answers)
    body = await reviewed(site, person)
    answer = await person.post("/api/v1/orders", json=body, headers={"Idempotency-Key": "a-key-of-this-filing"})
    assert answer.status_code == 201, answer.text
    async with transaction(site, person) as tx:
        row = await tx.db.fetchrow(
            "SELECT c.state, c.rules FROM cases c JOIN items i ON i.code = c.item_code WHERE i.name = $1", item
        )
    return row["state"], {rule["words"]: rule["verdict"] for rule in row["rules"]["rules"]}


def doubts(rules: dict[str, bool | None]) -> dict[str, Any]:
    return {words: verdict for words, verdict in rules.items() if verdict is not True}


NEW_CARD = {"filing__card_case": "new", "filing__card_delivery": "electronic"}
REISSUED = {
    "flat__certificate_number": FLAT,
    "flat__region": "460106",
    "filing__reissue_reason": "damaged",
    "filing__card_delivery": "electronic",
    "person__name": "周新居",
}
LEASE = {
    "flat__certificate_number": OTHERS_FLAT,
    "flat__region": "460107",
    "flat__area": "62",
    "flat__seized": "no",
    "deal__lease_number": "演示租2026000001",
    "deal__starts": "2026-12-01",
    "deal__ends": "2027-11-30",
    "deal__sublet": "no",
}


@pytest.mark.parametrize("item", ["高龄老人长寿补贴", "老年人优待证"])
async def test_the_old_mans_allowance_and_card(town, daughter, item):
    state, rules = await filed(town, daughter, item, **NEW_CARD)
    assert not doubts(rules)
    assert state == "granted"


async def test_a_worn_certificate_of_the_own_flat_is_changed(town):
    state, rules = await filed(town, await town.person("buyer"), "不动产权属证书换发", **REISSUED)
    assert not doubts(rules)
    assert state == "granted"


async def test_what_the_register_knows_of_anothers_flat_is_told_to_nobody(town):
    """Neither true nor false: whether it is mortgaged stays unknown to whoever types its number."""
    said = REISSUED | {"flat__certificate_number": OTHERS_FLAT, "flat__region": "460107"}
    state, rules = await filed(town, await town.person("buyer"), "不动产权属证书换发", **said)
    assert state == "submitted"
    assert rules["登记库里房屋没有抵押"] is None
    assert rules["登记库里房屋没有被查封"] is None


async def test_a_lease_signed_online_is_recorded(town, monkeypatch):
    monkeypatch.setitem(ANSWERS, "person.id_number", "460199197902031063")  # the landlord's: her own is known
    clerk = await town.person("clerk")
    state, rules = await filed(town, clerk, "房屋租赁备案", **LEASE)
    assert not doubts(rules)
    assert state == "granted"


async def test_a_bookshop_is_verified_for_the_year(town):
    boss = await town.person("boss")
    async with transaction(town, boss) as tx:
        row = await tx.db.fetchrow(
            "SELECT m.id, m.principal_id FROM mandates m JOIN businesses b ON b.account_id = m.principal_id WHERE b.code_blind = $1",
            tx.vault.blind(BOOKSHOP, "identity"),
        )
    await boss.post("/acting", data={"mandate": str(row["id"]), "principal": str(row["principal_id"])})
    state, rules = await filed(town, boss, "出版物零售年度核验", business__punished="no")
    assert not doubts(rules)
    assert state == "granted"
