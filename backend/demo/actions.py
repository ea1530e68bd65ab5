"""Bringing the demo cast in: accounts, profiles, register records, one mandate. As owner; only ever in demo mode."""

from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import yaml

from backend.accounts.actions import open_account
from backend.accounts.consents import PLATFORM, PREFILL, SENSITIVE, keep
from backend.accounts.model import NewAccount
from backend.core.db import Tx
from backend.core.viewer import Viewer
from backend.demo.model import Cast, CastOrganisation, Person
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
    for business in cast.businesses:
        await keep_record(tx, "market", business.code, business.facts)
    named = {p.handle: p for p in cast.people}
    for m in cast.mandates:
        if m.principal in people and m.agent in people:
            agent = named[m.agent]
            asked = Grant(agent_name=agent.name, agent_phone=agent.phone or "", days=m.days)
            await grant(await as_person(tx, people[m.principal], named[m.principal].name), asked, m.matters)
    for child in cast.children:
        await keep_record(tx, "births", child.number, child.births)
    for known_only in (*cast.residents, *cast.things):
        for register, facts in known_only.registers.items():
            await keep_record(tx, register, known_only.number, facts)
    helpers = [await _organisation(tx, o, known) for o in cast.organisations]
    return len(people) + len(officers) + sum(helpers)


async def _organisation(tx: Tx, new: CastOrganisation, known: set[str]) -> int:
    """Its places come with it; its people when they are not there yet."""
    organisation = await tx.db.fetchval("SELECT id FROM organisations WHERE name = $1", new.name)
    if organisation is None:
        organisation = uuid4()
        await tx.db.execute(
            "INSERT INTO organisations (id, name, kind) VALUES ($1, $2, $3)", organisation, new.name, new.kind
        )
        for p in new.points:
            await tx.db.execute(
                "INSERT INTO service_points (id, organisation_id, name, address, hours, phone) VALUES ($1, $2, $3, $4, $5, $6)",
                uuid4(), organisation, p.name, p.address, p.hours, p.phone,
            )  # fmt: skip
    coming = [h for h in new.staff if h.handle not in known]
    for h in coming:
        account = await open_account(tx, NewAccount(kind="staff", name=h.name, handle=h.handle, about=h.about))
        await tx.db.execute(
            "INSERT INTO staff (account_id, organisation_id, admin, since) VALUES ($1, $2, $3, $4)",
            account, organisation, h.admin, tx.now,
        )  # fmt: skip
    return len(coming)


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
    if person.level in ("provider", "counter"):
        await bind_number(tx, account, person.facts["person.id_number"], None)
    for register, facts in person.registers.items():
        await keep_record(tx, register, person.facts["person.id_number"], facts)
    return account


async def as_person(tx: Tx, account: UUID, name: str) -> Tx:
    """The same transaction as this person sees it: a mandate is only ever given by its principal."""
    await tx.db.execute("SELECT set_config('app.viewer', $1, true)", str(account))
    key = tx.vault.key(await tx.db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", account))
    viewer = Viewer(
        id=account, kind="person", name=name, principal_id=account, principal_name=name, mandate_id=None, roles=frozenset(),
        departments=frozenset(), language="zh-Hans", key=key, mandate_lost=False,
    )  # fmt: skip
    return Tx(tx.db, tx.vault, tx.now, viewer)
