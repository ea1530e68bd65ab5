"""Offers as their people see them, and as the community office does. Missing and forbidden are both NotFound."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.offers.model import Contact, Found, Offer, OutreachLook, Unreached


def about(offer: UUID) -> str:
    """Where the sealed reasons of an offer belong: they open nowhere else."""
    return f"offer:{offer}"


def about_contact(offer: UUID) -> str:
    return f"offer:{offer}:contact"


async def offers_of(tx: Tx) -> list[Offer]:
    """Of the principal on the screen, as far as the viewer may see: open ones first, then the newest."""
    rows = await tx.db.fetch(
        """SELECT o.id, o.item_code, o.item_version, o.principal_id, o.state, o.offered_at, o.checked_at, o.answered_at, o.sealed,
                  r.number AS order_number
           FROM offers o LEFT JOIN orders r ON r.id = o.order_id
           WHERE o.principal_id = $1 AND may_act(o.principal_id, 'see', o.item_code)
           ORDER BY o.state = 'open' DESC, o.offered_at DESC LIMIT 50""",
        tx.viewer.principal_id,
    )
    return [await _told(tx, row) for row in rows]


async def open_offers(tx: Tx) -> list[Offer]:
    return [offer for offer in await offers_of(tx) if offer.open] if tx.visitor and not tx.visitor.officer else []


async def offer_for(tx: Tx, offer: UUID) -> Offer:
    """One of hers, or of her principal's under a mandate that lets her see it."""
    row = await tx.db.fetchrow(
        """SELECT o.id, o.item_code, o.item_version, o.principal_id, o.state, o.offered_at, o.checked_at, o.answered_at, o.sealed,
                  r.number AS order_number
           FROM offers o LEFT JOIN orders r ON r.id = o.order_id
           WHERE o.id = $1 AND o.principal_id = $2 AND may_act(o.principal_id, 'see', o.item_code)""",
        offer,
        tx.viewer.principal_id,
    )
    if row is None:
        raise NotFound()
    return await _told(tx, row)


async def _told(tx: Tx, row: asyncpg.Record) -> Offer:
    published = await city(tx.db)
    item = published.pack.items.get(published.titles.get(row["item_code"], ""))
    offered = item.offered if item else None
    return msgspec.structs.replace(
        msgspec.convert(dict(row), Offer),
        item_name=item.name if item else row["item_code"],
        department=published.pack.departments[item.department].name if item else "",
        gives=offered.gives if offered else "",
        basis=offered.basis if offered else "",
        found=msgspec.convert(tx.key.open_value(row["sealed"], about(row["id"])), Found),
    )


async def unreached(tx: Tx) -> list[Unreached]:
    """Whom nothing digital reaches, for the offices that go out to people: street by street, those who want it first."""
    rows = await tx.db.fetch(
        """SELECT o.id, o.item_code, o.department_id AS department, o.area, o.contact, o.offered_at, v.outcome, v.words, v.at
           FROM offers o LEFT JOIN LATERAL (SELECT x.outcome, x.words, x.at FROM offer_visits x WHERE x.offer_id = o.id ORDER BY x.id DESC LIMIT 1) v ON true
           WHERE o.contact IS NOT NULL AND o.state = 'open' AND o.department_id = ANY ((SELECT my_outreach())::text[])
           ORDER BY v.outcome = 'wants' DESC NULLS LAST, o.area, o.offered_at LIMIT 500"""
    )
    titles = (await city(tx.db)).titles
    return [_unreached(tx, row, titles) for row in rows]


async def unreached_one(tx: Tx, offer: UUID) -> Unreached:
    row = await tx.db.fetchrow(
        """SELECT id, item_code, department_id AS department, area, contact, offered_at FROM offers
           WHERE id = $1 AND contact IS NOT NULL AND state = 'open' AND department_id = ANY ((SELECT my_outreach())::text[])""",
        offer,
    )
    if row is None:
        raise NotFound()
    return _unreached(tx, row, (await city(tx.db)).titles)


async def to_write_to(tx: Tx, offer: UUID) -> Unreached | None:
    """As worker: whom a letter is still for."""
    row = await tx.db.fetchrow(
        """SELECT id, item_code, department_id AS department, area, contact, offered_at FROM offers
           WHERE id = $1 AND contact IS NOT NULL AND state = 'open'""",
        offer,
    )
    return _unreached(tx, row, (await city(tx.db)).titles) if row else None


def _unreached(tx: Tx, row: asyncpg.Record, titles: dict[str, str]) -> Unreached:
    read = dict(row)
    contact = msgspec.convert(tx.vault.registers.open_value(read.pop("contact"), about_contact(row["id"])), Contact)
    known = {name: value for name, value in read.items() if value is not None}
    return msgspec.convert(
        {**known, "item_name": titles.get(row["item_code"], row["item_code"]), "contact": contact}, Unreached
    )


async def looks(tx: Tx) -> list[dict[str, Any]]:
    """The log of the last times one looked: for which thing, on what basis, in what, how many. Nobody is named in it."""
    rows = await tx.db.fetch(
        """SELECT l.item_code, v.name, l.basis, l.registers, l.begun_at, l.looked, l.entitled, l.offered
           FROM offer_looks l JOIN item_versions v ON (v.code, v.version) = (l.item_code, l.item_version)
           ORDER BY l.begun_at DESC LIMIT 20"""
    )
    return [dict(row) for row in rows]


async def outreach_looks(tx: Tx) -> list[OutreachLook]:
    """Who saw names and addresses of the viewer's departments, the last one first."""
    rows = await tx.db.fetch("SELECT kind, people, by_name, at FROM outreach_looks ORDER BY id DESC LIMIT 30")
    return msgspec.convert(rows, list[OutreachLook])
