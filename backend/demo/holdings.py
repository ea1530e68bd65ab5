"""What the demo cast holds already: certificates, as the registers of those who issued them say. As owner; only in demo mode.

Not part of the cast itself: who tries out what it is like to hand papers in leaves this out.
"""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from backend.businesses.actions import open_business
from backend.catalogue.model import Pack
from backend.catalogue.queries import city
from backend.certificates.actions import take_from_register
from backend.certificates.rules import last_day
from backend.core.db import Tx
from backend.demo.actions import as_person
from backend.demo.model import Cast, HeldBusiness, Holding
from backend.parties.actions import add_parties, remember
from backend.parties.model import NewParty
from backend.registers.actions import keep_record

SINCE = date(2025, 3, 1)


async def load_holdings(tx: Tx, cast: Cast) -> int:
    """Gives everybody of the cast what she holds, once; returns how many certificates came."""
    if await tx.db.fetchval("SELECT EXISTS (SELECT 1 FROM certificates)"):
        return 0
    pack = (await city(tx.db)).pack
    accounts = {row["handle"]: row["id"] for row in await tx.db.fetch("SELECT handle, id FROM accounts")}
    numbers = {person.handle: person.facts["person.id_number"] for person in cast.people}
    names = {person.handle: person.name for person in cast.people}
    count = 0
    for holding in cast.holdings:
        if account := accounts.get(holding.handle):
            mine = await as_person(tx, account, names[holding.handle])
            count += await _hold(mine, pack, holding)
            if holding.photo_taken_on:
                taken = {"person.photo_taken_on": holding.photo_taken_on}
                await keep_record(tx, "photos", numbers[holding.handle], taken)
    await tx.db.execute("SELECT set_config('app.viewer', '', true)")
    return count


async def _hold(tx: Tx, pack: Pack, holding: Holding) -> int:
    for kind, fields in holding.certificates.items():
        await _take(tx, pack, kind, tx.viewer.id, tx.viewer.id, fields)
    for thing in holding.things:
        party = NewParty(uuid4(), pack.certificates[thing.certificate].about)
        await add_parties(tx, [party])
        identity = {code: value for code, value in thing.fields.items() if pack.elements[code].identity}
        await remember(tx, tx.key, party.id, identity, "filing", "C")
        await _take(tx, pack, thing.certificate, tx.viewer.id, party.id, thing.fields)
    licences = [await _hold_for(tx, pack, business) for business in holding.businesses]
    return len(holding.certificates) + len(holding.things) + sum(licences)


async def _hold_for(tx: Tx, pack: Pack, business: HeldBusiness) -> int:
    opened = await open_business(tx, business.code, business.name)
    for kind, fields in business.certificates.items():
        await _take(tx, pack, kind, opened.account_id, opened.account_id, fields)
    return len(business.certificates)


async def _take(tx: Tx, pack: Pack, kind: str, holder: UUID, party: UUID, fields: dict[str, Any]) -> None:
    count = await tx.db.fetchval("SELECT count(*) FROM certificates")
    await take_from_register(
        tx, pack, kind, holder=holder, party=party, serial=f"DEMO{count:06}", fields=fields, valid_from=SINCE,
        valid_until=last_day(pack.certificates[kind], fields, SINCE),
    )  # fmt: skip
