"""Facts are kept sealed, source by source, and only their own people read them."""

from uuid import uuid4

import pytest_asyncio

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.core.crypto import Vault
from backend.core.db import Tx, connect
from backend.core.viewer import Viewer
from backend.parties.actions import add_parties, remember
from backend.parties.model import NewParty
from backend.parties.queries import parties_of
from tests.web import StoppedClock


class People:
    """Two account holders, each looked at through the web role with row-level security on."""

    def __init__(self, settings, db, accounts) -> None:
        self.settings, self.db, self.accounts = settings, db, accounts
        self.vault, self.now = Vault(settings.master_key), StoppedClock()()

    async def seen_by(self, name: str, principal: str | None = None) -> Tx:
        actor, whose = self.accounts[name], self.accounts[principal or name]
        await self.db.execute("SELECT set_config('app.viewer', $1, true)", str(actor))
        await self.db.execute("SELECT set_config('app.now', $1, true)", self.now.isoformat())
        key = self.keys[principal or name]
        viewer = Viewer(
            id=actor, kind="person", name=name, principal_id=whose, principal_name=name, mandate_id=None,
            roles=frozenset(), departments=frozenset(), language="zh-Hans", key=key, mandate_lost=False,
        )  # fmt: skip
        return Tx(self.db, self.vault, self.now, viewer)


@pytest_asyncio.fixture
async def people(settings):
    owner = await connect(settings.login("owner"))
    tx = Tx(owner, Vault(settings.master_key), StoppedClock()())
    accounts = {name: await open_account(tx, NewAccount(kind="person", name=name)) for name in ("林", "周")}
    rows = await owner.fetch("SELECT id, key_wrapped FROM accounts")
    await owner.close()
    web = await connect(settings.login("web"))
    transaction = web.transaction()
    await transaction.start()
    found = People(settings, web, accounts)
    wrapped = {row["id"]: row["key_wrapped"] for row in rows}
    found.keys = {name: found.vault.key(wrapped[account]) for name, account in accounts.items()}
    yield found
    await transaction.rollback()
    await web.close()


async def test_each_source_keeps_its_own_word(people):
    tx = await people.seen_by("林")
    me = people.accounts["林"]
    await remember(tx, tx.key, me, {"person.household": "460105"}, "profile", "C")
    await remember(tx, tx.key, me, {"person.household": "460106"}, "filing", "C")
    await remember(tx, tx.key, me, {"person.household": "460107"}, "filing", "C")
    _parties, facts = await parties_of(tx, None)
    assert {(f.source, f.value) for f in facts[me, "person.household"]} == {("profile", "460105"), ("filing", "460107")}


async def test_herself_comes_first_then_what_was_added(people):
    tx = await people.seen_by("林")
    flat = NewParty(uuid4(), "flat")
    await add_parties(tx, [flat])
    parties, _facts = await parties_of(tx, None)
    assert [(p.id, p.kind, p.is_self) for p in parties.values()] == [
        (people.accounts["林"], "person", True),
        (flat.id, "flat", False),
    ]


async def test_nobody_reads_anothers_parties_even_by_asking_for_them(people):
    await add_parties(await people.seen_by("林"), [NewParty(uuid4(), "flat")])
    parties, facts = await parties_of(await people.seen_by("周", "林"), None)
    assert (parties, facts) == ({}, {})


async def test_values_lie_sealed(people):
    tx = await people.seen_by("林")
    await remember(tx, tx.key, people.accounts["林"], {"person.name": "林长福"}, "profile", "C")
    sealed = await people.db.fetchval("SELECT sealed FROM facts")
    assert "林长福".encode() not in sealed
