"""Bringing the demo cast in: accounts, profiles, register records, one mandate. As owner; only ever in demo mode."""

from pathlib import Path
from uuid import UUID

import msgspec
import yaml

from backend.accounts.actions import open_account
from backend.accounts.consents import PLATFORM, PREFILL, SENSITIVE, keep
from backend.accounts.model import NewAccount
from backend.core.db import Tx
from backend.core.viewer import Viewer
from backend.demo.model import Cast, Person
from backend.mandates.actions import grant
from backend.mandates.model import Grant
from backend.mandates.people import bind_number
from backend.parties.actions import remember
from backend.registers.actions import keep_record


def read_cast(folder: Path) -> Cast:
    return msgspec.convert(yaml.safe_load((folder / "cast.yaml").read_text("utf-8")), Cast)


async def load_cast(tx: Tx, cast: Cast) -> int:
    """Adds whoever of the cast is not there yet, with their mandates; returns how many came."""
    known = {r["handle"] for r in await tx.db.fetch("SELECT handle FROM accounts WHERE handle IS NOT NULL")}
    people = {p.handle: await _person(tx, p) for p in cast.people if p.handle not in known}
    officers = [o for o in cast.officers if o.handle not in known]
    for o in officers:
        await open_account(tx, NewAccount(kind="officer", name=o.name, handle=o.handle, about=o.about, roles=o.roles))
    named = {p.handle: p for p in cast.people}
    for m in cast.mandates:
        if m.principal in people and m.agent in people:
            agent = named[m.agent]
            asked = Grant(agent_name=agent.name, agent_phone=agent.phone or "", days=m.days)
            await grant(await _as(tx, people[m.principal], named[m.principal].name), asked, m.matters)
    return len(people) + len(officers)


async def _person(tx: Tx, person: Person) -> UUID:
    account = await open_account(
        tx,
        NewAccount(
            kind="person",
            name=person.name,
            handle=person.handle,
            about=person.about,
            level=person.level,
            email=person.email,
            phone=person.phone,
        ),
    )
    wrapped = await tx.db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", account)
    await remember(tx, tx.vault.key(wrapped), account, person.facts, "profile", "C")
    for purpose in (PLATFORM, SENSITIVE, PREFILL):
        await keep(tx, account, purpose, "zh-Hans", by=account)
    await bind_number(tx, account, person.facts["person.id_number"], None)
    for register, facts in person.registers.items():
        await keep_record(tx, register, person.facts["person.id_number"], facts)
    return account


async def _as(tx: Tx, account: UUID, name: str) -> Tx:
    """The same transaction as this person sees it: a mandate is only ever given by its principal."""
    await tx.db.execute("SELECT set_config('app.viewer', $1, true)", str(account))
    key = tx.vault.key(await tx.db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", account))
    viewer = Viewer(
        id=account, kind="person", name=name, principal_id=account, principal_name=name, mandate_id=None, roles=frozenset(),
        departments=frozenset(), language="zh-Hans", key=key, mandate_lost=False,
    )  # fmt: skip
    return Tx(tx.db, tx.vault, tx.now, viewer)
